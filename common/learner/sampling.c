/* sampling.c -- see sampling.h. */
#include "common/learner/sampling.h"

#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"

/* Rows of weight 0 are in no sample. */
static int drawable_rows(struct sampling *s, const int64_t *weight, struct err *err)
{
    int64_t n = 0;

    for (int64_t i = 0; i < s->n_rows; i++)
        n += weight[i] > 0;
    s->n_drawable = n;
    if (n == s->n_rows)
        return 0;
    s->drawable = mem_alloc((size_t)n, sizeof *s->drawable);
    if (!s->drawable)
        return err_memory(err);
    n = 0;
    for (int64_t i = 0; i < s->n_rows; i++)
        if (weight[i] > 0)
            s->drawable[n++] = (uint32_t)i;
    return 0;
}

int sampling_init(struct sampling *s, const int64_t *weight, int64_t n_rows, double fraction,
    bool replace, uint64_t seed, struct err *err)
{
    *s = (struct sampling){.n_rows = n_rows, .replace = replace, .seed = seed};
    if (drawable_rows(s, weight, err) < 0)
        return -1;
    double n = nearbyint(fraction * (double)s->n_drawable);
    s->n_draws = n < 1 ? 1 : n > (double)s->n_drawable ? s->n_drawable : (int64_t)n;
    return 0;
}

void sampling_release(struct sampling *s)
{
    mem_free(s->drawable);
    s->drawable = NULL;
}

/* Without replacement by Knuth's algorithm S. */
void sampling_draw(const struct sampling *s, int round, uint16_t *draws)
{
    int64_t n = s->n_drawable, left = s->n_draws;
    struct rng r;

    rng_init(&r, s->seed, RNG_BAG, (uint32_t)round, 0);
    memset(draws, 0, (size_t)s->n_rows * sizeof *draws);
    for (int64_t i = 0; i < s->n_draws && s->replace; i++) {
        uint64_t at = rng_below(&r, (uint64_t)n);
        uint64_t row = s->drawable ? s->drawable[at] : at;
        draws[row] += draws[row] < UINT16_MAX;
    }
    for (int64_t at = 0; at < n && left && !s->replace; at++)
        if (left == n - at || (int64_t)rng_below(&r, (uint64_t)(n - at)) < left) {
            draws[s->drawable ? s->drawable[at] : at] = 1;
            left--;
        }
}

bool sampling_leaves_out(const struct sampling *s)
{
    return s->n_draws < s->n_drawable || (s->replace && s->n_drawable > 1);
}
