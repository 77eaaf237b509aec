/* json.c -- see json.h. */
#include "common/io/format/json.h"
#include "common/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/io/format/number.h"

enum { WRITE_DEPTH_MAX = 2048 }; /* as deep as jansson reads */

json_t *json_parse(const char *text, size_t len, struct err *err)
{
    json_error_t where;
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);

    if (!value && json_error_code(&where) == json_error_out_of_memory)
        err_memory(err);
    else if (!value)
        err_set(err, "JSON line %d, column %d: %s", where.line, where.column, where.text);
    return value;
}

/* ---- members ---- */

static const json_t *json_member(const json_t *object, const char *key, struct err *err)
{
    const json_t *member = json_object_get(object, key);
    if (!member)
        err_set(err, "'%s' is missing", key);
    return member;
}

int json_get_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *value,
    struct err *err)
{
    const json_t *member = json_member(object, key, err);
    if (!member)
        return -1;
    if (!json_is_integer(member))
        return err_set(err, "'%s' is not a whole number", key);
    int64_t n = json_integer_value(member);
    if (n < min || n > max)
        return err_set(
            err, "'%s' is %" PRId64 ", not within %" PRId64 " to %" PRId64, key, n, min, max);
    *value = n;
    return 0;
}

int json_get_real(const json_t *object, const char *key, double *value, struct err *err)
{
    const json_t *member = json_member(object, key, err);
    if (!member)
        return -1;
    if (!json_is_number(member))
        return err_set(err, "'%s' is not a number", key);
    *value = json_number_value(member);
    return 0;
}

int json_get_string(const json_t *object, const char *key, const char **value, struct err *err)
{
    const json_t *member = json_member(object, key, err);
    if (!member)
        return -1;
    if (!json_is_string(member) || strlen(json_string_value(member)) != json_string_length(member))
        return err_set(err, "'%s' is not text", key);
    *value = json_string_value(member);
    return 0;
}

int json_get_bool(const json_t *object, const char *key, bool *value, struct err *err)
{
    const json_t *member = json_member(object, key, err);
    if (!member)
        return -1;
    if (!json_is_boolean(member))
        return err_set(err, "'%s' is not true or false", key);
    *value = json_is_true(member);
    return 0;
}

int json_get_array(const json_t *object, const char *key, const json_t **value, struct err *err)
{
    *value = json_member(object, key, err);
    if (!*value)
        return -1;
    if (!json_is_array(*value))
        return err_set(err, "'%s' is not an array", key);
    return 0;
}

int json_get_object(const json_t *object, const char *key, const json_t **value, struct err *err)
{
    *value = json_member(object, key, err);
    if (!*value)
        return -1;
    if (!json_is_object(*value))
        return err_set(err, "'%s' is not an object", key);
    return 0;
}

/* ---- writing ---- */

static int json_write_ascii(struct buf *out, char c)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: character, its escape */
    for (size_t i = 0; i + 1 < sizeof named; i += 2)
        if (c == named[i])
            return buf_char(out, '\\') < 0 ? -1 : buf_char(out, named[i + 1]);
    if ((unsigned char)c < 0x20)
        return buf_printf(out, "\\u%04x", (unsigned)c);
    return buf_char(out, c);
}

int json_write_string(struct buf *out, const char *text, size_t len, struct err *err)
{
    if (buf_char(out, '"') < 0)
        return err_memory(err);
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t n = utf8_decode(text + i, len - i, &code);
        if (!n)
            return err_set(err, "'%.*s' is not UTF-8", err_quote_len(len), text);
        int ret = n == 1 ? json_write_ascii(out, text[i]) : buf_add(out, text + i, n);
        if (ret < 0)
            return err_memory(err);
        i += n;
    }
    return buf_char(out, '"') < 0 ? err_memory(err) : 0;
}

static int json_write_real(struct buf *out, double value, struct err *err)
{
    char text[NUMBER_MAX];
    if (!isfinite(value))
        return err_set(err, "JSON has no infinity and no NaN");
    number_write(value, text);
    if (buf_str(out, text) < 0 || (!strpbrk(text, ".e") && buf_str(out, ".0") < 0))
        return err_memory(err);
    return 0;
}

static int json_write_value(const json_t *value, struct buf *out, int depth, struct err *err);

static int json_write_array(const json_t *array, struct buf *out, int depth, struct err *err)
{
    if (buf_char(out, '[') < 0)
        return err_memory(err);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i && buf_char(out, ',') < 0)
            return err_memory(err);
        if (json_write_value(json_array_get(array, i), out, depth + 1, err) < 0)
            return -1;
    }
    return buf_char(out, ']') < 0 ? err_memory(err) : 0;
}

static int json_write_object(const json_t *object, struct buf *out, int depth, struct err *err)
{
    /* jansson's iterators want an object they could change; these calls do not. */
    json_t *whole = (json_t *)(uintptr_t)object;
    bool first = true;

    if (buf_char(out, '{') < 0)
        return err_memory(err);
    for (void *at = json_object_iter(whole); at; at = json_object_iter_next(whole, at)) {
        const char *key = json_object_iter_key(at);
        if (!first && buf_char(out, ',') < 0)
            return err_memory(err);
        first = false;
        if (json_write_string(out, key, strlen(key), err) < 0)
            return -1;
        if (buf_char(out, ':') < 0)
            return err_memory(err);
        if (json_write_value(json_object_iter_value(at), out, depth + 1, err) < 0)
            return -1;
    }
    return buf_char(out, '}') < 0 ? err_memory(err) : 0;
}

static int json_write_value(const json_t *value, struct buf *out, int depth, struct err *err)
{
    int ret = 0;
    if (depth > WRITE_DEPTH_MAX)
        return err_set(err, "JSON nested more than %d deep", WRITE_DEPTH_MAX);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return json_write_object(value, out, depth, err);
    case JSON_ARRAY:
        return json_write_array(value, out, depth, err);
    case JSON_STRING:
        return json_write_string(out, json_string_value(value), json_string_length(value), err);
    case JSON_REAL:
        return json_write_real(out, json_real_value(value), err);
    case JSON_INTEGER:
        ret = buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_TRUE:
        ret = buf_str(out, "true");
        break;
    case JSON_FALSE:
        ret = buf_str(out, "false");
        break;
    case JSON_NULL:
        ret = buf_str(out, "null");
        break;
    }
    return ret < 0 ? err_memory(err) : 0;
}

int json_write(const json_t *value, struct buf *out, struct err *err)
{
    return json_write_value(value, out, 0, err);
}
