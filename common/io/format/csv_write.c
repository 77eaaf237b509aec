/* csv_write.c -- fields back to text; see csv.h. */
#include <string.h>

#include "common/io/format/csv.h"

static bool needs_quotes(const char *text, size_t len, char delimiter)
{
    if (len == 0)
        return false;
    if (text[0] == ' ' || text[0] == '\t' || text[len - 1] == ' ' || text[len - 1] == '\t')
        return true;
    return memchr(text, delimiter, len) || memchr(text, '"', len) || memchr(text, '\n', len) ||
           memchr(text, '\r', len);
}

int csv_add_field(struct buf *out, const char *text, size_t len, char delimiter)
{
    if (!needs_quotes(text, len, delimiter))
        return buf_add(out, text, len);
    size_t before = out->len;
    int ret = buf_char(out, '"');
    while (ret == 0 && len) {
        const char *quote = memchr(text, '"', len);
        size_t n = quote ? (size_t)(quote - text) + 1 : len;
        ret = buf_add(out, text, n);
        if (ret == 0 && quote)
            ret = buf_char(out, '"');
        text += n;
        len -= n;
    }
    if (ret == 0)
        ret = buf_char(out, '"');
    if (ret < 0)
        out->len = before;
    return ret;
}

int csv_put_field(struct output *out, const char *text, size_t len, char delimiter, struct err *err)
{
    struct buf quoted = BUF_INIT;
    if (!needs_quotes(text, len, delimiter))
        return output_put(out, text, len, err);
    int ret = csv_add_field(&quoted, text, len, delimiter) < 0
                  ? err_memory(err)
                  : output_put(out, quoted.data, quoted.len, err);
    buf_release(&quoted);
    return ret;
}
