/*
 * pool.h -- the one thread pool.
 *
 * pool_run() calls fn(ctx, task, worker) for task 0 .. n_tasks-1, each once, in any order and on
 * any thread, and returns when all are done.  Results must not depend on which worker ran a task:
 * sums are fixed point, or per task and added in task order.  A pool_run() inside a task runs its
 * tasks there and then, one after another, as worker 0 of a pool of one: give it its own scratch
 * memory. Workers spin for at most 20 microseconds and then sleep.
 */
#ifndef COMMON_BASE_POOL_H
#define COMMON_BASE_POOL_H

#include <stdint.h>

#include "common/base/err.h"

/* Starts the pool with n_threads workers, the caller being one (0: cpu_count()).  Once a process.
 */
int pool_start(int n_threads, struct err *err) MUST_CHECK;
void pool_stop(void);

int pool_size(void); /* workers pool_run() may use: 1 when not started, or inside a task */
void pool_run(int64_t n_tasks, void (*fn)(void *ctx, int64_t task, int worker), void *ctx);

#endif
