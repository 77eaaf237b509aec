/* Option tables: every type read, refused and put together. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "tests/unit/cli/toy.h"

struct parsed {
    struct toy_options o;
    int first;
    enum opt_asked asked;
    char *argv[80];
    int argc;
};

/* Parses the words after "toy" by the toy's table. */
static int parse(struct parsed *p, bool stop, const char *const *words, struct err *err)
{
    struct opt_list list;
    int ret = opt_list_init(&list, toy_opts, err);

    p->o = toy_defaults;
    p->argc = 0;
    p->argv[p->argc++] = (char *)(uintptr_t) "toy";
    for (; *words; words++)
        p->argv[p->argc++] = (char *)(uintptr_t)*words;
    p->argv[p->argc] = NULL;
    if (ret == 0)
        ret = opts_parse(&list, &p->o, p->argc, p->argv, stop, &p->first, &p->asked, err);
    opt_list_release(&list);
    return ret;
}

#define PARSE(p, err, ...) parse((p), false, (const char *const[]){__VA_ARGS__, NULL}, (err))

static void test_nothing_gives_defaults(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    const char *none[] = {NULL};
    (void)state;

    assert_ok(parse(&p, false, none, &err), &err);
    assert_int_equal(p.o.n_trees, 500);
    assert_int_equal(p.o.common.seed, 1);
    assert_true(p.o.replace);
    assert_int_equal(p.first, 1);
    assert_int_equal(p.asked, OPT_ASKED_NOTHING);
}

static void test_types(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(PARSE(&p, &err, "-n", "7", "--max-depth=+12", "-f.25", "--criterion", "squared", "-E",
                  "--no-replace", "-dx", "-y", "a b", "-e", "1.csv", "--extra=2.csv", "-q"),
        &err);
    assert_int_equal(p.o.n_trees, 7);
    assert_int_equal(p.o.max_depth, 12);
    assert_close(p.o.fraction, 0.25, 0, 0);
    assert_int_equal(p.o.criterion, 2);
    assert_true(p.o.extra_trees);
    assert_false(p.o.replace);
    assert_int_equal(p.o.delimiter, 'x');
    assert_string_equal(p.o.input.target, "a b");
    assert_int_equal(p.o.input.extra.n, 2);
    assert_string_equal(p.o.input.extra.item[0], "1.csv");
    assert_string_equal(p.o.input.extra.item[1], "2.csv");
    assert_true(p.o.common.quiet);
    assert_false(p.o.common.verbose);
}

static void test_last_wins(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(PARSE(&p, &err, "-n", "7", "--trees=8", "-y", "a", "-yb"), &err);
    assert_int_equal(p.o.n_trees, 8);
    assert_string_equal(p.o.input.target, "b");
}

static void test_spellings(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(PARSE(&p, &err, "--max_depth=3", "--sample-fraction", "0.5"), &err);
    assert_int_equal(p.o.max_depth, 3);
    assert_close(p.o.fraction, 0.5, 0, 0);
    assert_ok(PARSE(&p, &err, "--max=4", "--sample_f=0.75", "--extra-t"), &err);
    assert_int_equal(p.o.max_depth, 4);
    assert_close(p.o.fraction, 0.75, 0, 0);
    assert_true(p.o.extra_trees);
}

static void test_operands(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    const char *command[] = {"-n", "3", "cmd", "-n", "4", NULL};
    (void)state;

    assert_ok(PARSE(&p, &err, "a", "-n", "3", "-", "-q", "--", "-n", "--x"), &err);
    assert_int_equal(p.o.n_trees, 3);
    assert_int_equal(p.argc - p.first, 4);
    assert_string_equal(p.argv[p.first], "a");
    assert_string_equal(p.argv[p.first + 1], "-");
    assert_string_equal(p.argv[p.first + 2], "-n");
    assert_string_equal(p.argv[p.first + 3], "--x");

    assert_ok(parse(&p, true, command, &err), &err);
    assert_int_equal(p.o.n_trees, 3);
    assert_int_equal(p.argc - p.first, 3);
    assert_string_equal(p.argv[p.first], "cmd");
}

static void test_asked(void **state)
{
    struct parsed p;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(PARSE(&p, &err, "-n", "3", "-h", "--nonsense"), &err);
    assert_int_equal(p.asked, OPT_ASKED_HELP);
    assert_ok(PARSE(&p, &err, "--version"), &err);
    assert_int_equal(p.asked, OPT_ASKED_VERSION);
}

#define REFUSED(message, ...)                                                                      \
    do {                                                                                           \
        struct parsed refused_;                                                                    \
        struct err err_ = ERR_INIT;                                                                \
        assert_err(PARSE(&refused_, &err_, __VA_ARGS__), &err_, ERR_USAGE, message);               \
        assert_string_equal(err_.text, message);                                                   \
    } while (0)

static void test_bad_values(void **state)
{
    const char *range = "--trees: 0 is out of range: it must be at least 1 and at most 1000000";
    (void)state;

    REFUSED("--trees: 'abc' is not a whole number", "--trees", "abc");
    REFUSED("--trees: 'abc' is not a whole number", "-nabc");
    REFUSED("--trees: '' is not a whole number", "--trees=");
    REFUSED("--trees: ' 5' is not a whole number", "--trees= 5");
    REFUSED("--trees: '5x' is not a whole number", "-n5x");
    REFUSED("--trees: '0x10' is not a whole number", "-n0x10");
    REFUSED("--trees: '1.5' is not a whole number", "-n1.5");
    REFUSED("--trees: '-' is not a whole number", "-n-");
    REFUSED(range, "-n0");
    REFUSED("--trees: 99999999999999999999 is out of range: it must be at least 1 and at most "
            "1000000",
        "-n99999999999999999999");
    REFUSED("--seed: -1 is out of range: it must be at least 0 and at most 9007199254740992", "-s",
        "-1");
    /* As doubles these two are one. */
    REFUSED("--seed: 9007199254740993 is out of range: it must be at least 0 and at most "
            "9007199254740992",
        "-s9007199254740993");
    REFUSED("--sample_fraction: 'x' is not a number", "-fx");
    REFUSED("--sample_fraction: '' is not a number", "-f", "");
    REFUSED("--sample_fraction: 'nan' is not a number", "-f", "nan");
    REFUSED("--sample_fraction: 'inf' is not a number", "-f", "inf");
    REFUSED("--sample_fraction: '0x1p-1' is not a number", "-f", "0x1p-1");
    REFUSED("--sample_fraction: '.5 ' is not a number", "-f", ".5 ");
    REFUSED("--sample_fraction: '1e' is not a number", "-f", "1e");
    REFUSED("--sample_fraction: 0 is out of range: it must be above 0 and at most 1", "-f0");
    REFUSED(
        "--sample_fraction: 1e999 is out of range: it must be above 0 and at most 1", "-f1e999");
    REFUSED("--rate: 10.5 is out of range: it must be at least 0 and at most 10", "--rate", "10.5");
    REFUSED("--criterion: 'ginny' is not one of gini, entropy, squared", "--criterion", "ginny");
    REFUSED("--criterion: 'gin' is not one of gini, entropy, squared", "--criterion=gin");
    REFUSED("--delimiter: 'ab' is not one character", "--delim=ab");
}

static void test_bad_options(void **state)
{
    (void)state;
    REFUSED("--trees: a value is missing (N)", "--trees");
    REFUSED("--trees: a value is missing (N)", "-qn");
    REFUSED("--extra-trees: takes no value", "--extra-trees=3");
    REFUSED("unknown option --treees; did you mean --trees?", "--treees=3");
    REFUSED("unknown option --serd; did you mean --seed?", "a", "--serd", "4");
    REFUSED("unknown option --max-dpeth; did you mean --max-depth?", "--max-dpeth");
    REFUSED("unknown option --zzz", "--zzz");
    REFUSED("unknown option -Z", "-Z");
    REFUSED("unknown option -Z", "-qZ", "x");
    REFUSED("unknown option -t in '-trees'; did you mean --trees?", "-trees", "4");
    REFUSED("unknown option -t in '-trees'; did you mean --trees?", "x", "-trees");
    REFUSED("option --s can mean --seed or --sample_fraction", "--s=4");
    /* 65 of an option that may be given 64 times. */
    const char *many[66] = {0};
    for (int i = 0; i < 65; i++)
        many[i] = "-ex";
    struct parsed p;
    struct err err = ERR_INIT;
    assert_err(parse(&p, false, many, &err), &err, ERR_USAGE, "--extra: given more than 64 times");
}

/* ---- tables ---- */

struct pair {
    int64_t a, b;
};

#define CHECK(text, ...)                                                                           \
    do {                                                                                           \
        const struct opt table_[] = {__VA_ARGS__, OPT_END};                                        \
        struct err err_ = ERR_INIT;                                                                \
        assert_err(opts_check(table_, &err_), &err_, ERR_FAILED, text);                            \
    } while (0)

static void test_check(void **state)
{
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(opts_check(toy_opts, &err), &err);
    CHECK("--b (-x) is there twice", OPT_INT('x', "a", struct pair, a, 0, 1, "N", "h"),
        OPT_INT('x', "b", struct pair, b, 0, 1, "N", "h"));
    CHECK("--a-b (-?) is there twice", OPT_INT(0, "a_b", struct pair, a, 0, 1, "N", "h"),
        OPT_INT(0, "a-b", struct pair, b, 0, 1, "N", "h"));
    CHECK("--help (-h) is there twice", OPT_INT('h', "a", struct pair, a, 0, 1, "N", "h"));
    CHECK("--version (-V) is there twice", OPT_INT(0, "version", struct pair, a, 0, 1, "N", "h"));
    CHECK("empty range", OPT_INT('x', "a", struct pair, a, 1, 1, "N", "h"));
    CHECK("neither letter nor name", OPT_INT(0, NULL, struct pair, a, 0, 1, "N", "h"));
    CHECK("a letter that is none", OPT_INT('?', "a", struct pair, a, 0, 1, "N", "h"));
    CHECK("a name that is none", OPT_INT('x', "--a", struct pair, a, 0, 1, "N", "h"));
    CHECK("no help", OPT_INT('x', "a", struct pair, a, 0, 1, "N", NULL));
    CHECK("does not say what its value is", OPT_INT('x', "a", struct pair, a, 0, 1, NULL, "h"));
    CHECK("no values to choose from", OPT_ENUM('x', "a", struct pair, a, NULL, "N", "h"));
    CHECK("no parser", OPT_CUSTOM('x', "a", struct pair, a, NULL, NULL, "N", "h"));
}

/* Offsets add up through groups in groups, and a heading ends with its table. */
static void test_groups(void **state)
{
    struct inner {
        int64_t x;
    };
    struct middle {
        char pad[24];
        struct inner inner;
    };
    struct outer {
        double pad;
        struct middle middle;
        int64_t last;
    };
    static const struct opt inner[] = {
        OPT_HEAD("Inner"), OPT_INT('x', "ex", struct inner, x, 0, 9, "N", "x"), OPT_END};
    static const struct opt middle[] = {
        OPT_HEAD("Middle"), OPT_GROUP(inner, struct middle, inner), OPT_END};
    static const struct opt outer[] = {OPT_GROUP(middle, struct outer, middle),
        OPT_INT('l', "last", struct outer, last, 0, 9, "N", "l"), OPT_END};
    struct opt_list list;
    struct outer o = {.last = 0};
    struct err err = ERR_INIT;
    char *argv[] = {
        (char *)(uintptr_t) "p", (char *)(uintptr_t) "-x5", (char *)(uintptr_t) "-l6", NULL};
    int first;
    enum opt_asked asked;
    (void)state;

    assert_ok(opt_list_init(&list, outer, &err), &err);
    assert_int_equal(list.n, 4);
    assert_int_equal(list.item[0].offset, offsetof(struct outer, middle.inner.x));
    assert_string_equal(list.item[0].heading, "Inner");
    assert_null(list.item[1].heading);
    assert_string_equal(list.item[2].opt->name, "help");
    assert_ok(opts_parse(&list, &o, 3, argv, false, &first, &asked, &err), &err);
    assert_int_equal(o.middle.inner.x, 5);
    assert_int_equal(o.last, 6);
    opt_list_release(&list);
}

static void test_group_in_itself(void **state)
{
    struct opt loop[2] = {{.type = OPT_TYPE_GROUP}, OPT_END};
    struct err err = ERR_INIT;
    (void)state;

    loop[0].group = loop;
    assert_err(opts_check(loop, &err), &err, ERR_FAILED, "nested too deep");
}

static int check_and_parse(void *ctx, struct err *err)
{
    struct parsed *p = ctx;
    if (opts_check(toy_opts, err) < 0)
        return -1;
    return PARSE(p, err, "-n", "7", "--max_depth=4", "a");
}

/* Memory that runs out while an error is put together is what is reported. */
static int refuse(void *ctx, struct err *err)
{
    struct parsed *p = ctx;
    int ret = PARSE(p, err, "--criterion=x");
    return ret < 0 && err->kind == ERR_USAGE ? 0 : -1;
}

static void test_no_memory(void **state)
{
    struct parsed p;
    (void)state;
    FAULT_LOOP(check_and_parse, &p);
    assert_int_equal(p.o.n_trees, 7);
    FAULT_LOOP(refuse, &p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_gives_defaults),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_last_wins),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_group_in_itself),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
