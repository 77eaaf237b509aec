/* The texts of --help and --complete, letter by letter. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/cli/help.h"
#include "tests/unit/cli/toy.h"

static const char help_80[] =
    "Usage: toy-train [options] [FILE...]\n"
    "fit a toy to a table\n"
    "\n"
    "Options:\n"
    "  -n, --trees N            number of trees (default 500)\n"
    "      --max-depth N        most levels of a tree, where the root is level 0; a\n"
    "                           tree may also end before it is that deep, when no\n"
    "                           split is left that makes its nodes purer\n"
    "  -f, --sample_fraction F  rows drawn per tree (default 0.1)\n"
    "      --rate F             a silent default\n"
    "      --criterion NAME     impurity of a split: gini, entropy, squared\n"
    "                           (default gini)\n"
    "      --no-replace         draw rows without replacement\n"
    "  -E, --extra-trees        cut at random\n"
    "  -d, --delimiter C        what separates fields (default ;)\n"
    "\n"
    "Input:\n"
    "  -y, --target COL         column to predict\n"
    "  -e, --extra FILE         more rows, again and again\n"
    "\n"
    "General:\n"
    "  -o, --output FILE        write the result to FILE instead of standard output\n"
    "  -q, --quiet              print nothing but errors\n"
    "  -v, --verbose            tell more of what is done\n"
    "  -s, --seed N             seed of the random numbers; the same seed gives the\n"
    "                           same bytes (default 1)\n"
    "  -j, --threads N          threads to use (default: LEARNUTILS_THREADS, else the\n"
    "                           CPUs available)\n"
    "  -h, --help               print this help\n"
    "  -V, --version            print the version\n";

static int verb_help(int width, struct buf *out, struct err *err)
{
    struct opt_list list;
    if (opt_list_init(&list, toy_opts, err) < 0)
        return -1;
    int ret = help_verb(&toy_train, "toy-train", &list, width, out, err);
    opt_list_release(&list);
    return ret;
}

static void test_verb(void **state)
{
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(verb_help(80, &out, &err), &err);
    assert_string_equal(out.data, help_80);
    buf_release(&out);
}

static void test_width(void **state)
{
    struct err err = ERR_INIT;
    (void)state;

    for (int width = 50; width <= 100; width += 10) {
        struct buf out = BUF_INIT;
        size_t widest = 0;
        assert_ok(verb_help(width, &out, &err), &err);
        for (const char *line = out.data; *line; line += strcspn(line, "\n") + 1)
            if (strcspn(line, "\n") > widest)
                widest = strcspn(line, "\n");
        assert_in_range(widest, (size_t)width - 12, (size_t)width);
        buf_release(&out);
    }
}

struct wide {
    struct opt_strings names;
    const char *text;
    double small, nothing;
};

/* An option too long for its column; defaults of lists, texts and odd numbers. */
static void test_odd(void **state)
{
    static const struct wide defaults = {
        .names = {2, {"a", "b"}}, .text = "NA,?", .small = 1e-7, .nothing = -1};
    static const struct opt table[] = {
        OPT_STRINGS(0, "a-name-that-is-really-too-long", struct wide, names, "NAME", "names"),
        OPT_STRING(0, "na", struct wide, text, "LIST", "texts"),
        OPT_REAL(0, "small", struct wide, small, 0, 1, 0, "F", "a number"),
        OPT_REAL('x', NULL, struct wide, nothing, 0, 1, 0, "F", "no default: it is out of range"),
        OPT_END,
    };
    const struct verb verb = {.name = "v", .summary = "s", .opts = table, .defaults = &defaults};
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    struct opt_list list;
    (void)state;

    assert_ok(opt_list_init(&list, table, &err), &err);
    assert_ok(help_verb(&verb, "p-v", &list, 80, &out, &err), &err);
    assert_string_equal(out.data, "Usage: p-v [options]\n"
                                  "s\n"
                                  "\n"
                                  "Options:\n"
                                  "      --a-name-that-is-really-too-long NAME\n"
                                  "                 names (default a,b)\n"
                                  "      --na LIST  texts (default NA,?)\n"
                                  "      --small F  a number (default 1e-07)\n"
                                  "  -x F           no default: it is out of range\n"
                                  "\n"
                                  "General:\n"
                                  "  -h, --help     print this help\n"
                                  "  -V, --version  print the version\n");
    buf_release(&out);
    opt_list_release(&list);
}

static void test_program(void **state)
{
    struct buf out = BUF_INIT;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(help_program(&toy_program, 80, &out, &err), &err);
    assert_string_equal(out.data,
        "Usage: toy VERB [options] ...\n"
        "toys to play with\n"
        "\n"
        "Verbs:\n"
        "  train  fit a toy to a table\n"
        "  wrap   run a command\n"
        "  none   take no operands\n"
        "\n"
        "'toy VERB --help' tells more; 'toy-VERB' is the same as 'toy VERB'.\n");
    buf_release(&out);
}

static void test_complete(void **state)
{
    struct buf out = BUF_INIT;
    struct opt_list list;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(complete_program(&toy_program, &out, &err), &err);
    assert_string_equal(out.data, "train\tverb\tfit a toy to a table\n"
                                  "wrap\tverb\trun a command\n"
                                  "none\tverb\ttake no operands\n");
    buf_clear(&out);
    assert_ok(opt_list_init(&list, toy_opts, &err), &err);
    assert_ok(complete_verb(&toy_train, &list, &out, &err), &err);
    assert_non_null(strstr(out.data, "-o\tfile\twrite the result"));
    assert_non_null(strstr(out.data, "\n--output\tfile\twrite the result"));
    assert_non_null(strstr(out.data, "\n-n\tvalue\tnumber of trees\n--trees\tvalue\tnumber"));
    assert_non_null(strstr(out.data, "\n--criterion\tgini,entropy,squared\timpurity"));
    assert_non_null(strstr(out.data, "\n--no-replace\tnone\tdraw"));
    assert_non_null(strstr(out.data, "\n--version\tnone\tprint the version\n"));
    assert_non_null(strstr(out.data, "\noperand\tfile\t[options] [FILE...]\n"));
    assert_null(strstr(out.data, "--act")); /* hidden */
    buf_release(&out);
    opt_list_release(&list);
}

static int all_texts(void *ctx, struct err *err)
{
    struct buf out = BUF_INIT;
    struct opt_list list;
    int ret = -1;
    (void)ctx;

    if (opt_list_init(&list, toy_opts, err) < 0)
        return -1;
    if (help_verb(&toy_train, "toy-train", &list, 80, &out, err) == 0 &&
        complete_verb(&toy_train, &list, &out, err) == 0 &&
        help_program(&toy_program, 80, &out, err) == 0 &&
        complete_program(&toy_program, &out, err) == 0)
        ret = 0;
    buf_release(&out);
    opt_list_release(&list);
    return ret;
}

static void test_no_memory(void **state)
{
    (void)state;
    FAULT_LOOP(all_texts, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verb),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
