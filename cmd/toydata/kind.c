/* kind.c -- see kind.h. */
#include "cmd/toydata/kind.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/cli/nearest.h"

#define ENTRY(ident, line) &kind_##ident,
const struct kind *const kinds[] = {TOY_KINDS(ENTRY) NULL};

const struct kind *kind_find(const char *name)
{
    for (int i = 0; kinds[i]; i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

const char *kind_suggest(const char *name)
{
    const char *best = NULL;
    for (int i = 0; kinds[i]; i++)
        nearest_try(&best, name, kinds[i]->name);
    return best;
}

static int refuse(const struct kind *kind, const char *option, struct err *err)
{
    return err_usage(err, "%s takes no --%s", kind->name, option);
}

static int check_options(const struct kind *kind, const struct toy_params *p, struct err *err)
{
    if (!(kind->uses & TOY_NOISE) && p->noise >= 0)
        return refuse(kind, "noise", err);
    if (!(kind->uses & TOY_CLASSES) && p->classes)
        return refuse(kind, "classes", err);
    if (!(kind->uses & (TOY_DIMS | TOY_MESH)) && p->dims)
        return refuse(kind, "dims", err);
    if (p->classes && (p->classes < kind->min_classes || p->classes > kind->max_classes))
        return err_usage(err, "%s: --classes must be from %d to %d, not %lld", kind->name,
            kind->min_classes, kind->max_classes, (long long)p->classes);
    if (p->dims && (p->dims < kind->min_dims || p->dims > TOY_MAX_DIMS))
        return err_usage(err, "%s: --dims must be from %d to %d, not %lld", kind->name,
            kind->min_dims, TOY_MAX_DIMS, (long long)p->dims);
    return 0;
}

int toy_init(
    struct toy *toy, const struct kind *kind, const struct toy_params *params, struct err *err)
{
    *toy = (struct toy)TOY_INIT;
    if (check_options(kind, params, err) < 0)
        return -1;
    toy->kind = kind;
    toy->seed = params->seed;
    toy->noise = params->noise < 0 ? kind->noise : params->noise;
    toy->n_classes = params->classes ? (int)params->classes : kind->classes;
    toy->n_dims = params->dims ? (int)params->dims : kind->dims;
    toy->axes = params->axes;
    if (kind->prepare && kind->prepare(toy, err) < 0) {
        toy_release(toy);
        return -1;
    }
    return 0;
}

void toy_release(struct toy *toy)
{
    mem_free(toy->fixed);
    *toy = (struct toy)TOY_INIT;
}

void toy_row(const struct toy *toy, int64_t row, float *x, double *y)
{
    struct rng rng;
    rng_init(&rng, toy->seed, RNG_DATA, toy->kind->stream, (uint64_t)row);
    toy->kind->draw(toy, &rng, row, x, y);
}

int64_t toy_mesh_rows(const struct toy *toy)
{
    int64_t n = 1;
    for (int i = 0; i < toy->n_dims; i++)
        if (__builtin_mul_overflow(n, toy->axes[i].steps, &n))
            return -1;
    return n;
}

void toy_fixed_rng(const struct toy *toy, struct rng *rng, uint64_t item)
{
    rng_init(rng, toy->seed, RNG_DATA, toy->kind->stream | UINT32_C(0x80000000), item);
}
