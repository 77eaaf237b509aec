/* bagged.c -- rounds that do not depend on one another: many trees at once; see rounds.h. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/learner/rounds.h"
#include "common/learner/tally.h"

enum { MAX_BATCH = 64, DRAWS_BYTES = 16 << 20 };

/* A batch of trees, grown at the same time. */
struct batch {
    int most, size; /* how many at most, ever and now */
    int n;          /* those being grown: [r->first, r->first + n) */
    bool no_memory; /* for what goes with a tree */
    uint16_t *draws[MAX_BATCH];
    struct tree *tree[MAX_BATCH];
    struct bytetree bytes[MAX_BATCH]; /* for out-of-bag rows, where their codes are bytes */
    struct byte_codes codes;
    uint16_t *resumed_cuts; /* [n_cuts] codes of the forest's cuts, while trees are resumed */
    struct err tree_err[MAX_BATCH];
    int n_growers;
    struct grower **growers; /* [n_growers], made when a worker first needs one */
};

/* ---- growing ---- */

/* Trees that the forest came with are there already; their rows are drawn all the same. */
static bool is_resumed(const struct run *r, int i)
{
    return r->first + i < r->n_resumed;
}

static int bytes_make(struct run *r, int i, struct err *err)
{
    struct batch *b = r->own;
    struct byte_codes codes = b->codes;

    if (is_resumed(r, i)) {
        struct tree tree = forest_tree(&r->fit->forest, r->first + i);
        codes.cut = b->resumed_cuts;
        return bytetree_init(&b->bytes[i], &tree, &codes, NULL, err);
    }
    if (!b->tree[i])
        return 0;
    codes.cut = b->tree[i]->codes;
    return bytetree_init(&b->bytes[i], b->tree[i], &codes, NULL, err);
}

static void grow_task(void *ctx, int64_t i, int worker)
{
    struct run *r = ctx;
    struct batch *b = r->own;
    struct err *err = &b->tree_err[i];
    int number = r->first + (int)i;

    if (!b->growers[worker])
        b->growers[worker] =
            grower_new(&r->bins, r->learner->stats(r->self), &r->grow, &r->rule, err);
    r->learner->sample(r->self, number, b->draws[i]);
    if (b->growers[worker] && !is_resumed(r, (int)i))
        b->tree[i] = grower_tree(b->growers[worker], (uint32_t)number, b->draws[i], err);
    if ((b->tree[i] && forest_know(&r->fit->forest, b->tree[i]) < 0) ||
        (r->fit->oob.table && r->bins.near && bytes_make(r, (int)i, err) < 0))
        b->no_memory = true;
}

static void trees_clear(struct batch *b)
{
    for (int i = 0; i < MAX_BATCH; i++) {
        tree_free(b->tree[i]);
        b->tree[i] = NULL;
    }
}

static void bytes_clear(struct batch *b)
{
    for (int i = 0; i < MAX_BATCH; i++)
        bytetree_release(&b->bytes[i]);
}

static int batch_grow(struct run *r, struct err *err)
{
    struct batch *b = r->own;
    int ret = 0;

    pool_run(b->n, grow_task, r);
    if (b->no_memory)
        ret = err_memory(err);
    for (int i = 0; i < b->n && ret == 0; i++) {
        if (is_resumed(r, i))
            continue;
        if (!b->tree[i]) {
            *err = b->tree_err[i];
            ret = -1;
        } else if (forest_add(&r->fit->forest, b->tree[i]) < 0) {
            ret = err_memory(err);
        } else {
            b->tree[i] = NULL;
        }
    }
    trees_clear(b);
    return ret;
}

/* ---- measuring ---- */

/* Adds trees to what the rows have. */
static int tally_rounds(struct run *r, int first, int last, struct err *err)
{
    const struct forest *f = &r->fit->forest;
    struct batch *b = r->own;

    if (r->fit->oob.table && tally_add(&r->fit->oob, f, first, last, &b->draws[first - r->first],
                                 &b->bytes[first - r->first], &r->bins, err) < 0)
        return -1;
    return r->fit->valid.table ? tally_add(&r->fit->valid, f, first, last, NULL, NULL, NULL, err)
                               : 0;
}

/* Round by round where each one is measured, all at once where not. */
static int batch_measure(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    struct batch *b = r->own;
    int last = r->first + b->n;

    if (!o->curve && !o->early_stop)
        return tally_rounds(r, r->first, last, err);
    for (int i = r->first; i < last && !r->fit->stopped_early; i++)
        if (tally_rounds(r, i, i + 1, err) < 0 || run_measure(r, i + 1, err) < 0)
            return -1;
    return 0;
}

/* ---- the way of growing ---- */

/* Batches start with a tree a worker and grow while they are quick, so that signals and limits are
 * soon heard. */
static void batch_resize(struct batch *b, double seconds)
{
    if (seconds < 0.2 && 2 * b->size <= b->most)
        b->size *= 2;
    else if (seconds > 0.5 && b->size > pool_size())
        b->size = pool_size() < b->most ? pool_size() : b->most;
}

static int bagged_step(struct run *r, struct err *err)
{
    struct batch *b = r->own;
    int left = r->opts->n_rounds - r->first;
    double start = clock_seconds();

    b->n = left < b->size ? left : b->size;
    if (batch_grow(r, err) < 0 || batch_measure(r, err) < 0)
        return -1;
    bytes_clear(b);
    r->first += b->n;
    batch_resize(b, clock_seconds() - start);
    return 0;
}

static int codes_init(struct run *r, struct err *err)
{
    const struct cuts *cuts = &r->fit->forest.cuts;
    struct batch *b = r->own;

    if (byte_codes_of_bins(&b->codes, &r->bins, err) < 0)
        return -1;
    b->resumed_cuts = mem_alloc(cuts->n, sizeof *b->resumed_cuts);
    if (!b->resumed_cuts)
        return err_memory(err);
    bins_codes_below(&r->bins, cuts->column, cuts->threshold, cuts->n, b->resumed_cuts);
    return 0;
}

static int bagged_init(struct run *r, struct err *err)
{
    struct batch *b = r->own;
    size_t draws = (size_t)r->train->n_rows * sizeof **b->draws;
    int threads = pool_size();

    b->growers = mem_zalloc((size_t)threads, sizeof *b->growers);
    if (!b->growers)
        return err_memory(err);
    b->n_growers = threads;
    if (r->bins.near && codes_init(r, err) < 0)
        return -1;
    b->most = DRAWS_BYTES / draws < MAX_BATCH ? (int)(DRAWS_BYTES / draws) : MAX_BATCH;
    if (b->most < 4 * threads)
        b->most = 4 * threads < MAX_BATCH ? 4 * threads : MAX_BATCH;
    b->size = threads < b->most ? threads : b->most;
    for (int i = 0; i < b->most; i++)
        if (!(b->draws[i] = mem_alloc(draws, 1)))
            return err_memory(err);
    return 0;
}

static void bagged_release(struct run *r)
{
    struct batch *b = r->own;

    trees_clear(b);
    bytes_clear(b);
    for (int i = 0; i < b->n_growers; i++)
        grower_free(b->growers[i]);
    mem_free(b->growers);
    byte_codes_release(&b->codes);
    mem_free(b->resumed_cuts);
    for (int i = 0; i < MAX_BATCH; i++)
        mem_free(b->draws[i]);
}

const struct rounds bagged_rounds = {
    .own_size = sizeof(struct batch),
    .init = bagged_init,
    .step = bagged_step,
    .release = bagged_release,
};
