/*
 * toydata -- write made-up data sets as CSV.
 *
 * Options and messages only: the data sets are in plane.c, formula.c and normal.c.
 * User manual: man/toydata.1.
 */
#include <math.h>
#include <string.h>

#include "cmd/toydata/cmd.h"
#include "cmd/toydata/kind.h"
#include "cmd/toydata/rows.h"
#include "common/cli/opt.h"
#include "common/cli/verb.h"
#include "common/io/format/number.h"
#include "common/io/stream/output.h"

enum { DEFAULT_ROWS = 1000, DEFAULT_STEPS = 50 };

struct options {
    struct common_options common;
    int64_t rows, classes, dims; /* 0: not given */
    double noise;                /* below 0: not given */
    struct opt_strings ranges, steps;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT, .noise = -1};

#define KIND_LINE(ident, line) "\n  " line
#define KINDS_HEAD             "Kinds:" TOY_KINDS(KIND_LINE) "\n\nData"

static const struct opt table[] = {
    OPT_HEAD(KINDS_HEAD),
    OPT_INT('n', "rows", struct options, rows, 1, 1e15, "N",
        "rows to write (default 1000); not for grid"),
    OPT_REAL(0, "noise", struct options, noise, 0, 1e30, 0, "F",
        "how noisy; what it means and its default depend on the kind"),
    OPT_INT(0, "classes", struct options, classes, 1, TOY_MAX_CLASSES, "K", "number of classes"),
    OPT_INT(0, "dims", struct options, dims, 1, TOY_MAX_DIMS, "D", "number of columns"),
    OPT_STRINGS(0, "range", struct options, ranges, "LO:HI",
        "grid: ends of one column; give it once per column"),
    OPT_STRINGS(0, "steps", struct options, steps, "N",
        "grid: points along every column (default 50), or once per column"),
    OPT_GROUP(common_seed_opt, struct options, common),
    OPT_GROUP(common_thread_opt, struct options, common),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static const struct kind *find_kind(const struct operands *operands, struct err *err)
{
    if (operands->n != 1) {
        err_usage(err, operands->n ? "one kind is wanted, not %d" : "what kind of data? see --help",
            operands->n);
        return NULL;
    }
    const char *name = operands->item[0];
    const struct kind *kind = kind_find(name);
    if (!kind) {
        const char *meant = kind_suggest(name);
        if (meant)
            err_usage(err, "unknown kind '%.*s'; did you mean %s?", err_quote_len(strlen(name)),
                name, meant);
        else
            err_usage(
                err, "unknown kind '%.*s'; --help lists them", err_quote_len(strlen(name)), name);
    }
    return kind;
}

static int parse_range(const char *text, struct toy_axis *axis, struct err *err)
{
    const char *colon = strchr(text, ':');
    if (!colon || !number_read(text, (size_t)(colon - text), &axis->low) ||
        !number_read(colon + 1, strlen(colon + 1), &axis->high) || !isfinite(axis->low) ||
        !isfinite(axis->high))
        return err_usage(
            err, "--range: '%.*s' is not LO:HI, two numbers", err_quote_len(strlen(text)), text);
    return 0;
}

static int parse_steps(const char *text, struct toy_axis *axis, struct err *err)
{
    double steps;
    if (!number_read(text, strlen(text), &steps) || steps != floor(steps) || steps < 1 ||
        steps > 1e15)
        return err_usage(err, "--steps: '%.*s' is not a whole number of at least 1",
            err_quote_len(strlen(text)), text);
    axis->steps = (int64_t)steps;
    return 0;
}

/* --range once per column; --steps once for all, or once per column. */
static int read_axes(const struct options *o, struct toy_axis *axes, struct err *err)
{
    if (o->rows)
        return err_usage(err, "grid takes no -n: it has as many rows as --steps make");
    if (!o->ranges.n)
        return err_usage(err, "grid needs --range LO:HI, once per column");
    if (o->steps.n > 1 && o->steps.n != o->ranges.n)
        return err_usage(err, "%d --range and %d --steps: give --steps once, or once per column",
            o->ranges.n, o->steps.n);
    for (int i = 0; i < o->ranges.n; i++) {
        axes[i].steps = DEFAULT_STEPS;
        if (parse_range(o->ranges.item[i], &axes[i], err) < 0 ||
            (o->steps.n && parse_steps(o->steps.item[o->steps.n > 1 ? i : 0], &axes[i], err) < 0))
            return -1;
    }
    return 0;
}

static int count_rows(const struct options *o, const struct toy *toy, int64_t *n, struct err *err)
{
    *n = o->rows ? o->rows : DEFAULT_ROWS;
    if (toy->kind->uses & TOY_MESH)
        *n = toy_mesh_rows(toy);
    return *n < 0 ? err_usage(err, "--steps: the mesh has more points than can be counted") : 0;
}

static int run(
    const struct options *o, const struct operands *operands, struct watch *watch, struct err *err)
{
    struct toy_axis axes[OPT_STRINGS_MAX];
    struct toy_params params = {.seed = (uint64_t)o->common.seed,
        .noise = o->noise,
        .classes = o->classes,
        .dims = o->dims};
    struct toy toy = TOY_INIT;
    struct output out = OUTPUT_INIT;
    const struct kind *kind = find_kind(operands, err);
    int64_t n;
    int ret = -1;

    if (!kind)
        return -1;
    if (kind->uses & TOY_MESH) {
        if (o->dims)
            return err_usage(err, "grid takes no --dims: every --range is a column");
        if (read_axes(o, axes, err) < 0)
            return -1;
        params.axes = axes;
        params.dims = o->ranges.n;
    } else if (o->ranges.n || o->steps.n) {
        return err_usage(err, "%s takes no --%s", kind->name, o->ranges.n ? "range" : "steps");
    }
    if (toy_init(&toy, kind, &params, err) < 0)
        return -1;
    if (count_rows(o, &toy, &n, err) < 0 ||
        output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        rows_write(&toy, n, &out, watch, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    toy_release(&toy);
    return ret;
}

VERB(toydata, "", "write made-up data sets as CSV", "KIND [options]", table, struct options,
    defaults, 0, run)
