/*
 * opened.h -- what the operands of the verbs name: a model, and rows to try it on.
 *
 * A model is any that learnutils wrote; one of trees is read whole, with all its checks.
 */
#ifndef CMD_MODEL_OPENED_H
#define CMD_MODEL_OPENED_H

#include "common/cli/verb.h"
#include "common/learner/tree_model.h"
#include "common/table/table.h"

struct opened {
    const char *name; /* for messages */
    struct model file;
    bool has_trees;
    struct tree_model model; /* where there are trees */
};
#define OPENED_INIT                                                                                \
    {                                                                                              \
        .model = TREE_MODEL_INIT                                                                   \
    }

enum opened_want {
    WANT_ANY,   /* trees or not; with what training measured in the nodes */
    WANT_TREES, /* trees, without that */
    WANT_STATS, /* trees, with that */
};

/*
 * The operands are MODEL [DATA], or MODEL alone; no MODEL is standard input.  *data is DATA or
 * NULL.  A usage error if there are more, if standard input would be read twice, or if the output
 * would replace one of them.
 */
int operands_take(const struct operands *o, bool with_data, const char *output, const char **model,
    const char **data, struct err *err) MUST_CHECK;

int opened_read(
    struct opened *o, const char *path, enum opened_want want, struct err *err) MUST_CHECK;
void opened_release(struct opened *o);

/* Rows as the model reads them, dense; with the target if asked. */
int rows_read(struct table *t, const struct tree_model *m, const char *path,
    const struct read_opts *read, bool target, const struct watch *w, struct err *err) MUST_CHECK;

#endif
