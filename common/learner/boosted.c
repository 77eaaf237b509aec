/* boosted.c -- rounds that follow from one another: one tree at a time, by all threads; see
 * rounds.h. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/base/sum.h"
#include "common/learner/dropout.h"
#include "common/learner/refresh.h"
#include "common/learner/rounds.h"
#include "common/learner/tally.h"

enum { CHUNK = 16384 };

struct boost {
    struct grower *grower;
    const struct bins *bins;     /* that it grows on: the run's, or cut */
    struct bins cut;             /* where the learner cuts anew for each tree */
    struct byte_codes codes;     /* of the run's bins, where they have them */
    struct byte_codes cut_codes; /* of cut, likewise */
    uint16_t *draws;             /* [n_rows] */
    uint32_t *leaf;              /* [n_rows] of the tree at hand */
    struct refresh refresh;      /* where leaves are estimated anew */
    double *raw;                 /* [n_rows][n_outputs] what the forest says */
    int measured;                /* the round that was last, from 1 */
    uint16_t *cuts;              /* [forest's] codes of cuts of trees that are there already */
    size_t cuts_room;

    struct dropout drops; /* rule NULL: each round sees all trees */
    double *before;       /* a dropped tree's values before it was scaled */
    size_t before_room;
    /* since a tree was dropped for the first time: what all trees say, raw being without those of
     * the round, and what rounding left of it */
    double *whole, *rest;
};

/* What a pass over all rows works with. */
struct pass {
    const struct run *run;
    const struct tree *tree;
    const struct bytetree *bytes;
    const struct bins *bins; /* that bytes are of */
    const uint16_t *draws;   /* leaves of rows that were not drawn; NULL: of all */
    int output;
};

static void pass_run(const struct pass *p, void (*chunk)(void *ctx, int64_t chunk, int worker))
{
    pool_run((p->run->train->n_rows + CHUNK - 1) / CHUNK, chunk, (void *)p);
}

static int64_t chunk_end(const struct pass *p, int64_t chunk)
{
    int64_t end = (chunk + 1) * CHUNK;
    return end < p->run->train->n_rows ? end : p->run->train->n_rows;
}

/* ---- leaves of rows ---- */

static void leaves_by_values(void *ctx, int64_t chunk, int worker)
{
    const struct pass *p = ctx;
    struct boost *b = p->run->own;
    int64_t end = chunk_end(p, chunk);
    (void)worker;

    for (int64_t row = chunk * CHUNK; row < end; row++)
        b->leaf[row] = tree_leaf_in_table(p->tree, p->run->train, row);
}

static void leaves_by_bytes(void *ctx, int64_t chunk, int worker)
{
    const struct pass *p = ctx;
    struct boost *b = p->run->own;
    const struct bins *bins = p->bins;
    const uint8_t *near[BYTETREE_ROWS];
    int64_t rows[BYTETREE_ROWS], end = chunk_end(p, chunk);
    uint32_t leaf[BYTETREE_ROWS];
    int n = 0;
    (void)worker;

    for (int64_t row = chunk * CHUNK; row <= end; row++) {
        if (row < end && !(p->draws && p->draws[row])) {
            near[n] = bins->near + (size_t)row * bins->stride;
            rows[n++] = row;
        }
        if (n == BYTETREE_ROWS || (row == end && n)) {
            bytetree_leaves(p->bytes, near, n, leaf);
            for (int i = 0; i < n; i++)
                b->leaf[rows[i]] = leaf[i];
            n = 0;
        }
    }
}

/* By cuts[], the codes that the tree's cuts have in these bins, where they are bytes. */
static int leaves_by(struct run *r, const struct tree *tree, const struct bins *bins,
    const uint16_t *cuts, const uint16_t *draws, struct err *err)
{
    struct boost *b = r->own;
    struct bytetree bytes;
    struct pass p = {.run = r, .tree = tree, .bytes = &bytes, .bins = bins, .draws = draws};

    if (!cuts) {
        pass_run(&p, leaves_by_values);
        return 0;
    }
    struct byte_codes *codes = bins == &b->cut ? &b->cut_codes : &b->codes;
    codes->cut = cuts;
    if (bytetree_init(&bytes, tree, codes, NULL, err) < 0)
        return -1;
    pass_run(&p, leaves_by_bytes);
    bytetree_release(&bytes);
    return 0;
}

/* The leaf of every row in a tree that just grew. */
static int leaves_find(struct run *r, const struct tree *tree, struct err *err)
{
    struct boost *b = r->own;
    const uint16_t *cuts = b->bins->near ? tree->codes : NULL;

    if (r->learner->leaves_out(r->self) && leaves_by(r, tree, b->bins, cuts, b->draws, err) < 0)
        return -1;
    if (!r->learner->leaves_out(r->self) || cuts)
        grower_leaves(b->grower, b->leaf);
    return 0;
}

/* In tree i of the forest, for which cuts_code() has been called since it last grew. */
static int leaves_again(struct run *r, int i, const struct tree *tree, struct err *err)
{
    struct boost *b = r->own;
    /* a model's thresholds may fall within bins */
    bool init = i / forest_trees_per_round(&r->fit->forest) < r->opts->n_init;
    return leaves_by(r, tree, &r->bins, init || !r->bins.near ? NULL : b->cuts, NULL, err);
}

static int cuts_code(struct run *r, struct err *err)
{
    struct boost *b = r->own;
    const struct cuts *c = &r->fit->forest.cuts;

    if (!r->bins.near)
        return 0;
    if (mem_grow(&b->cuts, &b->cuts_room, c->n, sizeof *b->cuts) < 0)
        return err_memory(err);
    bins_codes_below(&r->bins, c->column, c->threshold, c->n, b->cuts);
    return 0;
}

/* ---- adding a tree ---- */

static void raw_add(void *ctx, int64_t chunk, int worker)
{
    const struct pass *p = ctx;
    const struct boost *b = p->run->own;
    const struct forest *f = &p->run->fit->forest;
    int k = f->n_outputs, width = f->leaf_width;
    int64_t end = chunk_end(p, chunk);
    (void)worker;

    for (int64_t row = chunk * CHUNK; row < end; row++) {
        const double *value = p->tree->values + (size_t)b->leaf[row] * (size_t)width;
        int64_t at = row * k + p->output;
        for (int j = 0; j < width; j++)
            b->raw[at + j] += value[j];
        for (int j = 0; j < width && b->whole; j++)
            sum_add(&b->whole[at + j], &b->rest[at + j], value[j]);
    }
}

/* Adds what the tree says to the rows' raw outputs; nothing of medians, which nobody looks at. */
static void tree_tell(struct run *r, const struct tree *tree, int output)
{
    const struct pass p = {.run = r, .tree = tree, .output = output};
    if (r->fit->forest.kind == FOREST_SUM)
        pass_run(&p, raw_add);
}

static enum boost_verdict tree_weigh(struct run *r, struct boost_tree *t)
{
    const struct boosting *l = r->learner->boosting;
    enum boost_verdict verdict = l->weigh ? l->weigh(r->self, t) : BOOST_KEEP;

    r->ended |= verdict != BOOST_KEEP;
    r->fit->ended = t->why;
    if (t->warn)
        watch_warn(r->watch, "%s", t->why);
    return verdict;
}

/* ---- trees that a round is grown without ---- */

static void raw_drop(void *ctx, int64_t chunk, int worker)
{
    const struct pass *p = ctx;
    const struct boost *b = p->run->own;
    const struct forest *f = &p->run->fit->forest;
    int k = f->n_outputs, width = f->leaf_width;
    int64_t end = chunk_end(p, chunk);
    (void)worker;

    for (int64_t row = chunk * CHUNK; row < end; row++) {
        size_t leaf = (size_t)b->leaf[row] * (size_t)width;
        int64_t at = row * k + p->output;
        for (int j = 0; j < width; j++) {
            b->raw[at + j] -= b->before[leaf + (size_t)j];
            sum_add(&b->whole[at + j], &b->rest[at + j], -b->before[leaf + (size_t)j]);
            sum_add(&b->whole[at + j], &b->rest[at + j], p->tree->values[leaf + (size_t)j]);
        }
    }
}

/* Takes tree i from raw; everywhere else it is as it will be after the round. */
static int tree_drop(struct run *r, int i, struct err *err)
{
    struct boost *b = r->own;
    struct forest *f = &r->fit->forest;
    const struct tree tree = forest_tree(f, i);
    const struct pass p = {.run = r, .tree = &tree, .output = forest_tree_output(f, i)};
    size_t n = tree.n_leaves * (size_t)f->leaf_width;

    if (mem_grow(&b->before, &b->before_room, n, sizeof *b->before) < 0)
        return err_memory(err);
    memcpy(b->before, tree.values, n * sizeof *b->before);
    forest_scale(f, i, b->drops.weight[i]);
    if (leaves_again(r, i, &tree, err) < 0)
        return -1;
    pass_run(&p, raw_drop);
    return r->fit->valid.table ? tally_rescale(&r->fit->valid, f, i, b->before, err) : 0;
}

/* So far nothing was taken from raw. */
static int whole_init(struct run *r, struct err *err)
{
    struct boost *b = r->own;
    size_t n = (size_t)r->train->n_rows * (size_t)r->fit->forest.n_outputs;

    if (b->whole)
        return 0;
    b->rest = mem_zalloc(n, sizeof *b->rest);
    b->whole = mem_copy(b->raw, n, sizeof *b->whole);
    return b->rest && b->whole ? 0 : err_memory(err);
}

static int round_drop(struct run *r, int round, struct err *err)
{
    struct boost *b = r->own;
    int per_round = forest_trees_per_round(&r->fit->forest);

    if (!b->drops.rule)
        return 0;
    if (dropout_reserve(&b->drops, (round + 1) * per_round, err) < 0)
        return -1;
    dropout_round(&b->drops, round, round * per_round);
    if (b->drops.n_dropped && (whole_init(r, err) < 0 || cuts_code(r, err) < 0))
        return -1;
    for (int i = 0; i < b->drops.n_dropped; i++)
        if (tree_drop(r, b->drops.dropped[i], err) < 0)
            return -1;
    return 0;
}

/* Tree i of the round is in the forest. */
static void tree_scale(struct run *r, int i)
{
    struct boost *b = r->own;
    if (b->drops.rule)
        forest_scale(&r->fit->forest, i, b->drops.own);
}

/* All of them are. */
static void round_undrop(struct run *r)
{
    struct boost *b = r->own;
    size_t n = (size_t)r->train->n_rows * (size_t)r->fit->forest.n_outputs;

    if (b->drops.rule)
        dropout_add(&b->drops, forest_trees_per_round(&r->fit->forest));
    if (b->whole)
        memcpy(b->raw, b->whole, n * sizeof *b->raw);
}

/* Leaves as they were when the forest had the rounds it has. */
static void weights_settle(struct run *r)
{
    struct boost *b = r->own;
    struct forest *f = &r->fit->forest;

    if (!b->drops.rule)
        return;
    dropout_restart(&b->drops, r->opts->n_init, forest_rounds(f), forest_trees_per_round(f));
    for (int i = 0; i < f->n_trees; i++)
        forest_scale(f, i, b->drops.weight[i]);
}

static void boosted_back(struct run *r)
{
    struct forest *f = &r->fit->forest;
    forest_truncate(f, r->best_round * forest_trees_per_round(f));
    weights_settle(r);
}

/* What is needed to drop trees, also to settle weights. */
static int drops_init(struct run *r, struct err *err)
{
    const struct boosting *l = r->learner->boosting;
    const struct dropping *rule = l->dropping ? l->dropping(r->self) : NULL;
    struct boost *b = r->own;
    struct forest *f = &r->fit->forest;

    if (!rule)
        return 0;
    if (forest_keep_unscaled(f) < 0)
        return err_memory(err);
    if (dropout_reserve(&b->drops, f->n_trees, err) < 0)
        return -1;
    b->drops.rule = rule;
    b->drops.self = r->self;
    for (int i = 0; i < r->opts->n_init * forest_trees_per_round(f); i++)
        forest_scale(f, i, 1);
    r->keep_cells = r->opts->n_init > 0;
    return 0;
}

/* ---- trees of an earlier run ---- */

/* What their learner makes of them again, and raw. */
static int round_replay(struct run *r, int round, struct err *err)
{
    struct boost *b = r->own;
    struct forest *f = &r->fit->forest;
    int per_round = forest_trees_per_round(f);

    bool refresh = r->opts->refresh;

    /* what is measured after the last may go by what it began with */
    if ((refresh || round == r->n_resumed - 1) &&
        r->learner->boosting->round(r->self, round, b->raw, err) < 0)
        return -1;
    if (cuts_code(r, err) < 0)
        return -1;
    for (int i = round * per_round; i < (round + 1) * per_round; i++) {
        struct tree tree = forest_tree(f, i);
        struct boost_tree t = {.round = round,
            .output = forest_tree_output(f, i),
            .tree = &tree,
            .leaf = b->leaf,
            .weight = f->tree_weight ? f->tree_weight[i] : 1,
            .first = i == 0};
        if (leaves_again(r, i, &tree, err) < 0)
            return -1;
        if (refresh && i % f->parallel == 0)
            r->learner->boosting->stats(r->self, t.output, b->raw, b->refresh.draws, false);
        if (refresh && refresh_tree(r, &b->refresh, i, b->leaf, err) < 0)
            return -1;
        tree_weigh(r, &t);
        if (round >= r->opts->n_init)
            tree_scale(r, i);
        tree_tell(r, &tree, t.output);
    }
    return 0;
}

/* ---- a round ---- */

static int grower_make(struct run *r, const struct bins *bins, struct err *err)
{
    struct boost *b = r->own;

    grower_free(b->grower);
    b->bins = bins;
    b->grower = grower_new(bins, r->learner->stats(r->self), &r->grow, &r->rule, err);
    return b->grower ? 0 : -1;
}

static bool cuts_anew(const struct run *r)
{
    const struct boosting *l = r->learner->boosting;
    return l->recuts && l->recuts(r->self);
}

/* By statistics of the rows drawn. */
static int bins_cut(struct run *r, struct err *err)
{
    struct boost *b = r->own;

    if (r->learner->boosting->bins(r->self, &r->bins, b->draws, &b->cut, err) < 0)
        return -1;
    byte_codes_release(&b->cut_codes);
    if (b->cut.near && byte_codes_of_bins(&b->cut_codes, &b->cut, err) < 0)
        return -1;
    return grower_make(r, &b->cut, err);
}

/* The rows of the round's tree number i: trees beside each other have rows of their own, those of
 * different outputs the same. */
static void rows_draw(const struct run *r, int i)
{
    struct boost *b = r->own;
    int parallel = r->fit->forest.parallel;
    bool leaves_out = r->learner->leaves_out(r->self);

    if (i == 0 ? leaves_out || r->first == r->n_resumed : leaves_out && parallel > 1)
        r->learner->sample(r->self, r->first * parallel + i % parallel, b->draws);
}

/* Grows the round's tree number i.  A tree that is dropped ends the run. */
static int tree_grow(struct run *r, int i, bool measured, bool *dropped, struct err *err)
{
    struct boost *b = r->own;
    struct forest *f = &r->fit->forest;
    int number = r->first * forest_trees_per_round(f) + i, output = forest_tree_output(f, number);
    struct boost_tree t = {.round = r->first,
        .output = output,
        .leaf = b->leaf,
        .draws = b->draws,
        .weight = 1,
        .first = f->n_trees == 0};

    rows_draw(r, i);
    bool first = i % f->parallel == 0; /* trees beside each other see the same gradients */
    if (first)
        r->learner->boosting->stats(r->self, output, b->raw, b->draws, measured);
    if (cuts_anew(r) && (first || r->learner->leaves_out(r->self)) && bins_cut(r, err) < 0)
        return -1;
    t.tree = grower_tree(b->grower, (uint32_t)number, b->draws, err);
    if (!t.tree)
        return -1;
    if (leaves_find(r, t.tree, err) < 0)
        goto fail;
    enum boost_verdict verdict = tree_weigh(r, &t);
    if ((*dropped = verdict == BOOST_DROP)) {
        tree_free(t.tree);
        return 0;
    }
    if (forest_add(f, t.tree) < 0) {
        err_memory(err);
        goto fail;
    }
    if (f->kind == FOREST_MEDIAN)
        forest_weigh(f, number, t.weight);
    tree_scale(r, number);
    const struct tree added = forest_tree(f, number);
    tree_tell(r, &added, output);
    return 0;
fail:
    tree_free(t.tree);
    return -1;
}

/* Of a round, from 1, that the forest ends with. */
static int keep_measures(struct run *r, int round, struct err *err)
{
    struct boost *b = r->own;

    b->measured = round;
    return run_keep_measures(r, round, b->raw, b->draws, err);
}

static int round_grow(struct run *r, bool measured, bool *dropped, struct err *err)
{
    const struct boosting *l = r->learner->boosting;
    struct boost *b = r->own;

    if (round_drop(r, r->first, err) < 0 || l->round(r->self, r->first, b->raw, err) < 0)
        return -1;
    for (int i = 0; i < forest_trees_per_round(&r->fit->forest) && !*dropped; i++)
        if (tree_grow(r, i, measured, dropped, err) < 0)
            return -1;
    round_undrop(r);
    return 0;
}

/* The round comes by again; those of a model came by before the first. */
static int round_again(struct run *r, struct err *err)
{
    if (r->first < r->opts->n_init)
        return 0;
    if (round_drop(r, r->first, err) < 0 || round_replay(r, r->first, err) < 0)
        return -1;
    round_undrop(r);
    return 0;
}

static int boosted_step(struct run *r, struct err *err)
{
    const struct fit_opts *o = r->opts;
    struct fit *fit = r->fit;
    int per_round = forest_trees_per_round(&fit->forest), tree = r->first * per_round;
    bool measured = o->curve || r->first + 1 == o->n_rounds, dropped = false;

    if (r->first < r->n_resumed) {
        if (round_again(r, err) < 0)
            return -1;
    } else {
        if (round_grow(r, measured, &dropped, err) < 0)
            return -1;
        if (dropped)
            return 0;
        if (measured && keep_measures(r, r->first + 1, err) < 0)
            return -1;
    }
    r->first++;
    if (fit->valid.table &&
        tally_add(&fit->valid, &fit->forest, tree, tree + per_round, NULL, NULL, NULL, err) < 0)
        return -1;
    return o->curve || o->early_stop ? run_measure(r, r->first, err) : 0;
}

/* Whatever a run ended by, and also one that had nothing left to do. */
static int boosted_finish(struct run *r, struct err *err)
{
    const struct boost *b = r->own;
    int n = r->first;
    return n > 0 && b->measured != n ? keep_measures(r, n, err) : 0;
}

/* ---- beginning and end ---- */

static int boosted_init(struct run *r, struct err *err)
{
    struct boost *b = r->own;
    const struct forest *f = &r->fit->forest;
    size_t n = (size_t)r->train->n_rows, k = (size_t)f->n_outputs;

    r->grow.all_threads = true;
    b->draws = mem_alloc(n, sizeof *b->draws);
    b->leaf = mem_alloc(n, sizeof *b->leaf);
    b->raw = mem_alloc(n, k * sizeof *b->raw);
    if (!b->draws || !b->leaf || !b->raw)
        return err_memory(err);
    mem_expect(b->leaf, n * sizeof *b->leaf);
    mem_expect(b->raw, n * k * sizeof *b->raw);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            b->raw[i * k + j] = r->train->margin ? r->train->margin[j][i] : f->base[j];
    if (r->bins.near && byte_codes_of_bins(&b->codes, &r->bins, err) < 0)
        return -1;
    if (r->opts->refresh && refresh_init(&b->refresh, (int64_t)n, err) < 0)
        return -1;
    if (drops_init(r, err) < 0)
        return -1;
    /* trees of a model, while the table has its cells */
    for (int round = 0; round < r->opts->n_init && round < r->n_resumed; round++)
        if (round_replay(r, round, err) < 0)
            return -1;
    return cuts_anew(r) ? 0 : grower_make(r, &r->bins, err);
}

static void boosted_release(struct run *r)
{
    struct boost *b = r->own;

    /* interrupted among the rounds that there were already */
    if (r->first < r->n_resumed)
        weights_settle(r);
    grower_free(b->grower);
    dropout_release(&b->drops);
    refresh_release(&b->refresh);
    byte_codes_release(&b->codes);
    byte_codes_release(&b->cut_codes);
    bins_release(&b->cut);
    mem_free(b->draws);
    mem_free(b->leaf);
    mem_free(b->raw);
    mem_free(b->cuts);
    mem_free(b->before);
    mem_free(b->whole);
    mem_free(b->rest);
}

const struct rounds boosted_rounds = {
    .own_size = sizeof(struct boost),
    .init = boosted_init,
    .step = boosted_step,
    .finish = boosted_finish,
    .back = boosted_back,
    .release = boosted_release,
};
