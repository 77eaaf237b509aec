/* help.c -- see help.h. */
#include "common/cli/help.h"

#include <stdio.h>
#include <string.h>

#include "common/cli/value.h"

enum { TEXT_COLUMN_MAX = 30 /* longer options have their text on the next line */ };

/* Text in two columns, the right one wrapped. */
struct layout {
    struct buf *out;
    int column, width; /* where the right column begins; where lines end */
};

static int wrap(const struct layout *l, int at, const char *text);
static int item_left(const struct opt_item *item, struct buf *left);
static int item_text(const struct opt_item *item, const void *defaults, struct buf *text);
static const char *next_heading(const struct opt_list *list, const char *heading);

static bool item_shown(const struct opt_item *item)
{
    return !(item->opt->flags & OPT_HIDDEN);
}

/* ---- a verb ---- */

static bool same_heading(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static int help_item(const struct layout *l, const struct opt_item *item, const void *defaults)
{
    struct buf left = BUF_INIT, text = BUF_INIT;
    int ret = -1;

    if (item_left(item, &left) < 0 || item_text(item, defaults, &text) < 0 ||
        buf_add(l->out, left.data, left.len) < 0)
        goto out;
    ret = wrap(l, (int)left.len, text.data);
out:
    buf_release(&text);
    buf_release(&left);
    return ret;
}

static int help_section(
    const struct layout *l, const struct opt_list *list, const char *heading, const void *defaults)
{
    bool begun = false;

    for (size_t i = 0; i < list->n; i++) {
        const struct opt_item *item = &list->item[i];
        if (!item_shown(item) || !same_heading(item->heading, heading))
            continue;
        if (!begun && buf_printf(l->out, "\n%s:\n", heading ? heading : "Options") < 0)
            return -1;
        begun = true;
        if (help_item(l, item, defaults) < 0)
            return -1;
    }
    return 0;
}

/* Where the texts begin: after the widest option that is not too wide. */
static int help_column(const struct opt_list *list, int *column)
{
    *column = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct buf left = BUF_INIT;
        if (item_left(&list->item[i], &left) < 0)
            return -1;
        int end = (int)left.len + 2;
        if (item_shown(&list->item[i]) && end > *column && end <= TEXT_COLUMN_MAX)
            *column = end;
        buf_release(&left);
    }
    return 0;
}

int help_verb(const struct verb *verb, const char *name, const struct opt_list *list, int width,
    struct buf *out, struct err *err)
{
    struct layout l = {.out = out, .width = width};
    const char *heading = NULL;

    if (help_column(list, &l.column) < 0 ||
        buf_printf(out, "Usage: %s %s\n%s\n", name, verb->synopsis ? verb->synopsis : "[options]",
            verb->summary ? verb->summary : "") < 0)
        return err_memory(err);
    do {
        if (help_section(&l, list, heading, verb->defaults) < 0)
            return err_memory(err);
        heading = next_heading(list, heading);
    } while (heading);
    return 0;
}

/* The first time each heading stands in the list is its place, but the general one comes last. */
static bool is_first(const struct opt_list *list, size_t i)
{
    const char *heading = list->item[i].heading;
    if (!heading)
        return false;
    for (size_t j = 0; j < i; j++)
        if (same_heading(list->item[j].heading, heading))
            return false;
    return true;
}

static const char *next_heading(const struct opt_list *list, const char *heading)
{
    bool found = !heading;

    if (same_heading(heading, OPT_GENERAL))
        return NULL;
    for (size_t i = 0; i < list->n; i++) {
        if (!is_first(list, i) || same_heading(list->item[i].heading, OPT_GENERAL))
            continue;
        if (found)
            return list->item[i].heading;
        found = same_heading(list->item[i].heading, heading);
    }
    return OPT_GENERAL;
}

/* "  -n, --trees N" */
static int item_left(const struct opt_item *item, struct buf *left)
{
    const struct opt *opt = item->opt;
    char letter[5] = "    ";

    if (opt->letter)
        snprintf(letter, sizeof letter, "-%c%s", opt->letter, opt->name ? ", " : "");
    return buf_printf(left, "  %s%s%s%s%s", letter, opt->name ? "--" : "",
        opt->name ? opt->name : "", value_wanted(opt) ? " " : "",
        value_wanted(opt) ? opt->arg : "");
}

/* "number of trees (default 500)" */
static int item_text(const struct opt_item *item, const void *defaults, struct buf *text)
{
    const struct opt *opt = item->opt;
    struct buf value = BUF_INIT;
    int ret = -1;

    if (buf_str(text, opt->help) < 0)
        return -1;
    if (opt->type == OPT_TYPE_ENUM && (buf_str(text, ": ") < 0 || value_names(opt, ", ", text) < 0))
        return -1;
    if (value_wanted(opt) && defaults &&
        value_show(opt, (const char *)defaults + item->offset, &value) < 0)
        goto out;
    if (value.len && buf_printf(text, " (default %s)", value.data) < 0)
        goto out;
    ret = 0;
out:
    buf_release(&value);
    return ret;
}

/* ---- lines ---- */

static int put_blanks(struct buf *out, int n)
{
    return n > 0 ? buf_printf(out, "%*s", n, "") : 0;
}

/* "(default gini)" stays in one piece, for readers and for grep. */
static int word_length(const char *text)
{
    size_t n = str_starts(text, "(default ") ? strlen("(default ") : 0;
    return (int)(n + strcspn(text + n, " "));
}

/* Appends text from the layout's column on, the line being at column `at`, and ends the line. */
static int wrap(const struct layout *l, int at, const char *text)
{
    bool fresh = true; /* nothing stands on this line of the column yet */

    if (at + 2 > l->column) {
        if (buf_char(l->out, '\n') < 0)
            return -1;
        at = 0;
    }
    while (*text) {
        int n = word_length(text);
        if (!fresh && at + 1 + n > l->width) {
            if (buf_char(l->out, '\n') < 0)
                return -1;
            at = 0;
            fresh = true;
        }
        int blanks = fresh ? l->column - at : 1;
        if (put_blanks(l->out, blanks) < 0 || buf_add(l->out, text, (size_t)n) < 0)
            return -1;
        at += blanks + n;
        fresh = false;
        text += n;
        text += strspn(text, " ");
    }
    return buf_char(l->out, '\n');
}

/* ---- a program ---- */

int help_program(const struct program *program, int width, struct buf *out, struct err *err)
{
    struct layout l = {.out = out, .width = width};

    for (int i = 0; program->verbs[i]; i++) {
        int end = (int)strlen(program->verbs[i]->name) + 4;
        if (end > l.column && end <= TEXT_COLUMN_MAX)
            l.column = end;
    }
    if (buf_printf(out, "Usage: %s VERB [options] ...\n%s\n\nVerbs:\n", program->name,
            program->summary) < 0)
        return err_memory(err);
    for (int i = 0; program->verbs[i]; i++) {
        const struct verb *verb = program->verbs[i];
        if (buf_printf(out, "  %s", verb->name) < 0 ||
            wrap(&l, (int)strlen(verb->name) + 2, verb->summary) < 0)
            return err_memory(err);
    }
    if (buf_printf(out, "\n'%s VERB --help' tells more; '%s-VERB' is the same as '%s VERB'.\n",
            program->name, program->name, program->name) < 0)
        return err_memory(err);
    return 0;
}

/* ---- completion ---- */

static int complete_kind(const struct opt *opt, struct buf *out)
{
    if (!value_wanted(opt))
        return buf_str(out, "none");
    if (opt->type == OPT_TYPE_ENUM)
        return value_names(opt, ",", out);
    return buf_str(out, strstr(opt->arg, "FILE") || strstr(opt->arg, "DIR") ? "file" : "value");
}

static int complete_word(
    const char *dashes, const char *word, const struct opt *opt, struct buf *out)
{
    if (buf_printf(out, "%s%s\t", dashes, word) < 0 || complete_kind(opt, out) < 0)
        return -1;
    return buf_printf(out, "\t%s\n", opt->help);
}

int complete_verb(
    const struct verb *verb, const struct opt_list *list, struct buf *out, struct err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct opt *opt = list->item[i].opt;
        char letter[2] = {(char)opt->letter, '\0'};
        if (opt->flags & OPT_HIDDEN)
            continue;
        if ((opt->letter && complete_word("-", letter, opt, out) < 0) ||
            (opt->name && complete_word("--", opt->name, opt, out) < 0))
            return err_memory(err);
    }
    const char *operand = verb->flags & VERB_NO_OPERANDS       ? "none"
                          : verb->flags & VERB_STOP_AT_OPERAND ? "command"
                                                               : "file";
    if (buf_printf(out, "operand\t%s\t%s\n", operand, verb->synopsis ? verb->synopsis : "") < 0)
        return err_memory(err);
    return 0;
}

int complete_program(const struct program *program, struct buf *out, struct err *err)
{
    for (int i = 0; program->verbs[i]; i++)
        if (buf_printf(out, "%s\tverb\t%s\n", program->verbs[i]->name, program->verbs[i]->summary) <
            0)
            return err_memory(err);
    return 0;
}
