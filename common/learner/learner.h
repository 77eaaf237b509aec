/*
 * learner.h -- the one frame of tree learners: what differs between them is a table of functions.
 *
 * A learner turns rows into statistics, draws the rows of each round, scores nodes and fills
 * leaves; the frame grows the trees (over threads), keeps what they add up to for held-out and
 * out-of-bag rows, measures, stops early.  A model is the same for any number of threads, and the
 * first n trees of a longer run are those of a shorter one.
 */
#ifndef COMMON_LEARNER_LEARNER_H
#define COMMON_LEARNER_LEARNER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/watch.h"
#include "common/comm/comm.h"
#include "common/metric/metric.h"
#include "common/table/table.h"
#include "common/tree/bins.h"
#include "common/tree/forest.h"
#include "common/tree/grow.h"

enum { METRICS_MAX = 32, ROUNDS_MAX = 1 << 24 };
enum { LEARNER_MAX_OUTPUTS = 4096 }; /* values a leaf may have: classes */

/* What a tree that follows from the others is to the forest. */
enum boost_verdict {
    BOOST_KEEP,
    BOOST_LAST, /* no tree can follow it */
    BOOST_DROP  /* no good, and no other would be better */
};

/* What a learner measures itself on its training rows. */
struct boost_measure {
    const char *data, *name; /* "train", "bound" */
};

/* What just grew, or was grown by an earlier run. */
struct boost_tree {
    int round, output; /* both from 0 */
    struct tree *tree;
    const uint32_t *leaf;  /* [n_rows] that each row reaches */
    const uint16_t *draws; /* [n_rows] NULL: not known, of an earlier run */
    bool first;            /* the forest has no other */
    /* to be set */
    double weight;   /* of FOREST_MEDIAN */
    const char *why; /* the run ends by it, or NULL */
    bool warn;       /* and that is worth a warning */
};

/* Rounds that are grown without some of the trees before them, whose leaves change afterwards. */
struct dropping {
    /* The trees to leave out of n_trees, whose leaves are weight[] times what they were when they
     * grew: rising, into dropped[n_trees]; how many.  Always the same for the same arguments, so
     * that a run that goes on from an earlier one can ask again. */
    int (*choose)(const void *self, int round, int n_trees, const double *weight, int *dropped);
    /* By what their leaves are multiplied once the round has grown, and those of its own trees. */
    void (*scale)(const void *self, int n_dropped, double *old, double *own);
};

/*
 * Of learners whose trees follow from one another, where raw[n_rows][n_outputs] is what the forest
 * says of the training rows so far.
 */
struct boosting {
    /* Before a round's rows are drawn. */
    int (*round)(void *self, int round, const double *raw, struct err *err);
    /* Before each tree of it, which adds to that output (or to all): fills the statistics.
     * measured: measure() will be called after the round. */
    void (*stats)(void *self, int output, const double *raw, const uint16_t *draws, bool measured);
    /* Between stats() and the tree, where recuts(): makes *bins of all of the table's values
     * (BINS_ALL) for the trees to come.  It is all 0 before the first. */
    bool (*recuts)(const void *self); /* NULL: never */
    int (*bins)(void *self, const struct bins *all, const uint16_t *draws, struct bins *bins,
        struct err *err);
    /* After it: may change the leaves' values.  Trees of an earlier run, which have their values
     * and weights, come by as well.  NULL: all are kept as they are. */
    enum boost_verdict (*weigh)(void *self, struct boost_tree *t);
    /* Of learners that may change weights of columns in the place of growing trees: how it is done
     * (NULL: trees grow); and -dL/df and d2L/df2, weighted, for an output, in memory of its own
     * that may be written over: [n_rows][2].  Both NULL: it always grows trees. */
    const struct linear_opts *(*linear)(const void *self);
    double (*(*gradients)(void *self, int output, const double *raw))[2];
    /* After the round, values[] of the measures; NAN: nothing to say.  NULL: the metrics are
     * measured on the training rows instead. */
    void (*measure)(void *self, const double *raw, const uint16_t *draws, double *values);
    const struct boost_measure *measures; /* up to one without a name */
    /* NULL, or what it returns is: rounds see all trees.  Only of FOREST_SUM. */
    const struct dropping *(*dropping)(const void *self);
};
enum { BOOST_MEASURES_MAX = 16 };

struct learner {
    const char *program;             /* "rf": what its models are called */
    const char *rounds;              /* what -n counts, for progress and summary: "trees" */
    size_t self_size;                /* of the learner's own state, zeroed before start() */
    const struct boosting *boosting; /* NULL: trees do not depend on one another */
    bool by_label; /* early stopping watches what labels are wrong, not probabilities */

    /* Prepares self for these rows: statistics, base, how trees grow.  params is the verb's own
     * options. */
    int (*start)(void *self, const void *params, const struct table *train, struct grow_opts *grow,
        struct err *err);
    void (*release)(void *self);
    /* An empty forest: kind, outputs, base, link. */
    int (*forest)(const void *self, struct forest *forest, struct err *err);
    const struct row_stats *(*stats)(const void *self);
    /* How often each row is drawn for a round: draws[n_rows].  Of forests with trees beside each
     * other, for each of these: round is round * parallel + its number.  Asked for once where
     * samples leave nothing out of a learner whose trees follow from one another. */
    void (*sample)(const void *self, int round, uint16_t *draws);
    bool (*leaves_out)(const void *self); /* does a sample leave out rows that count? */
    /* As in struct grow_rule; whether leaves need their rows. */
    void (*leaf)(
        const void *self, const struct hist_rows *rows, const int64_t *totals, double *value);
    bool (*leaf_by_rows)(const void *self);
    /* What is measured if nobody says, the first minding most; NULL: what fits the task. */
    const char *(*metrics)(const void *params, const struct table *train, char text[64]);
    /* params as JSON for the model's description; a new object. */
    json_t *(*describe)(const void *params);
};

/*
 * Raw outputs of a forest as what they mean by its link: probabilities of the classes (one output
 * is that of the last of two), or the value, of several quantiles the central one.  out has
 * prediction_width() values.  The same on any machine.
 */
int prediction_width(const struct target *t);
void prediction_link(
    const struct target *t, const struct forest *f, const double *raw, double *out);
/* One raw output of a forest that predicts values. */
double prediction_value(const struct forest *f, double raw);
int32_t prediction_label(
    const struct target *t, const double *probabilities); /* the greatest; ties: the first */
/* The class that most of a leaf's weight is of, which gets its tree's vote; ties: the first.  Of
 * one value: the last of two where it is over a half. */
int32_t leaf_vote(const double *value, int leaf_width);

/* Base margins that are not as many as a model's outputs: the error. */
int margins_misfit(int n_margins, int n_outputs, struct err *err);

struct fit_opts {
    int n_rounds;
    int max_bins;      /* as in struct bins_opts */
    int early_stop;    /* stop when the decisive metric is no better for so many rounds; 0: never */
    double time_limit; /* seconds, 0: none */
    int n_metrics;
    const struct metric *metrics;
    int decisive;    /* index of the metric that early stopping watches */
    bool refresh;    /* the leaves of these rounds are estimated anew */
    int n_init;      /* rounds that the forest comes with and that are of a finished model, whose
                        rows may have been others */
    bool curve;      /* measure after every round, not only the last */
    bool drop_cells; /* the training table's cells are not needed afterwards: they may go as soon as
                        they are coded, which halves the memory */
    /* called about once a minute with what is grown so far; NULL: not at all */
    int (*save)(void *ctx, const struct forest *forest, struct err *err);
    void *save_ctx;
};

struct measurement {
    int round;                  /* from 1 */
    const char *data;           /* "oob", "valid", "train": a constant */
    char name[METRIC_NAME_MAX]; /* a metric's or a measure's */
    double value;
};

/* What predictions of a set of rows have added up to so far. */
struct tally {
    const struct table *table;
    int n_trees;   /* added */
    double *sum;   /* [n_rows][n_outputs] */
    double *rest;  /* what rounding left of it, once trees have been scaled; else NULL */
    double *value; /* FOREST_MEDIAN: [n_trees][n_rows] instead, NAN: the tree did not vote */
    size_t value_room;
    uint32_t *n;    /* [n_rows] trees that voted; NULL: all of them */
    double *weight; /* [n_rows] with n: 0 for rows without a vote */
    double *linked; /* [n_rows][width] scratch: what was last measured */
    int32_t *label;
};

struct fit {
    struct forest forest;
    int n_measurements;
    size_t room;
    struct measurement *measurements; /* by rising round */
    struct tally oob, valid;          /* table NULL when there is none */
    bool stopped_early, out_of_time;
    const char *ended; /* no round could follow: why; or NULL */
};

#define FIT_INIT                                                                                   \
    {                                                                                              \
        .forest = FOREST_INIT                                                                      \
    }

/*
 * Fits a forest; where tables have margins, these stand in the place of its base.  valid may be
 * NULL.  fit->forest may already hold trees (of the same learner and data; n_init of its rounds of
 * any): they are kept and the rest is grown.  On ERR_INTERRUPTED the forest holds the trees grown
 * so far.  Early stopping watches valid, else the out-of-bag rows, and cuts the forest back to its
 * best round.
 */
int learner_fit(const struct learner *l, const void *params, struct table *train,
    const struct table *valid, const struct fit_opts *opts, struct comm *comm,
    const struct watch *watch, struct fit *fit, struct err *err) MUST_CHECK;
void fit_release(struct fit *fit);

/* What a metric was on a set of rows when the forest had the trees it has; NAN when not defined or
 * not measured. */
double fit_value(const struct fit *fit, const char *data, const char *name);
bool fit_measured(const struct fit *fit, const char *data);

#endif
