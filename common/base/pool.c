/* pool.c -- see pool.h. */
#include "common/base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "common/base/clock.h"
#include "common/base/cpu.h"
#include "common/base/mem.h"

#define SPIN_SECONDS 20e-6

struct job {
    int64_t n_tasks;
    void (*fn)(void *ctx, int64_t task, int worker);
    void *ctx;
};

static struct pool {
    int n_threads; /* with the caller */
    pthread_t *threads;
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    struct job job;         /* written under the lock while no worker is active */
    atomic_uint generation; /* changes when there is a new job */
    atomic_int_fast64_t next;
    atomic_int active; /* workers that have not yet finished the job */
    bool stopping;
} pool;

static _Thread_local bool inside_task;

static void job_work(const struct job *job, int worker)
{
    inside_task = true;
    for (;;) {
        int64_t task = atomic_fetch_add(&pool.next, 1);
        if (task >= job->n_tasks)
            break;
        job->fn(job->ctx, task, worker);
    }
    inside_task = false;
}

/* Waits until the generation is no longer `seen`: spins a little, then sleeps. */
static void worker_wait(unsigned seen)
{
    double start = clock_seconds();
    while (atomic_load(&pool.generation) == seen && clock_seconds() - start < SPIN_SECONDS)
        ;
    pthread_mutex_lock(&pool.lock);
    while (atomic_load(&pool.generation) == seen)
        pthread_cond_wait(&pool.wake, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}

static void *worker_main(void *arg)
{
    int worker = (int)(intptr_t)arg;
    unsigned seen = 0;
    for (;;) {
        worker_wait(seen);
        seen = atomic_load(&pool.generation);
        if (pool.stopping)
            return NULL;
        job_work(&pool.job, worker);
        if (atomic_fetch_sub(&pool.active, 1) == 1) {
            pthread_mutex_lock(&pool.lock);
            pthread_cond_signal(&pool.idle);
            pthread_mutex_unlock(&pool.lock);
        }
    }
}

int pool_start(int n_threads, struct err *err)
{
    if (n_threads <= 0)
        n_threads = cpu_count();
    pool.threads = mem_alloc((size_t)n_threads, sizeof *pool.threads);
    if (!pool.threads)
        return err_memory(err);
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.wake, NULL);
    pthread_cond_init(&pool.idle, NULL);
    pool.stopping = false;
    atomic_store(&pool.generation, 0);
    for (pool.n_threads = 1; pool.n_threads < n_threads; pool.n_threads++) {
        void *worker = (void *)(intptr_t)pool.n_threads;
        if (pthread_create(&pool.threads[pool.n_threads], NULL, worker_main, worker) != 0) {
            pool_stop();
            return err_set(err, "cannot start %d threads", n_threads);
        }
    }
    return 0;
}

static void job_post(int active)
{
    pthread_mutex_lock(&pool.lock);
    atomic_store(&pool.next, 0);
    atomic_store(&pool.active, active);
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
}

void pool_stop(void)
{
    if (!pool.threads)
        return;
    pool.stopping = true;
    job_post(0);
    for (int i = 1; i < pool.n_threads; i++)
        pthread_join(pool.threads[i], NULL);
    pthread_cond_destroy(&pool.idle);
    pthread_cond_destroy(&pool.wake);
    pthread_mutex_destroy(&pool.lock);
    mem_free(pool.threads);
    pool.threads = NULL;
    pool.n_threads = 0;
}

int pool_size(void)
{
    return pool.n_threads < 1 || inside_task ? 1 : pool.n_threads;
}

void pool_run(int64_t n_tasks, void (*fn)(void *ctx, int64_t task, int worker), void *ctx)
{
    if (pool_size() == 1 || n_tasks <= 1) {
        bool nested = inside_task;
        inside_task = true;
        for (int64_t task = 0; task < n_tasks; task++)
            fn(ctx, task, 0);
        inside_task = nested;
        return;
    }
    pool.job = (struct job){n_tasks, fn, ctx};
    job_post(pool.n_threads - 1);
    job_work(&pool.job, 0);

    double start = clock_seconds();
    while (atomic_load(&pool.active) && clock_seconds() - start < SPIN_SECONDS)
        ;
    pthread_mutex_lock(&pool.lock);
    while (atomic_load(&pool.active))
        pthread_cond_wait(&pool.idle, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}
