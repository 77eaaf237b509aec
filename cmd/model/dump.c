/*
 * model dump -- every tree of a model, as text or as JSON.
 *
 * User manual: man/model.1.
 */
#include "cmd/model/dump.h"

#include "cmd/model/cmd.h"
#include "cmd/model/treelist.h"
#include "common/base/mem.h"

enum format { AS_TEXT, AS_JSON };
static const char *const format_names[] = {"text", "json", NULL};

struct options {
    struct common_options common;
    int format;
    const char *trees;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT};

static const struct opt table[] = {
    OPT_ENUM(0, "format", struct options, format, format_names, "FORMAT",
        "text for people or json for programs"),
    OPT_STRING(0, "tree", struct options, trees, "LIST",
        "trees to write: numbers from 1 and ranges, as in 1,10-12; else all"),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct opened opened = OPENED_INIT;
    struct output out = OUTPUT_INIT;
    bool *picked = NULL;
    const char *model, *data;
    int ret = -1;

    if (operands_take(files, false, o->common.output, &model, &data, err) < 0 ||
        opened_read(&opened, model, WANT_STATS, err) < 0)
        goto out;
    if (opened.model.forest.linear && o->trees) {
        err_usage(err, "--tree does not fit: the model has weights of columns, and no tree");
        goto out;
    }
    picked = mem_zalloc((size_t)opened.model.forest.n_trees, sizeof *picked);
    if (!picked) {
        err_memory(err);
        goto out;
    }
    if (treelist_pick(o->trees, opened.model.forest.n_trees, picked, err) < 0 ||
        output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        (o->format == AS_JSON ? dump_json : dump_text)(&opened, picked, &out, watch, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    mem_free(picked);
    opened_release(&opened);
    return ret;
}

VERB(model_dump, "dump", "the trees of a model as text or JSON", "[options] [MODEL]", table,
    struct options, defaults, 0, run)
