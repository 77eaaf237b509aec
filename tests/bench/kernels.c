/*
 * kernels.c -- times parts of the programs, for tests/bench/run.
 *
 *   kernels read FILE            GB/s from CSV to a table in memory, all threads, target y
 *   kernels bins FILE            milliseconds from a table to codes, all threads, target y
 *   kernels predict MODEL FILE   ns a tree a row from codes to sums, one thread
 *
 * Prints one number, the best of three.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/tree_model.h"
#include "common/table/table.h"
#include "common/tree/bins.h"
#include "common/tree/predictor.h"

enum { RUNS = 3 };

static void fail(const struct err *err)
{
    fprintf(stderr, "kernels: %s\n", err->text);
    exit(1);
}

static double read_rate(const char *path)
{
    struct err err = ERR_INIT;
    struct stat st;
    double best = 0;
    for (int i = 0; i < RUNS && stat(path, &st) == 0; i++) {
        struct read_opts opts = READ_OPTIONS_INIT;
        struct operands files = {1, &path};
        struct table t;
        double start = clock_seconds();
        opts.target = "y";
        if (table_read(&t, &files, &opts, NULL, &err) < 0)
            fail(&err);
        double rate = (double)st.st_size / (clock_seconds() - start) / 1e9;
        best = rate > best ? rate : best;
        table_release(&t);
    }
    return best;
}

static double bins_time(const char *path)
{
    struct err err = ERR_INIT;
    struct read_opts opts = READ_OPTIONS_INIT;
    struct operands files = {1, &path};
    struct bins_opts bins_opts = BINS_OPTS_INIT;
    struct table t;
    double best = 1e9;

    opts.target = "y";
    if (table_read(&t, &files, &opts, NULL, &err) < 0)
        fail(&err);
    for (int i = 0; i < RUNS; i++) {
        struct bins b;
        double start = clock_seconds();
        if (bins_build(&b, &t, &bins_opts, &err) < 0)
            fail(&err);
        double ms = 1e3 * (clock_seconds() - start);
        best = ms < best ? ms : best;
        bins_release(&b);
    }
    table_release(&t);
    return best;
}

static double predict_time(const char *model, const char *path)
{
    struct err err = ERR_INIT;
    struct tree_model m;
    struct table t;
    struct read_opts opts = READ_OPTIONS_INIT;
    struct operands files = {1, &path};
    double best = 1e9;

    opts.target = "y";
    if (tree_model_read(&m, model, NULL, false, &err) < 0 ||
        table_read(&t, &files, &opts, NULL, &err) < 0)
        fail(&err);
    int64_t rows = t.n_rows < 200000 ? t.n_rows : 200000;
    struct predictor *p = predictor_spend(&m.forest, m.schema.n_cols, &err);
    if (!p)
        fail(&err);
    double *out = mem_alloc(PREDICTOR_ROWS, (size_t)m.forest.n_outputs * sizeof *out);
    struct predictor_block b = {
        .cols = (columns_t)t.values, .codes = mem_alloc(predictor_codes_size(p), sizeof *b.codes)};
    for (int i = 0; i < RUNS && out && b.codes; i++) {
        double seconds = 0;
        for (b.first = 0; b.first < rows; b.first += b.n) {
            b.n = rows - b.first < PREDICTOR_ROWS ? (int)(rows - b.first) : PREDICTOR_ROWS;
            predictor_code(p, &b);
            double start = clock_seconds();
            predictor_raw(p, &b, out);
            seconds += clock_seconds() - start;
        }
        double each = 1e9 * seconds / (double)rows / m.forest.n_trees;
        best = each < best ? each : best;
    }
    mem_free(out);
    mem_free(b.codes);
    predictor_free(p);
    table_release(&t);
    tree_model_release(&m);
    return best;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    if (pool_start(0, &err) < 0)
        fail(&err);
    if (argc == 3 && strcmp(argv[1], "read") == 0)
        printf("%.3f\n", read_rate(argv[2]));
    else if (argc == 3 && strcmp(argv[1], "bins") == 0)
        printf("%.1f\n", bins_time(argv[2]));
    else if (argc == 4 && strcmp(argv[1], "predict") == 0)
        printf("%.3f\n", predict_time(argv[2], argv[3]));
    else
        return 2;
    pool_stop();
    return 0;
}
