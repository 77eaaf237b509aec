/* opt.c -- option tables put together, checked and parsed with getopt_long; see opt.h. */
#include "common/cli/opt.h"

#include <ctype.h>
#include <getopt.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/cli/nearest.h"
#include "common/cli/value.h"

enum { GROUP_DEPTH_MAX = 8, LONG_BASE = 256 /* getopt's value of item 0; letters are below */ };

/* -h and -V set nothing: opts_parse knows them by their place here. */
static const struct opt builtin_opts[] = {
    {.type = OPT_TYPE_FLAG, .letter = 'h', .name = "help", .help = "print this help"},
    {.type = OPT_TYPE_FLAG, .letter = 'V', .name = "version", .help = "print the version"},
};

static int list_add(struct opt_list *list, const struct opt *table, size_t offset,
    const char *heading, int depth, struct err *err);
static int list_push(struct opt_list *list, struct opt_item item, struct err *err);
static int item_check(const struct opt_list *list, size_t index, struct err *err);

struct parser {
    const struct opt_list *list;
    char *letters;        /* getopt's short options */
    struct option *longs; /* every name, and its spellings with '_' and with '-' */
    size_t n_longs;
    char *spellings; /* their text */
};
static int parser_init(
    struct parser *p, const struct opt_list *list, bool stop_at_operand, struct err *err);
static void parser_release(struct parser *p);
static const struct opt_item *parser_item(const struct parser *p, int value);
static int unknown_option(const struct parser *p, char **argv, int argc, struct err *err);

/* ---- tables ---- */

int opt_list_init(struct opt_list *list, const struct opt *table, struct err *err)
{
    *list = (struct opt_list)OPT_LIST_INIT;
    if (list_add(list, table, 0, NULL, 0, err) < 0)
        goto fail;
    for (size_t i = 0; i < sizeof builtin_opts / sizeof *builtin_opts; i++)
        if (list_push(list, (struct opt_item){&builtin_opts[i], 0, OPT_GENERAL}, err) < 0)
            goto fail;
    return 0;
fail:
    opt_list_release(list);
    return -1;
}

void opt_list_release(struct opt_list *list)
{
    mem_free(list->item);
    *list = (struct opt_list)OPT_LIST_INIT;
}

/* A heading holds to the end of its table: what follows a group is not under the group's. */
static int list_add(struct opt_list *list, const struct opt *table, size_t offset,
    const char *heading, int depth, struct err *err)
{
    if (depth > GROUP_DEPTH_MAX)
        return err_set(err, "internal error: option groups nested too deep");
    for (const struct opt *opt = table; opt && opt->type != OPT_TYPE_END; opt++) {
        int ret = 0;
        if (opt->type == OPT_TYPE_HEAD)
            heading = opt->help;
        else if (opt->type == OPT_TYPE_GROUP)
            ret = list_add(list, opt->group, offset + opt->offset, heading, depth + 1, err);
        else
            ret = list_push(list, (struct opt_item){opt, offset + opt->offset, heading}, err);
        if (ret < 0)
            return -1;
    }
    return 0;
}

static int list_push(struct opt_list *list, struct opt_item item, struct err *err)
{
    if (mem_grow(&list->item, &list->room, list->n + 1, sizeof *list->item) < 0)
        return err_memory(err);
    list->item[list->n++] = item;
    return 0;
}

int opts_check(const struct opt *table, struct err *err)
{
    struct opt_list list;
    int ret = opt_list_init(&list, table, err);

    for (size_t i = 0; ret == 0 && i < list.n; i++)
        ret = item_check(&list, i, err);
    opt_list_release(&list);
    return ret;
}

/* '_' and '-' are one character in a name. */
static bool same_name(const char *a, const char *b)
{
    if (!a || !b || strlen(a) != strlen(b))
        return false;
    for (; *a; a++, b++)
        if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b))
            return false;
    return true;
}

static int item_check(const struct opt_list *list, size_t index, struct err *err)
{
    const struct opt *opt = list->item[index].opt;
    const char *name = opt->name ? opt->name : "(no name)";
    const char *wrong = NULL;

    if (!opt->name && !opt->letter)
        wrong = "has neither letter nor name";
    else if (opt->letter && (opt->letter >= 128 || !isalnum(opt->letter)))
        wrong = "has a letter that is none";
    else if (opt->name && (!*opt->name || strlen(opt->name) > 40 || opt->name[0] == '-' ||
                              strpbrk(opt->name, "= \t\n")))
        wrong = "has a name that is none";
    else if (!opt->help)
        wrong = "has no help";
    else if (value_wanted(opt) && !opt->arg)
        wrong = "does not say what its value is";
    else if ((opt->type == OPT_TYPE_INT || opt->type == OPT_TYPE_REAL) && !(opt->min < opt->max))
        wrong = "has an empty range";
    else if (opt->type == OPT_TYPE_ENUM && (!opt->names || !opt->names[0]))
        wrong = "has no values to choose from";
    else if (opt->type == OPT_TYPE_CUSTOM && !opt->parse)
        wrong = "has no parser";
    for (size_t i = 0; !wrong && i < index; i++) {
        const struct opt *other = list->item[i].opt;
        if ((opt->letter && opt->letter == other->letter) || same_name(opt->name, other->name))
            wrong = "is there twice, by letter or name";
    }
    if (wrong)
        return err_set(err, "internal error: option --%s (-%c) %s", name,
            opt->letter ? opt->letter : '?', wrong);
    return 0;
}

/* ---- parsing ---- */

/* "--trees: ", however the option was spelt, goes before what is wrong with its value. */
static int name_error(const struct opt *opt, struct err *err)
{
    if (opt->name)
        return err_prefix(err, "--%s", opt->name);
    return err_prefix(err, "-%c", opt->letter);
}

static int item_set(const struct opt_item *item, void *values, const char *text, struct err *err)
{
    if (value_set(item->opt, (char *)values + item->offset, text, err) < 0)
        return err->kind == ERR_MEMORY ? -1 : name_error(item->opt, err);
    return 0;
}

static int missing_value(const struct opt *opt, struct err *err)
{
    err_usage(err, "a value is missing (%s)", opt->arg);
    return name_error(opt, err);
}

int opts_parse(const struct opt_list *list, void *values, int argc, char **argv,
    bool stop_at_operand, int *first_operand, enum opt_asked *asked, struct err *err)
{
    struct parser p;
    int value, ret = -1;

    *asked = OPT_ASKED_NOTHING;
    *first_operand = argc;
    if (parser_init(&p, list, stop_at_operand, err) < 0)
        return -1;
    opterr = 0; /* the messages are ours */
    optind = 0; /* start afresh, also where something was parsed before */
    while ((value = getopt_long(argc, argv, p.letters, p.longs, NULL)) != -1) {
        const struct opt_item *item =
            parser_item(&p, value == '?' || value == ':' ? optopt : value);
        if (value == '?' && item && !value_wanted(item->opt) && optopt >= LONG_BASE) {
            err_usage(err, "takes no value");
            name_error(item->opt, err);
            goto out;
        }
        if (value == '?' || !item) {
            unknown_option(&p, argv, argc, err);
            goto out;
        }
        if (value == ':') {
            missing_value(item->opt, err);
            goto out;
        }
        if (item->opt == &builtin_opts[0] || item->opt == &builtin_opts[1]) {
            *asked = item->opt == &builtin_opts[0] ? OPT_ASKED_HELP : OPT_ASKED_VERSION;
            break;
        }
        if (item_set(item, values, optarg, err) < 0)
            goto out;
    }
    *first_operand = optind;
    ret = 0;
out:
    parser_release(&p);
    return ret;
}

static void parser_add_name(struct parser *p, size_t index, const char *name)
{
    p->longs[p->n_longs++] = (struct option){
        .name = name,
        .has_arg = value_wanted(p->list->item[index].opt) ? required_argument : no_argument,
        .val = LONG_BASE + (int)index,
    };
}

/* Room for a copy of name with one character for another, or NULL when that changes nothing. */
static char *parser_respell(struct parser *p, size_t *used, const char *name, char from, char to)
{
    if (!strchr(name, from))
        return NULL;
    char *copy = p->spellings + *used;
    size_t n = strlen(name);
    for (size_t i = 0; i <= n; i++)
        copy[i] = name[i] == from ? to : name[i];
    *used += n + 1;
    return copy;
}

static void parser_add(struct parser *p, size_t index, size_t *used)
{
    const struct opt *opt = p->list->item[index].opt;
    size_t n = strlen(p->letters);

    if (opt->letter) {
        p->letters[n++] = (char)opt->letter;
        if (value_wanted(opt))
            p->letters[n++] = ':';
        p->letters[n] = '\0';
    }
    if (!opt->name)
        return;
    parser_add_name(p, index, opt->name);
    char *low = parser_respell(p, used, opt->name, '-', '_');
    if (low)
        parser_add_name(p, index, low);
    char *dash = parser_respell(p, used, opt->name, '_', '-');
    if (dash)
        parser_add_name(p, index, dash);
}

static int parser_init(
    struct parser *p, const struct opt_list *list, bool stop_at_operand, struct err *err)
{
    size_t text = 0;
    for (size_t i = 0; i < list->n; i++)
        text += list->item[i].opt->name ? 2 * (strlen(list->item[i].opt->name) + 1) : 0;

    *p = (struct parser){.list = list};
    p->letters = mem_zalloc(list->n + 2, 2);
    p->longs = mem_zalloc(3 * list->n + 1, sizeof *p->longs);
    p->spellings = mem_zalloc(text, 1);
    if (!p->letters || !p->longs || !p->spellings) {
        parser_release(p);
        return err_memory(err);
    }
    p->letters[0] = stop_at_operand ? '+' : ':';
    p->letters[1] = stop_at_operand ? ':' : '\0';
    size_t used = 0;
    for (size_t i = 0; i < list->n; i++)
        parser_add(p, i, &used);
    return 0;
}

static void parser_release(struct parser *p)
{
    mem_free(p->spellings);
    mem_free(p->longs);
    mem_free(p->letters);
}

static const struct opt_item *parser_item(const struct parser *p, int value)
{
    if (value >= LONG_BASE && (size_t)(value - LONG_BASE) < p->list->n)
        return &p->list->item[value - LONG_BASE];
    for (size_t i = 0; value > 0 && i < p->list->n; i++)
        if (p->list->item[i].opt->letter == value)
            return &p->list->item[i];
    return NULL;
}

/* ---- what is said of an unknown option ---- */

/* The long option nearest to what was typed, or NULL. */
static const char *nearest_option(const struct parser *p, const char *typed)
{
    const char *best = NULL;
    for (size_t i = 0; i < p->list->n; i++) {
        const struct opt *opt = p->list->item[i].opt;
        if (opt->name && !(opt->flags & OPT_HIDDEN))
            nearest_try(&best, typed, opt->name);
    }
    return best;
}

/* Two options that begin as typed, when that is why it is refused. */
static int ambiguous_option(const struct parser *p, const char *typed, struct err *err)
{
    const char *first = NULL;
    for (size_t i = 0; i < p->list->n; i++) {
        const char *name = p->list->item[i].opt->name;
        if (!name || strncmp(name, typed, strlen(typed)) != 0)
            continue;
        if (first)
            return err_usage(err, "option --%s can mean --%s or --%s", typed, first, name);
        first = name;
    }
    return 0;
}

static int unknown_long(const struct parser *p, const char *word, struct err *err)
{
    char typed[ERR_QUOTE_MAX + 1];
    size_t n = strcspn(word, "=");
    int shown = err_quote_len(n);

    memcpy(typed, word, (size_t)shown);
    typed[shown] = '\0';
    if (n && ambiguous_option(p, typed, err) < 0)
        return -1;
    const char *best = nearest_option(p, typed);
    if (best)
        return err_usage(err, "unknown option --%s; did you mean --%s?", typed, best);
    return err_usage(err, "unknown option --%s", typed);
}

/* getopt leaves the word with the unknown letter at optind, or before it when it was the last. */
static int unknown_option(const struct parser *p, char **argv, int argc, struct err *err)
{
    if (!optopt || optopt >= LONG_BASE)
        return unknown_long(p, argv[optind - 1] + 2, err);
    for (int i = optind - 1; i <= optind && i < argc; i++) {
        const char *word = argv[i];
        if (word[0] == '-' && word[1] == (char)optopt && word[2]) {
            const char *best = nearest_option(p, word + 1);
            if (best)
                return err_usage(err, "unknown option -%c in '%.*s'; did you mean --%s?", optopt,
                    err_quote_len(strlen(word)), word, best);
        }
    }
    return err_usage(err, "unknown option -%c", optopt);
}
