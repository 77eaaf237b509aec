/* model.c -- see model.h. */
#include "common/io/format/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/buf.h"

enum { CRC_DIGITS = 8 };

/* Goes on from the CRC-32 of the arrays; NULL is no text. */
static uint32_t crc_add_text(uint32_t crc, const char *text)
{
    return text ? (uint32_t)crc32_z(crc, (const Bytef *)text, strlen(text)) : crc;
}

int model_write(struct st_writer *w, const char *program, const json_t *description,
    struct output *out, struct err *err)
{
    struct buf text = BUF_INIT;
    char format[16], crc_text[CRC_DIGITS + 1];
    uint32_t crc;
    int ret = -1;

    if (json_write(description, &text, err) < 0 || st_writer_crc(w, &crc, err) < 0)
        goto out;
    crc = crc_add_text(crc_add_text(crc, text.data), program);
    snprintf(format, sizeof format, "%d", MODEL_FORMAT);
    snprintf(crc_text, sizeof crc_text, "%08" PRIx32, crc);
    if (st_writer_meta(w, "learnutils", format, err) < 0 ||
        st_writer_meta(w, "program", program, err) < 0 ||
        st_writer_meta(w, "crc32", crc_text, err) < 0 ||
        st_writer_meta(w, "description", text.data, err) < 0)
        goto out;
    ret = st_write(w, out, err);
out:
    buf_release(&text);
    return ret;
}

/* Says early, and in the user's terms, what st_read() would call a bad header. */
static int model_recognise(struct input *in, struct err *err)
{
    const unsigned char *bytes;
    ssize_t n = input_peek(in, &bytes, 9, err);

    if (n < 0)
        return -1;
    if (n == 0)
        return err_set(err, "%s: empty input: did the command before fail?", input_name(in));
    /* The header's length, 64 bits, is below 2^32; then the header begins. */
    bool header = n >= 8 && !bytes[4] && !bytes[5] && !bytes[6] && !bytes[7];
    if (!header || (n == 9 && bytes[8] != '{'))
        return err_set(err, "%s: not a learnutils model (no safetensors header)", input_name(in));
    return 0;
}

static int model_check_format(const struct model *m, struct err *err)
{
    const char *name = input_name(m->in), *text = st_meta(m->st, "learnutils");
    if (!text)
        return err_set(err, "%s: not a learnutils model (safetensors of something else)", name);
    char *end;
    long format = strtol(text, &end, 10);
    if (*end || end == text || format < 1)
        return err_set(err, "%s: damaged: '%.*s' is no model format", name, ERR_QUOTE_MAX, text);
    if (format > MODEL_FORMAT)
        return err_set(err,
            "%s: model format %ld is newer than this program knows (%d): use a later learnutils",
            name, format, MODEL_FORMAT);
    return 0;
}

/* As a name is said: an rf, an adaboost, a gbdt. */
static const char *article(const char *name)
{
    bool spelt = strchr("mrx", name[0]) && !strchr("aeiou", name[1]); /* its first letter's name */
    return spelt || strchr("aeiou", name[0]) ? "an" : "a";
}

static int model_check_program(struct model *m, const char *program, struct err *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *name = input_name(m->in), *text = st_meta(m->st, "program");
    size_t len = text ? strlen(text) : 0;

    if (len == 0 || len >= sizeof m->program || strspn(text, allowed) != len)
        return err_set(err, "%s: damaged: it does not say which program made it", name);
    memcpy(m->program, text, len + 1);
    if (program && strcmp(program, text) != 0)
        return err_set(
            err, "%s: this is %s %s model: use %s-predict", name, article(text), text, text);
    return 0;
}

static int model_check_crc(const struct model *m, struct err *err)
{
    const char *text = st_meta(m->st, "crc32");
    char found[CRC_DIGITS + 1];
    if (!text)
        return 0;
    uint32_t crc = crc_add_text(st_crc(m->st), st_meta(m->st, "description"));
    snprintf(found, sizeof found, "%08" PRIx32, crc_add_text(crc, st_meta(m->st, "program")));
    if (strcmp(text, found) != 0)
        return err_set(err, "%s: damaged: the CRC-32 of its data is %s, not %.*s",
            input_name(m->in), found, ERR_QUOTE_MAX, text);
    return 0;
}

static int model_read_description(struct model *m, struct err *err)
{
    const char *name = input_name(m->in), *text = st_meta(m->st, "description");
    if (!text)
        return err_set(err, "%s: damaged: it has no description", name);
    m->description = json_parse(text, strlen(text), err);
    if (!m->description)
        return err_prefix(err, "%s: description", name);
    if (!json_is_object(m->description))
        return err_set(err, "%s: damaged: its description is not an object", name);
    return 0;
}

/* Reads and checks m->in; releases everything on failure. */
static int model_read(struct model *m, const char *program, struct err *err)
{
    if (m->in && model_recognise(m->in, err) == 0)
        m->st = st_read(m->in, err);
    if (m->st && model_check_format(m, err) == 0 && model_check_crc(m, err) == 0 &&
        model_check_program(m, program, err) == 0 && model_read_description(m, err) == 0)
        return 0;
    model_release(m);
    return -1;
}

int model_open(struct model *m, const char *path, const char *program, struct err *err)
{
    *m = (struct model)MODEL_INIT;
    m->in = input_open(path, err);
    return model_read(m, program, err);
}

int model_from_memory(
    struct model *m, const void *bytes, size_t n, const char *program, struct err *err)
{
    *m = (struct model)MODEL_INIT;
    m->in = input_from_memory("memory", bytes, n, err);
    return model_read(m, program, err);
}

void model_release(struct model *m)
{
    json_decref(m->description);
    st_free(m->st);
    input_close(m->in);
    *m = (struct model)MODEL_INIT;
}
