/*
 * comm.h -- the processes that train one model together, as a trainer sees them.
 *
 * Every learner takes a struct comm and uses it where rows of other processes count, so that none
 * has to be made aware of ranks later.  With one process, which comm_single() gives, each call is
 * done at once.
 */
#ifndef COMMON_COMM_COMM_H
#define COMMON_COMM_COMM_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct comm;

struct comm_ops {
    int (*all_reduce_i64)(struct comm *c, int64_t *sums, size_t n, struct err *err);
    int (*broadcast)(struct comm *c, void *bytes, size_t n, int root, struct err *err);
    int (*barrier)(struct comm *c, struct err *err);
};

struct comm {
    const struct comm_ops *ops;
    int rank, size;
};

struct comm comm_single(void);

/* Replaces sums by their totals over all ranks: fixed point, so that no order of adding matters. */
int comm_all_reduce_i64(struct comm *c, int64_t *sums, size_t n, struct err *err) MUST_CHECK;
/* Copies root's bytes to every rank. */
int comm_broadcast(struct comm *c, void *bytes, size_t n, int root, struct err *err) MUST_CHECK;
/* Returns once every rank has called it. */
int comm_barrier(struct comm *c, struct err *err) MUST_CHECK;

#endif
