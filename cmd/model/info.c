/*
 * model info -- what a model file says of itself.
 *
 * Of trees their number and size, too; everything else stands in the description that any model of
 * the suite has.  User manual: man/model.1.
 */
#include "cmd/model/about.h"
#include "cmd/model/cmd.h"

struct options {
    struct common_options common;
    bool json, arrays;
};

static const struct options defaults = {.common = COMMON_OPTIONS_INIT};

static const struct opt table[] = {
    OPT_FLAG(0, "json", struct options, json, "write JSON, with the description whole"),
    OPT_FLAG(0, "arrays", struct options, arrays, "list the arrays with type and shape"),
    OPT_GROUP(common_opts, struct options, common),
    OPT_END,
};

static int run(
    const struct options *o, const struct operands *files, struct watch *watch, struct err *err)
{
    struct opened opened = OPENED_INIT;
    struct forest_facts facts;
    struct output out = OUTPUT_INIT;
    struct buf text = BUF_INIT;
    const char *model, *data;
    int ret = -1;

    (void)watch;
    if (operands_take(files, false, o->common.output, &model, &data, err) < 0 ||
        opened_read(&opened, model, WANT_ANY, err) < 0)
        goto out;
    if (opened.has_trees && forest_facts_of(&facts, &opened.model.forest, err) < 0)
        goto out;
    const struct forest_facts *known = opened.has_trees ? &facts : NULL;
    if ((o->json ? about_json(&opened, known, &text, err)
                 : about_text(&opened, known, o->arrays || !known, &text, err)) < 0 ||
        output_open(&out, o->common.output, OUTPUT_TEXT, err) < 0 ||
        output_put(&out, text.data, text.len, err) < 0)
        goto out;
    ret = output_close(&out, err);
out:
    output_discard(&out);
    buf_release(&text);
    opened_release(&opened);
    return ret;
}

VERB(model_info, "info", "what a model is: columns, options, scores, trees", "[options] [MODEL]",
    table, struct options, defaults, 0, run)
