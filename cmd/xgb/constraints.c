/* constraints.c -- see constraints.h. */
#include "cmd/xgb/constraints.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

/* The columns that are features, by their place among them. */
struct features {
    int n;
    int *col;
    const char **name;
};

static int features_init(struct features *f, const struct schema *s, struct err *err)
{
    *f = (struct features){.col = mem_alloc((size_t)s->n_cols, sizeof *f->col),
        .name = mem_alloc((size_t)s->n_cols, sizeof *f->name)};
    if (!f->col || !f->name)
        return err_memory(err);
    for (int i = 0; i < s->n_cols; i++)
        if (s->cols[i].kind != COL_IGNORED) {
            f->name[f->n] = s->cols[i].name;
            f->col[f->n++] = i;
        }
    return 0;
}

static void features_release(struct features *f)
{
    mem_free(f->col);
    mem_free(f->name);
}

/* The schema's column of text[0..len): a feature's name, or its position from 0. */
static int feature_find(
    const struct features *f, const char *text, size_t len, const char *option, struct err *err)
{
    char *name = mem_strndup(text, len), *end;
    int found = -1;

    if (!name)
        return err_memory(err);
    for (int i = 0; i < f->n && found < 0; i++)
        if (strcmp(f->name[i], name) == 0)
            found = f->col[i];
    long position = strtol(name, &end, 10);
    if (found < 0 && end != name && !*end && position >= 0 && position < f->n)
        found = f->col[position];
    if (found < 0) {
        struct buf hint = BUF_INIT;
        if (list_hint(&hint, name, f->name, f->n) < 0)
            err_memory(err);
        else
            err_usage(err, "--%s: no column '%.*s'%s", option, err_quote_len(len), name,
                hint.data ? hint.data : "");
        buf_release(&hint);
    }
    mem_free(name);
    return found;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* ---- monotone ---- */

/* One item of text[0..len): a direction, or NAME:DIRECTION. */
static int direction_parse(const struct schema *s, const struct features *f, const char *text,
    size_t len, int place, int8_t *direction, struct err *err)
{
    size_t colon = len;
    int col;

    while (colon > 0 && text[colon - 1] != ':')
        colon--;
    const char *value = text + colon;
    size_t digits = len - colon;
    bool good = (digits == 1 && (value[0] == '0' || value[0] == '1')) ||
                (digits == 2 && value[0] == '-' && value[1] == '1');
    if (!good)
        return err_usage(
            err, "--monotone_constraints: '%.*s' is not 1, 0 or -1", err_quote_len(digits), value);
    if (colon == 0 && place >= f->n)
        return err_usage(err, "--monotone_constraints: more than the %d columns", f->n);
    col = colon ? feature_find(f, text, colon - 1, "monotone_constraints", err) : f->col[place];
    if (col < 0)
        return -1;
    direction[col] = value[0] == '-' ? -1 : (int8_t)(value[0] - '0');
    if (direction[col] && s->cols[col].kind == COL_CATEGORY)
        return err_usage(
            err, "--monotone_constraints: '%s' is a category: it has no order", s->cols[col].name);
    return 0;
}

int monotone_parse(
    const char *text, const struct schema *schema, int8_t *direction, struct err *err)
{
    struct features f = {.n = 0};
    size_t len = strlen(text);
    int ret = -1, place = 0;

    if (features_init(&f, schema, err) < 0)
        goto out;
    if (len >= 2 && text[0] == '(' && text[len - 1] == ')') {
        text++;
        len -= 2;
    }
    for (const char *end = text + len; text < end; place++) {
        text = skip_blanks(text);
        size_t item = strcspn(text, ",");
        if (item > (size_t)(end - text))
            item = (size_t)(end - text);
        size_t trimmed = item;
        while (trimmed && strchr(" \t", text[trimmed - 1]))
            trimmed--;
        if (direction_parse(schema, &f, text, trimmed, place, direction, err) < 0)
            goto out;
        text += item + 1;
    }
    ret = 0;
out:
    features_release(&f);
    return ret;
}

/* ---- interactions ---- */

struct sets {
    const struct features *f;
    struct interactions *in;
    uint64_t *set;
    size_t room;
    const char *text, *whole;
};

static int sets_error(const struct sets *s, struct err *err)
{
    return err_usage(err, "--interaction_constraints: '%.60s' at '%.20s' is not as [[0,1],[2,3]]",
        s->whole, s->text);
}

static bool take(struct sets *s, char c)
{
    s->text = skip_blanks(s->text);
    if (*s->text != c)
        return false;
    s->text++;
    return true;
}

/* A name in quotes, or whatever stands before a comma or bracket. */
static int member_parse(struct sets *s, uint64_t *set, struct err *err)
{
    const char *text = s->text = skip_blanks(s->text);
    char quote = *text == '"' || *text == '\'' ? *text : 0;
    size_t len = quote ? strcspn(text + 1, quote == '"' ? "\"" : "'") : strcspn(text, ",]");

    if (quote && !text[1 + len])
        return sets_error(s, err);
    s->text += len + (quote ? 2 : 0);
    while (!quote && len && strchr(" \t", text[len - 1]))
        len--;
    int col = feature_find(s->f, text + !!quote, len, "interaction_constraints", err);
    if (col < 0)
        return -1;
    set[col / 64] |= (uint64_t)1 << (col % 64);
    return 0;
}

static int set_parse(struct sets *s, struct err *err)
{
    struct interactions *in = s->in;

    if (!take(s, '['))
        return sets_error(s, err);
    if (mem_grow(&s->set, &s->room, ((size_t)in->n_sets + 1) * in->words, sizeof *s->set) < 0)
        return err_memory(err);
    in->sets = s->set;
    uint64_t *set = s->set + (size_t)in->n_sets++ * in->words;
    memset(set, 0, in->words * sizeof *set);
    do {
        if (member_parse(s, set, err) < 0)
            return -1;
    } while (take(s, ','));
    return take(s, ']') ? 0 : sets_error(s, err);
}

int interactions_parse(
    const char *text, const struct schema *schema, struct interactions *in, struct err *err)
{
    struct features f = {.n = 0};
    struct sets s = {.f = &f, .in = in, .text = text, .whole = text};
    int ret = -1;

    *in = (struct interactions){.words = ((size_t)schema->n_cols + 63) / 64};
    if (features_init(&f, schema, err) < 0)
        goto out;
    if (!take(&s, '[')) {
        sets_error(&s, err);
        goto out;
    }
    do {
        if (set_parse(&s, err) < 0)
            goto out;
    } while (take(&s, ','));
    if (!take(&s, ']') || *skip_blanks(s.text)) {
        sets_error(&s, err);
        goto out;
    }
    ret = 0;
out:
    features_release(&f);
    if (ret < 0) {
        mem_free(s.set);
        *in = (struct interactions){.n_sets = 0};
    }
    return ret;
}

void interactions_release(struct interactions *in)
{
    mem_free((uint64_t *)in->sets);
    *in = (struct interactions){.n_sets = 0};
}
