/*
 * test_block.c -- common/table/block.h: rows taken by the block are those taken one by one,
 * whatever is in the file, and so are all messages.
 *
 * BLOCK_ROUNDS in the environment makes more files; BLOCK_SEED starts elsewhere.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/table/load.h"
#include "tests/unit/table/nasty.h"
#include "tests/unit/table/rows.h"
#include "tests/unit/table/same.h"

enum { ROUNDS = 1500 };

static const struct source_pieces one_by_one = {.none = true};

static long setting(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

static struct source *open_pieces(const struct buf *text, const struct read_opts *o, bool again,
    struct source_pieces pieces, struct err *err)
{
    struct source *s = rows_source(text->data ? text->data : "", (long)text->len, o, again, err);
    if (s)
        source_set_pieces(s, pieces);
    return s;
}

/* What one way of reading gave: all of it as bytes. */
struct outcome {
    int ret;
    struct err err;
    struct buf seen;
};

static void outcome_release(struct outcome *o)
{
    buf_release(&o->seen);
}

static void compare(
    const struct outcome *want, const struct outcome *got, const char *what, uint64_t seed)
{
    size_t n = want->seen.len;
    bool same = want->ret == got->ret;

    if (want->ret < 0 && same)
        same = want->err.kind == got->err.kind && strcmp(want->err.text, got->err.text) == 0;
    if (want->ret < 0 && got->seen.len < n)
        n = got->seen.len; /* rows before the error may come in other batches */
    else if (want->ret >= 0)
        same = same && n == got->seen.len;
    if (same && (n == 0 || memcmp(want->seen.data, got->seen.data, n) == 0))
        return;
    print_error("BLOCK_SEED=%llu: %s: %d '%s' (%zu bytes), but row by row %d '%s' (%zu)\n",
        (unsigned long long)seed, what, got->ret, got->err.text, got->seen.len, want->ret,
        want->err.text, want->seen.len);
    fail();
}

/* ---- ways of reading ---- */

static struct outcome train(
    const struct buf *text, const struct read_opts *o, struct source_pieces pieces, struct table *t)
{
    struct outcome out = {.err = ERR_INIT};
    struct watch w = rows_watch(&out.seen);
    struct source *s = open_pieces(text, o, true, pieces, &out.err);

    *t = (struct table)TABLE_INIT;
    out.ret = s ? load_table(t, s, o, &w, &out.err) : -1;
    source_close(s);
    if (out.ret == 0)
        same_table(t, &out.seen);
    return out;
}

static struct outcome validate(const struct buf *text, const struct read_opts *o,
    struct source_pieces pieces, const struct table *train_table)
{
    struct outcome out = {.err = ERR_INIT};
    struct watch w = rows_watch(&out.seen);
    struct table t = TABLE_INIT;
    struct source *s = open_pieces(text, o, false, pieces, &out.err);

    out.ret = s ? load_like(&t, s, train_table, o, &w, &out.err) : -1;
    source_close(s);
    if (out.ret == 0)
        same_table(&t, &out.seen);
    table_release(&t);
    return out;
}

static struct outcome predict(const struct buf *text, const struct read_opts *o,
    struct source_pieces pieces, const struct schema *schema, bool kept, int unknown)
{
    const struct bind_opts opts = {
        .format = o->format, .keep = kept ? "all" : NULL, .unknown = unknown};
    struct outcome out = {.ret = -1, .err = ERR_INIT};
    struct source *s = open_pieces(text, o, false, pieces, &out.err);
    struct reader *r = reader_of(s, &opts, schema, &out.err);

    if (r)
        out.ret = same_rows(r, schema, kept, &out.seen, &out.err);
    reader_close(r);
    return out;
}

static struct source_pieces pick_pieces(struct rng *rng)
{
    static const int sizes[] = {1, 7, 64, 200, 1000, 5000, 40000}, counts[] = {1, 2, 3, 9, 32};
    return (struct source_pieces){.size = sizes[rng_below(rng, 7)], .n = counts[rng_below(rng, 5)]};
}

/* Other rows for the same columns: as they come, and what the training rows were. */
static void follow(struct nasty *n, const struct buf *text, const struct table *t, int rows,
    struct source_pieces pieces, uint64_t seed)
{
    struct buf other = BUF_INIT;
    bool kept = rng_below(&n->rng, 8) == 0;
    int unknown = rng_below(&n->rng, 4) == 0;

    nasty_write(n, rows, &other);
    for (int i = 0; i < 2; i++) {
        const struct buf *input = i ? text : &other;
        struct outcome want = predict(input, &n->opts, one_by_one, &t->schema, kept, unknown);
        struct outcome got = predict(input, &n->opts, pieces, &t->schema, kept, unknown);
        compare(&want, &got, "predicting", seed);
        outcome_release(&want);
        outcome_release(&got);
        want = validate(input, &n->opts, one_by_one, t);
        got = validate(input, &n->opts, pieces, t);
        compare(&want, &got, "validating", seed);
        outcome_release(&want);
        outcome_release(&got);
    }
    buf_release(&other);
}

/* Counts files that could be read, lest all are errors. */
static void check_file(uint64_t seed, long *n_good)
{
    struct nasty n;
    struct buf text = BUF_INIT;
    struct table t, again;

    nasty_init(&n, seed);
    int rows = (int)rng_below(&n.rng, rng_below(&n.rng, 10) ? 300 : 3000);
    nasty_write(&n, rows, &text);
    struct outcome want = train(&text, &n.opts, one_by_one, &t);
    for (int i = 0; i < 2; i++) {
        struct source_pieces pieces = i ? (struct source_pieces){.size = 0} : pick_pieces(&n.rng);
        struct outcome got = train(&text, &n.opts, pieces, &again);
        compare(&want, &got, "training", seed);
        outcome_release(&got);
        table_release(&again);
    }
    if (want.ret == 0) {
        ++*n_good;
        follow(&n, &text, &t, rows, pick_pieces(&n.rng), seed);
    }
    outcome_release(&want);
    table_release(&t);
    buf_release(&text);
}

static void check_files(int threads)
{
    long rounds = setting("BLOCK_ROUNDS", ROUNDS), n_good = 0;
    uint64_t seed = (uint64_t)setting("BLOCK_SEED", 1000 * threads);
    struct err err = ERR_INIT;

    assert_ok(pool_start(threads, &err), &err);
    for (long i = 0; i < rounds; i++)
        check_file(seed + (uint64_t)i, &n_good);
    pool_stop();
    print_message("%ld of %ld files can be read\n", n_good, rounds);
    assert_true(n_good > rounds / 4 || rounds < 20);
}

static void test_one_thread(void **state)
{
    (void)state;
    check_files(1);
}

static void test_threads(void **state)
{
    (void)state;
    check_files(4);
}

/* ---- what random files do not have ---- */

static void same_both_ways(const struct buf *text, const struct read_opts *o, const char *what)
{
    struct table t, again;
    struct outcome want = train(text, o, one_by_one, &t);
    struct outcome got = train(text, o, (struct source_pieces){.size = 0}, &again);

    compare(&want, &got, what, 0);
    assert_int_equal(got.ret, 0);
    outcome_release(&want);
    outcome_release(&got);
    table_release(&t);
    table_release(&again);
}

/* More different texts than are kept, so that the column is given up; and as many of a target. */
static void test_many_texts(void **state)
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    (void)state;

    assert_ok(pool_start(2, &err), &err);
    assert_int_equal(buf_str(&text, "id,x,z\n"), 0);
    for (int i = 0; i < (1 << 20) + 60000; i++)
        assert_int_equal(buf_printf(&text, i % 1000 ? "i%d,%d,1\n" : ",%d,2\n", i, i % 7), 0);
    same_both_ways(&text, &(struct read_opts){.target = "x"}, "ids");
    pool_stop();
    buf_release(&text);
}

/* Labels of many numbers; a target that turns out to be no class; columns that change late. */
static void test_late_changes(void **state)
{
    struct buf text = BUF_INIT;
    (void)state;

    assert_int_equal(buf_str(&text, "a,b,c,d\n"), 0);
    for (int i = 0; i < 60000; i++)
        assert_int_equal(buf_printf(&text, "%s,%d,%s,%d%s\n", i < 50000 ? "" : "7", i % 2000,
                             i < 40000 ? "1.5"
                             : i % 2   ? "x"
                                       : "2024-01-01",
                             i % 2, i == 55000 ? ".5" : ""),
            0);
    same_both_ways(&text, &(struct read_opts){.target = "d"}, "a late regression");
    same_both_ways(&text, &(struct read_opts){.target = "b", .task = TASK_CLASSIFICATION},
        "many numbers as classes");
    same_both_ways(&text, &(struct read_opts){.target = "c"}, "a late category");
    buf_release(&text);
}

/* The files read for training, then for prediction. */
static void read_files(const struct operands *files, struct source_pieces pieces, struct buf *seen)
{
    const struct read_opts o = {.target = "y"};
    const struct bind_opts bind = {.keep = NULL};
    struct err err = ERR_INIT;
    struct table t;

    struct source *s = source_open(files, &o.format, false, true, &err);
    assert_ok(s ? 0 : -1, &err);
    source_set_pieces(s, pieces);
    assert_ok(load_table(&t, s, &o, NULL, &err), &err);
    assert_int_equal(t.n_rows, 15000);
    same_table(&t, seen);
    source_close(s);
    s = source_open(files, &o.format, false, false, &err);
    assert_ok(s ? 0 : -1, &err);
    source_set_pieces(s, pieces);
    struct reader *r = reader_of(s, &bind, &t.schema, &err);
    assert_ok(r ? same_rows(r, &t.schema, false, seen, &err) : -1, &err);
    reader_close(r);
    table_release(&t);
}

/* Files joined by name, of other delimiters and line ends.  The numbers a and c change places,
 * which is seen by their values only. */
static void test_files(void **state)
{
    struct buf text[3] = {BUF_INIT, BUF_INIT, BUF_INIT}, seen[2] = {BUF_INIT, BUF_INIT};
    (void)state;

    assert_int_equal(buf_str(&text[0], "a,b,y,c\n"), 0);
    assert_int_equal(buf_str(&text[1], "c;b;y;a\r\n"), 0);
    assert_int_equal(buf_str(&text[2], "b\ty\ta\tc\n"), 0);
    for (int i = 0; i < 5000; i++) {
        const char *b = i % 3 ? "red" : i % 2 ? "blue" : "";
        assert_int_equal(buf_printf(&text[0], "%d.25,%s,%d,%d\n", i, b, i % 2, i / 2), 0);
        assert_int_equal(buf_printf(&text[1], "%d;%s;%d;-%d\r\n", i / 2, b, i % 2, i), 0);
        assert_int_equal(buf_printf(&text[2], "%s\t%d\t%d\t%d", b, i % 2, i, i / 2), 0);
        assert_int_equal(i < 4999 ? buf_char(&text[2], '\n') : 0, 0);
    }
    const char *paths[] = {rows_file("1.csv", text[0].data), rows_file("2.csv", text[1].data),
        rows_file("3.csv", text[2].data)};
    const struct operands files = {3, paths};
    read_files(&files, one_by_one, &seen[0]);
    read_files(&files, (struct source_pieces){.size = 3000, .n = 5}, &seen[1]);
    assert_int_equal(seen[0].len, seen[1].len);
    assert_memory_equal(seen[0].data, seen[1].data, seen[0].len);
    for (int i = 0; i < 3; i++)
        buf_release(&text[i]);
    buf_release(&seen[0]);
    buf_release(&seen[1]);
}

/* ---- no memory ---- */

static const struct read_opts everything = {
    .target = "y", .weight = "w", .group = "g", .drop_missing_target = true};
static const struct source_pieces small = {.size = 60, .n = 3};

static void write_everything(struct buf *text)
{
    assert_int_equal(buf_str(text, "n,c,w,g,y\n"), 0);
    for (int i = 0; i < 60; i++)
        assert_int_equal(buf_printf(text, "%d.5,c%d,%d,%c,%d\n", i, i % 40 / 2, 1 + i % 3,
                             'a' + i / 3, i % 7 % 2),
            0);
}

static int train_under_fault(void *ctx, struct err *err)
{
    struct table t = TABLE_INIT;
    struct source *s = open_pieces(ctx, &everything, true, small, err);
    int ret = s ? load_table(&t, s, &everything, NULL, err) : -1;
    source_close(s);
    table_release(&t);
    return ret;
}

struct trained {
    const struct buf *text;
    struct table table;
};

static int validate_under_fault(void *ctx, struct err *err)
{
    const struct trained *trained = ctx;
    struct table t = TABLE_INIT;
    struct source *s = open_pieces(trained->text, &everything, false, small, err);
    int ret = s ? load_like(&t, s, &trained->table, &everything, NULL, err) : -1;
    source_close(s);
    table_release(&t);
    return ret;
}

static int predict_under_fault(void *ctx, struct err *err)
{
    const struct trained *trained = ctx;
    const struct bind_opts opts = {.keep = "c,y"};
    struct source *s = open_pieces(trained->text, &everything, false, small, err);
    struct reader *r = reader_of(s, &opts, &trained->table.schema, err);
    struct batch b;
    int got = r ? 1 : -1;
    while (got > 0)
        got = reader_next(r, &b, err);
    reader_close(r);
    return got;
}

static void test_faults(void **state)
{
    struct buf text = BUF_INIT;
    struct trained trained = {.text = &text};
    (void)state;

    write_everything(&text);
    struct outcome out = train(&text, &everything, one_by_one, &trained.table);
    assert_int_equal(out.ret, 0);
    outcome_release(&out);
    FAULT_LOOP(train_under_fault, &text);
    FAULT_LOOP(validate_under_fault, &trained);
    FAULT_LOOP(predict_under_fault, &trained);
    table_release(&trained.table);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_many_texts),
        cmocka_unit_test(test_late_changes),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
