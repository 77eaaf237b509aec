/* test_pool.c -- the thread pool; also run under ThreadSanitizer. */
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "common/base/cpu.h"
#include "common/base/pool.h"

enum { N = 1000 };

struct work {
    int64_t sum[N];          /* written plainly: each task its own */
    atomic_int times[N];     /* how often a task ran */
    int64_t by_worker[64];   /* written plainly: a worker is one thread at a time */
    atomic_int worker_wrong; /* workers out of range */
    int n_workers;
};

static void run_task(void *ctx, int64_t task, int worker)
{
    struct work *work = ctx;
    if (worker < 0 || worker >= work->n_workers)
        atomic_fetch_add(&work->worker_wrong, 1);
    work->sum[task] += task * task;
    atomic_fetch_add(&work->times[task], 1);
    work->by_worker[worker]++;
}

static void check_each_once(int n_threads, int64_t n_tasks)
{
    static struct work work;
    memset(&work, 0, sizeof work);
    work.n_workers = n_threads;
    pool_run(n_tasks, run_task, &work);
    int64_t by_worker = 0;
    for (int64_t i = 0; i < N; i++) {
        assert_int_equal(atomic_load(&work.times[i]), i < n_tasks);
        assert_int_equal(work.sum[i], i < n_tasks ? i * i : 0);
    }
    for (int i = 0; i < n_threads; i++)
        by_worker += work.by_worker[i];
    assert_int_equal(by_worker, n_tasks);
    assert_int_equal(atomic_load(&work.worker_wrong), 0);
}

static void test_each_task_runs_once(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 4, 8};
    for (int i = 0; i < 4; i++) {
        struct err err = ERR_INIT;
        assert_ok(pool_start(threads[i], &err), &err);
        assert_int_equal(pool_size(), threads[i]);
        for (int64_t n = 0; n < 20; n++)
            check_each_once(threads[i], n);
        for (int times = 0; times < 20; times++)
            check_each_once(threads[i], N);
        pool_stop();
        assert_int_equal(pool_size(), 1);
    }
}

/* Jobs one after another, with and without time for the workers to fall asleep. */
static void test_many_jobs(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_ok(pool_start(4, &err), &err);
    for (int i = 0; i < 3000; i++)
        check_each_once(4, 5);
    for (int i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
        check_each_once(4, 5);
    }
    pool_stop();
}

static void test_without_a_pool(void **state)
{
    (void)state;
    assert_int_equal(pool_size(), 1);
    check_each_once(1, N);
    pool_stop();
}

struct nest {
    atomic_int inner[8]; /* inner tasks run, by outer task */
    atomic_int wrong;
};

static void inner_task(void *ctx, int64_t task, int worker)
{
    (void)task;
    atomic_fetch_add((atomic_int *)ctx, 1 + 1000 * worker); /* worker 0 of a pool of one */
}

static void outer_task(void *ctx, int64_t task, int worker)
{
    struct nest *nest = ctx;
    (void)worker;
    if (pool_size() != 1)
        atomic_fetch_add(&nest->wrong, 1);
    pool_run(10, inner_task, &nest->inner[task]);
    if (pool_size() != 1) /* still inside the outer task */
        atomic_fetch_add(&nest->wrong, 1);
}

static void test_a_job_inside_a_task(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    static struct nest nest;
    assert_ok(pool_start(4, &err), &err);
    pool_run(8, outer_task, &nest);
    for (int i = 0; i < 8; i++)
        assert_int_equal(atomic_load(&nest.inner[i]), 10);
    assert_int_equal(atomic_load(&nest.wrong), 0);
    assert_int_equal(pool_size(), 4);
    pool_run(1, outer_task, &nest); /* a single task too is a task */
    assert_int_equal(atomic_load(&nest.wrong), 0);
    pool_stop();
}

/* Two tasks that wait for each other: they end only if two threads run them at once. */
static void meet_task(void *ctx, int64_t task, int worker)
{
    atomic_int *here = ctx;
    (void)task, (void)worker;
    atomic_fetch_add(here, 1);
    while (atomic_load(here) < 2)
        ;
}

static void test_tasks_run_at_the_same_time(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    atomic_int here = 0;
    assert_ok(pool_start(2, &err), &err);
    pool_run(2, meet_task, &here);
    assert_int_equal(atomic_load(&here), 2);
    pool_stop();
}

static void test_default_size(void **state)
{
    (void)state;
    struct err err = ERR_INIT;
    assert_ok(pool_start(0, &err), &err);
    assert_int_equal(pool_size(), cpu_count());
    pool_stop();
}

static int start_and_stop(void *ctx, struct err *err)
{
    (void)ctx;
    if (pool_start(3, err) < 0)
        return -1;
    pool_stop();
    return 0;
}

static void test_no_memory(void **state)
{
    (void)state;
    FAULT_LOOP(start_and_stop, NULL);
    assert_int_equal(pool_size(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_pool),
        cmocka_unit_test(test_each_task_runs_once),
        cmocka_unit_test(test_many_jobs),
        cmocka_unit_test(test_a_job_inside_a_task),
        cmocka_unit_test(test_tasks_run_at_the_same_time),
        cmocka_unit_test(test_default_size),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
