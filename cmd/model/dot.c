/*
 * model dot -- one tree of a model as a graph for Graphviz.
 *
 * User manual: man/model.1.
 */
#include "cmd/model/cmd.h"
#include "cmd/model/draw.h"

struct options {
    struct common_options common;
    int64_t tree, max_depth;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT, .tree = 1, .max_depth = -1};

static const struct opt table[] = {
    OPT_INT(0, "tree", struct options, tree, 1, 1 << 30, "T", "which tree, counted from 1"),
    OPT_INT(0, "max-depth", struct options, max_depth, 0, 1 << 30, "N",
        "draw no splits below so many, and say what is left out (default: all)"),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct opened opened = OPENED_INIT;
    struct output out = OUTPUT_INIT;
    const char *model, *data;
    int ret = -1, n;

    (void)watch;
    if (operands_take(files, false, o->common.output, &model, &data, err) < 0 ||
        opened_read(&opened, model, WANT_STATS, err) < 0)
        goto out;
    n = opened.model.forest.n_trees;
    if (o->tree > n) {
        err_usage(err, "--tree: no tree %lld: %s has %d", (long long)o->tree, opened.name, n);
        goto out;
    }
    if (output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        draw_tree(&opened, (int)o->tree - 1, o->max_depth, &out, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    opened_release(&opened);
    return ret;
}

VERB(model_dot, "dot", "a tree of a model as a graph for Graphviz", "[options] [MODEL]", table,
    struct options, defaults, 0, run)
