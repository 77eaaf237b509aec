/* quantile.c -- see quantile.h. */
#include "common/learner/quantile.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/io/format/number.h"

int quantiles_parse(const char *text, void *field, struct err *err)
{
    struct quantiles *q = field;

    for (q->n = 0;; text++) {
        size_t len = strcspn(text, ",");
        double value;
        if (q->n == QUANTILES_MAX)
            return err_usage(err, "more than %d quantiles", QUANTILES_MAX);
        if (!number_read(text, len, &value) || !(value > 0 && value < 1))
            return err_usage(
                err, "'%.*s' is not a number between 0 and 1", err_quote_len(len), text);
        for (int i = 0; i < q->n; i++)
            if (q->q[i] == value)
                return err_usage(err, "'%.*s' is there twice", err_quote_len(len), text);
        q->q[q->n++] = value;
        text += len;
        if (!*text)
            return 0;
    }
}

int quantiles_header(const struct quantiles *q, struct header *h, struct err *err)
{
    for (int i = 0; i < q->n; i++) {
        char text[NUMBER_MAX];
        number_write(q->q[i], text);
        if (header_add(h, "q_", text, err) < 0)
            return -1;
    }
    return 0;
}

int quantile_scratch_init(struct quantile_scratch *s, const struct leaf_index *x)
{
    s->weight = mem_zalloc(x->n_rows, sizeof *s->weight);
    s->seen = mem_zalloc((size_t)x->n_rows / 64 + 1, sizeof *s->seen);
    s->row = mem_alloc(x->n_rows, sizeof *s->row);
    s->upto = mem_alloc(x->n_rows, sizeof *s->upto);
    return s->weight && s->seen && s->row && s->upto ? 0 : -1;
}

void quantile_scratch_release(struct quantile_scratch *s)
{
    mem_free(s->weight);
    mem_free(s->seen);
    mem_free(s->row);
    mem_free(s->upto);
}

/* Adds what the rows of a leaf weigh, together 1. */
static void leaf_weigh(const struct leaf_index *x, size_t leaf, struct quantile_scratch *s)
{
    for (size_t i = x->start[leaf]; i < x->start[leaf + 1]; i++) {
        uint32_t row = x->row[i];
        s->weight[row] += (x->weight ? x->weight[row] : 1) / x->sum[leaf];
        s->seen[row / 64] |= (uint64_t)1 << row % 64;
    }
}

/* Lists the rows seen, by rising target, with what they weigh up to each, and forgets them. */
static uint32_t rows_collect(const struct leaf_index *x, struct quantile_scratch *s)
{
    uint32_t n = 0;
    double sum = 0;

    for (size_t word = 0; word <= x->n_rows / 64; word++) {
        for (uint64_t bits = s->seen[word]; bits; bits &= bits - 1) {
            uint32_t row = (uint32_t)(word * 64 + (size_t)__builtin_ctzll(bits));
            sum += s->weight[row];
            s->weight[row] = 0;
            s->row[n] = row;
            s->upto[n++] = sum;
        }
        s->seen[word] = 0;
    }
    return n;
}

void quantiles_find(const struct quantiles *q, const struct leaf_index *x, const struct forest *f,
    const uint32_t *leaf, size_t stride, struct quantile_scratch *s, double *value)
{
    for (int i = 0; i < f->n_trees; i++)
        leaf_weigh(x, f->place[i].leaf + leaf[(size_t)i * stride], s);
    uint32_t n = rows_collect(x, s);
    for (int i = 0; i < q->n; i++) {
        double least = (q->q[i] - QUANTILE_SLACK) * f->n_trees;
        uint32_t low = 0, high = n - 1; /* the last will do, whatever rounding did */
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (s->upto[middle] >= least)
                high = middle;
            else
                low = middle + 1;
        }
        value[i] = x->target[s->row[low]];
    }
}
