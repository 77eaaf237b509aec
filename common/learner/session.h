/*
 * session.h -- one run of a predict verb: what its kinds of output share.
 */
#ifndef COMMON_LEARNER_SESSION_H
#define COMMON_LEARNER_SESSION_H

#include "common/learner/header.h"
#include "common/learner/leaf_rows.h"
#include "common/learner/predict.h"
#include "common/learner/sheet.h"

struct predict_session {
    const struct predict_job *job;
    struct tree_model model; /* of its trees only those asked for; before the first are so many: */
    int n_before;
    struct leaf_index leaf_index; /* where quantiles are asked for */
    struct predictor *predictor;
    struct reader *reader;
    struct batch batch; /* the rows to be written */
    struct output out;
    char *prefix;
    struct header header; /* the kept columns, before start() */
    struct sheet sheet;
    void *self; /* the kind's own */
};

/* A kind of output. */
struct predict_kind {
    size_t self_size; /* zeroed before start() */
    bool stats;       /* does it need what training measured in the nodes? */
    /* Adds to the header, and writes it if it is whole. */
    int (*start)(struct predict_session *s, struct err *err);
    int (*batch)(struct predict_session *s, struct err *err);
    int (*finish)(struct predict_session *s, struct err *err); /* after the last batch; or NULL */
    void (*release)(struct predict_session *s);                /* whatever start() did */
};

extern const struct predict_kind predict_rows;      /* a line a row */
extern const struct predict_kind predict_contrib;   /* a line a row, class and column, or two */
extern const struct predict_kind predict_proximity; /* a matrix: a line and a column a row */
enum { PROXIMITY_ROWS = 10000 };                    /* at most */

#endif
