/*
 * queue.h -- nodes that have a split and wait for it to be made: a stack, or the one that gains
 * most first.
 */
#ifndef COMMON_TREE_QUEUE_H
#define COMMON_TREE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/tree/records.h"
#include "common/tree/split.h"

struct open_node {
    uint32_t node;
    uint64_t key;        /* what its random choices depend on, beside seed and tree */
    uint32_t begin, end; /* its rows are the grower's rows[buffer][begin..end) */
    uint8_t buffer;
    struct record_node records; /* or, where rows are in records, these */
    int depth;
    uint64_t *
        memory; /* the grower's, given back when the node is done: totals, and the split's arrays */
    int64_t *totals; /* [1 + n_sums] */
    int64_t *hist;   /* of all the tree's columns, or NULL */
    struct split split;
    struct ahead *ahead; /* its children, if they are there already: grower.h */
};

struct node_queue {
    bool best_first; /* ties: the node made first */
    struct open_node *item;
    size_t n, room;
};

/* Room for more nodes, so that queue_push() cannot fail; -1: no memory. */
int queue_reserve(struct node_queue *q, size_t more) MUST_CHECK;
void queue_push(struct node_queue *q, const struct open_node *node); /* takes what node owns */
struct open_node queue_pop(struct node_queue *q);
void queue_release(struct node_queue *q); /* of an empty queue */

#endif
