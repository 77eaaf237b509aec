/* grow_rows.c -- which rows a node has; see grow.h. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/pool.h"
#include "common/tree/grower.h"
#include "common/tree/partition.h"

struct hist_rows node_rows(const struct grower *g, const struct open_node *node)
{
    return (struct hist_rows){
        g->rows[node->buffer] + node->begin, node->end - node->begin, g->draws};
}

uint32_t node_size(const struct grower *g, const struct open_node *node)
{
    return g->moving ? records_count(&node->records) : node->end - node->begin;
}

static uint32_t n_chunks(uint32_t n_rows)
{
    return (uint32_t)(((uint64_t)n_rows + GROW_CHUNK - 1) / GROW_CHUNK);
}

static uint32_t chunk_end(uint32_t chunk, uint32_t n_rows)
{
    uint64_t end = ((uint64_t)chunk + 1) * GROW_CHUNK;
    return end < n_rows ? (uint32_t)end : n_rows;
}

/* ---- the root ---- */

/* A chunk of the table's rows: first how many are drawn, then which. */
struct filling {
    struct grower *g;
    uint32_t *first; /* [chunks + 1] where a chunk's rows begin; before that its number of rows */
    int64_t *totals; /* [chunks][width] */
};

static void fill_count(void *ctx, int64_t chunk, int worker)
{
    const struct filling *f = ctx;
    const uint16_t *draws = f->g->draws;
    uint32_t end = chunk_end((uint32_t)chunk, (uint32_t)f->g->bins->n_rows), n = 0;
    (void)worker;

    for (uint32_t row = (uint32_t)chunk * GROW_CHUNK; row < end; row++)
        n += draws[row] > 0;
    f->first[chunk] = n;
}

static void fill_rows(void *ctx, int64_t chunk, int worker)
{
    const struct filling *f = ctx;
    const struct grower *g = f->g;
    uint32_t end = chunk_end((uint32_t)chunk, (uint32_t)g->bins->n_rows);
    uint32_t *rows = g->rows[0] + f->first[chunk], n = 0;
    (void)worker;

    for (uint32_t row = (uint32_t)chunk * GROW_CHUNK; row < end; row++)
        if (g->draws[row])
            rows[n++] = row;
    struct hist_rows some = {rows, n, g->draws};
    hist_totals(g->stats, &some, f->totals + (size_t)chunk * g->width);
}

int rows_fill(struct grower *g, struct open_node *root)
{
    uint32_t chunks = n_chunks((uint32_t)g->bins->n_rows), at = 0;
    struct filling f = {g, NULL, NULL};
    int ret = -1;

    memset(root->totals, 0, g->width * sizeof *root->totals);
    if (g->moving) {
        root->records = records_fill(&g->records, g->draws, root->totals);
        return 0;
    }
    f.first = mem_alloc((size_t)chunks, sizeof *f.first);
    f.totals = mem_zalloc((size_t)chunks, g->width * sizeof *f.totals);
    if (!f.first || !f.totals)
        goto out;
    pool_run(chunks, fill_count, &f);
    for (uint32_t i = 0; i < chunks; i++) {
        uint32_t n = f.first[i];
        f.first[i] = at;
        at += n;
    }
    pool_run(chunks, fill_rows, &f);
    for (uint32_t i = 0; i < chunks; i++)
        for (size_t k = 0; k < g->width; k++)
            root->totals[k] += f.totals[i * g->width + k];
    root->end = at;
    ret = 0;
out:
    mem_free(f.first);
    mem_free(f.totals);
    return ret;
}

/* ---- parting ---- */

/* What goes left by code, of u8 codes. */
static void split_sides(const struct split *s, const struct bin_column *c, uint8_t left[256])
{
    if (c->category) {
        for (int code = 0; code < c->n_bins; code++)
            left[code] = s->set[code / 64] >> (code % 64) & 1;
    } else {
        memset(left, 1, (size_t)s->cut + 1);
        memset(left + s->cut + 1, 0, 255 - (size_t)s->cut);
    }
    left[c->n_bins] = s->missing_left;
}

static bool row_goes_left(const struct grower *g, const struct split *s, uint32_t row)
{
    const struct bin_column *c = &g->bins->cols[s->col];
    uint32_t code = bins_code(g->bins, s->col, row);
    if (code == (uint32_t)c->n_bins)
        return s->missing_left;
    if (c->category)
        return s->set[code / 64] >> (code % 64) & 1;
    return code <= (uint32_t)s->cut;
}

/* Of codes that are no bytes. */
static uint32_t wide_part(
    const struct grower *g, const struct split *s, uint32_t *rows, uint32_t n, uint32_t *right)
{
    uint32_t n_left = 0, n_right = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        if (row_goes_left(g, s, row))
            rows[n_left++] = row;
        else
            right[n_right++] = row;
    }
    return n_left;
}

struct parting {
    struct grower *g;
    const struct open_node *node;
    const uint8_t *codes; /* NULL: not bytes */
    uint8_t sides[256];
    uint32_t *left; /* [chunks] how many rows of a chunk go left, then where they go */
    uint32_t n_left;
};

static uint32_t part_some(const struct parting *p, uint32_t begin, uint32_t end)
{
    const struct grower *g = p->g;
    uint32_t *rows = g->rows[p->node->buffer] + begin, n = end - begin;
    return p->codes ? rows_part(rows, n, g->spare + begin, p->codes, p->sides)
                    : wide_part(g, &p->node->split, rows, n, g->spare + begin);
}

static void part_chunk(void *ctx, int64_t chunk, int worker)
{
    const struct parting *p = ctx;
    uint32_t n = p->node->end - p->node->begin, first = (uint32_t)chunk * GROW_CHUNK;
    (void)worker;
    p->left[chunk] =
        part_some(p, p->node->begin + first, p->node->begin + chunk_end((uint32_t)chunk, n));
}

/* A chunk's rows to where they belong in the other buffer. */
static void part_copy(void *ctx, int64_t chunk, int worker)
{
    const struct parting *p = ctx;
    const struct grower *g = p->g;
    uint32_t begin = p->node->begin, n = p->node->end - begin;
    uint32_t first = (uint32_t)chunk * GROW_CHUNK, end = chunk_end((uint32_t)chunk, n);
    uint32_t left_at = p->left[chunk], right_at = p->n_left + (first - left_at);
    uint32_t n_left = (end < n ? p->left[chunk + 1] : p->n_left) - left_at;
    uint32_t *to = g->rows[!p->node->buffer] + begin;
    (void)worker;

    memcpy(to + left_at, g->rows[p->node->buffer] + begin + first, n_left * sizeof *to);
    memcpy(to + right_at, g->spare + begin + first, (end - first - n_left) * sizeof *to);
}

/* All threads; -1: no memory, nothing is changed. */
static int part_large(struct parting *p, struct open_node child[2])
{
    uint32_t chunks = n_chunks(p->node->end - p->node->begin);

    p->left = mem_alloc(chunks, sizeof *p->left);
    if (!p->left)
        return -1;
    pool_run(chunks, part_chunk, p);
    for (uint32_t i = 0; i < chunks; i++) {
        uint32_t n = p->left[i];
        p->left[i] = p->n_left;
        p->n_left += n;
    }
    pool_run(chunks, part_copy, p);
    child[0].buffer = child[1].buffer = !p->node->buffer;
    mem_free(p->left);
    return 0;
}

static void part_small(struct parting *p, struct open_node child[2])
{
    const struct open_node *node = p->node;
    uint32_t *rows = p->g->rows[node->buffer];

    p->n_left = part_some(p, node->begin, node->end);
    memcpy(rows + node->begin + p->n_left, p->g->spare + node->begin,
        (node->end - node->begin - p->n_left) * sizeof *rows);
    child[0].buffer = child[1].buffer = node->buffer;
}

void rows_partition(
    struct grower *g, const struct open_node *node, struct open_node child[2], bool all_threads)
{
    const struct bin_column *c = &g->bins->cols[node->split.col];
    struct parting p = {.g = g, .node = node, .codes = g->bins->start ? NULL : c->code8};
    struct record_node part[2];

    if (p.codes || g->moving)
        split_sides(&node->split, c, p.sides);
    if (g->moving) {
        records_partition(&g->records, &node->records, node->split.col, p.sides, part);
        child[0].records = part[0];
        child[1].records = part[1];
        return;
    }
    if (!all_threads || node->end - node->begin < GROW_LARGE || part_large(&p, child) < 0)
        part_small(&p, child);
    child[0].begin = node->begin;
    child[0].end = child[1].begin = node->begin + p.n_left;
    child[1].end = node->end;
}
