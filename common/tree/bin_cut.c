/* bin_cut.c -- see bin_cut.h. */
#include "common/tree/bin_cut.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sort.h"
#include "common/tree/coder.h"

enum {
    BORDERS = CODER_BYTE_CODES - 1, /* between ranges */
    PER_BORDER = 32,                /* values of the sample */
    SAMPLE = PER_BORDER * (BORDERS + 1),
    SAMPLED = 4,    /* the sample is at most one of so many values */
    WHOLE = 2048,   /* fewer values are one range */
    AT_ONCE = 4096, /* values coded while they are near */
    FEW = 24,       /* are sorted by insertion */
    MANY = 8        /* bins that end in one range are worth sorting it */
};

/* Range i holds the values above border i-1 that are not above border i; the last has no end. */
struct range {
    int64_t rows;
    double *values; /* those of a range of one value are not kept */
    int64_t sure;   /* distinct values it has at least */
    bool one_value; /* the border where it ends is all it may hold */
    bool sorted;
};

struct bin_cutter {
    int64_t n, room;   /* values of the column; that there is memory for */
    uint8_t *in_range; /* [room] of each value */
    double *kept;      /* [room] the values by range */
    double *spare;     /* [room] for sorting */
    int n_borders;
    double border[BORDERS];
    struct range ranges[BORDERS + 1];
};

struct bin_cutter *bin_cutter_new(void)
{
    return mem_zalloc(1, sizeof(struct bin_cutter));
}

static void cutter_drop(struct bin_cutter *k)
{
    mem_free(k->in_range);
    mem_free(k->kept);
    mem_free(k->spare);
    k->in_range = NULL;
    k->kept = k->spare = NULL;
    k->room = 0;
}

void bin_cutter_free(struct bin_cutter *k)
{
    if (k)
        cutter_drop(k);
    mem_free(k);
}

static int cutter_room(struct bin_cutter *k, int64_t n)
{
    if (n <= k->room)
        return 0;
    cutter_drop(k);
    k->in_range = mem_alloc((size_t)n, sizeof *k->in_range);
    k->kept = mem_alloc((size_t)n, sizeof *k->kept);
    k->spare = mem_alloc((size_t)n, sizeof *k->spare);
    if (!k->in_range || !k->kept || !k->spare)
        return -1;
    k->room = n;
    return 0;
}

/* ---- ranges ---- */

/* Puts a sample of the values, sorted, in k->kept; returns how many.  Missing ones are left out. */
static int64_t sample_take(struct bin_cutter *k, const double *values, int64_t n)
{
    int64_t most = n < WHOLE ? 0 : n / SAMPLED < SAMPLE ? n / SAMPLED : SAMPLE, m = 0;
    uint64_t width = most ? (uint64_t)(n / most) : 0;

    for (int64_t i = 0; i < most; i++) {
        uint64_t jitter = (uint32_t)i * 2654435769u * width >> 32; /* rows may repeat a pattern */
        double value = values[i * n / most + (int64_t)jitter];
        if (!isnan(value))
            k->kept[m++] = value + 0.0; /* no -0 */
    }
    sort_doubles(k->kept, (size_t)m, k->spare);
    return m;
}

/* A frequent value has a range for itself, so that its rows need only be counted. */
static void border_push(struct bin_cutter *k, double value, bool frequent)
{
    double before = nextafter(value, -INFINITY);
    if (frequent && (k->n_borders == 0 || k->border[k->n_borders - 1] < before))
        k->border[k->n_borders++] = before;
    k->ranges[k->n_borders].one_value = frequent;
    k->border[k->n_borders++] = value;
}

/* Borders between ranges of about as many values each, by a sample; zero is frequent if asked. */
static void borders_choose(struct bin_cutter *k, const double *values, int64_t n, bool zero)
{
    int64_t m = sample_take(k, values, n), range = 0;

    memset(k->ranges, 0, sizeof k->ranges);
    k->n_borders = 0;
    for (int64_t i = PER_BORDER; i < m && k->n_borders + 4 <= BORDERS; i += PER_BORDER) {
        double value = k->kept[i];
        if (zero && value >= 0) {
            border_push(k, 0, true);
            zero = false;
        }
        if (k->n_borders == 0 || k->border[k->n_borders - 1] < value)
            border_push(k, value, i + PER_BORDER < m && k->kept[i + PER_BORDER] == value);
    }
    if (zero)
        border_push(k, 0, true);
    for (int64_t i = 0; i < m; i++)
        if (i == 0 || k->kept[i - 1] < k->kept[i]) {
            while (range < k->n_borders && k->border[range] < k->kept[i])
                range++;
            k->ranges[range].sure++;
        }
}

/* Finds the range of each value, and counts them. */
static int ranges_count(struct bin_cutter *k, const double *values, int64_t n_zeros)
{
    struct coder coder;
    int64_t rows[UINT8_MAX + 1] = {0}, odd[UINT8_MAX + 1] = {0};

    if (coder_of_numbers(&coder, k->border, (size_t)k->n_borders) < 0)
        return -1;
    for (int64_t first = 0; first < k->n; first += AT_ONCE) {
        int64_t last = k->n - first < AT_ONCE ? k->n : first + AT_ONCE, i = first;
        (void)coder_bytes(&coder, values + first, (int)(last - first), k->in_range + first, 1);
        for (; i + 1 < last; i += 2) { /* two sums, as one range often follows itself */
            rows[k->in_range[i]]++;
            odd[k->in_range[i + 1]]++;
        }
        if (i < last)
            rows[k->in_range[i]]++;
    }
    coder_release(&coder);
    for (int i = 0; i <= k->n_borders; i++) {
        struct range *range = &k->ranges[i];
        range->rows = rows[i] + odd[i];
        if (n_zeros && range->one_value && k->border[i] == 0)
            range->rows += n_zeros;
        if (range->rows && !range->sure)
            range->sure = 1;
    }
    return 0;
}

/* Values that are not alone in their range, by range. */
static void ranges_deal(struct bin_cutter *k, const double *values)
{
    double *to[UINT8_MAX + 1] = {NULL}, *end = k->kept;

    for (int i = 0; i <= k->n_borders; i++)
        if (!k->ranges[i].one_value && k->ranges[i].rows) {
            k->ranges[i].values = to[i] = end;
            end += k->ranges[i].rows;
        }
    for (int64_t i = 0; end > k->kept && i < k->n; i++)
        if (to[k->in_range[i]])
            *to[k->in_range[i]]++ = values[i];
}

/* ---- order within a range ---- */

static void insertion_sort(double *values, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        double value = values[i];
        int64_t at = i;
        for (; at && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

/* A value of values[n] that about k are below. */
static double pivot_guess(const double *values, int64_t n, int64_t k)
{
    enum { LOOKED_AT = 15 };
    double some[LOOKED_AT];
    for (int i = 0; i < LOOKED_AT; i++)
        some[i] = values[n * i / LOOKED_AT];
    insertion_sort(some, LOOKED_AT);
    return some[k * LOOKED_AT / n];
}

/* Puts the values below the pivot (or equal to it, if asked) first; returns how many.  Both sides
 * are written, and one counted: no branch. */
static int64_t values_part(double *values, int64_t n, double pivot, bool equal, double *spare)
{
    int64_t low = 0;
    for (int64_t i = 0; i < n; i++) {
        double value = values[i];
        values[low] = spare[i - low] = value;
        low += equal ? value <= pivot : value < pivot;
    }
    memcpy(values + low, spare, (size_t)(n - low) * sizeof *values);
    return low;
}

static void smallest_first(double *values, int64_t n)
{
    int64_t at = 0;
    for (int64_t i = 1; i < n; i++)
        if (values[i] < values[at])
            at = i;
    double value = values[at];
    values[at] = values[0];
    values[0] = value;
}

/* Puts those of values[n] first that are not above value k in order (from 0), that one last, and
 * then the smallest of the others.  Returns how many they are. */
static int64_t values_select(double *values, int64_t n, int64_t k, double *spare)
{
    int64_t low = 0, high = n, taken = 0;

    while (!taken && high - low > FEW) {
        double pivot = pivot_guess(values + low, high - low, k - low);
        int64_t middle = low + values_part(values + low, high - low, pivot, false, spare);
        if (middle > low) {
            *(k < middle ? &high : &low) = middle;
        } else {
            low += values_part(values + low, high - low, pivot, true, spare);
            taken = k < low ? low : 0;
        }
    }
    if (!taken) {
        insertion_sort(values + low, high - low);
        for (taken = k + 1; taken < high && values[taken] == values[k];)
            taken++;
    }
    if (taken < n && taken == (k < low ? low : high))
        smallest_first(values + taken, n - taken);
    return taken;
}

/* ---- distinct values, in order ---- */

/* What is still to be read. */
struct runs {
    struct bin_cutter *k;
    int range;    /* where the next value is; none: beyond the last */
    int64_t at;   /* rows of it that were read; what follows them is the smallest not read */
    int64_t sure; /* distinct values the ranges behind have at least */
    int64_t left; /* distinct values; -1: not known */
};

/* To the next range that is not empty. */
static void runs_settle(struct runs *s)
{
    struct bin_cutter *k = s->k;
    while (s->range <= k->n_borders && s->at == k->ranges[s->range].rows) {
        s->at = 0;
        s->sure -= ++s->range <= k->n_borders ? k->ranges[s->range].sure : 0;
    }
}

static struct runs runs_begin(struct bin_cutter *k)
{
    struct runs s = {.k = k, .left = -1};
    for (int i = 1; i <= k->n_borders; i++)
        s.sure += k->ranges[i].sure;
    runs_settle(&s);
    return s;
}

static bool runs_end(const struct runs *s)
{
    return s->range > s->k->n_borders;
}

static void range_sort(struct bin_cutter *k, struct range *range)
{
    if (!range->sorted && !range->one_value)
        sort_doubles(range->values, (size_t)range->rows, k->spare);
    range->sorted = true;
}

/* The smallest value not read. */
static double runs_first(struct runs *s)
{
    struct range *range = &s->k->ranges[s->range];
    if (range->one_value)
        return s->k->border[s->range];
    if (s->at == 0 && !range->sorted)
        smallest_first(range->values, range->rows);
    return range->values[s->at] + 0.0; /* no -0 */
}

/* Reads on to the end of the range, or through the distinct value that makes it `rows` rows or
 * more, the last of them going to *value.  Returns how many it read. */
static int64_t runs_take(struct runs *s, int64_t rows, double *value)
{
    struct range *range = &s->k->ranges[s->range];
    int64_t taken = range->rows - s->at;

    if (range->one_value) {
        *value = s->k->border[s->range];
    } else if (rows <= taken) {
        double *values = range->values + s->at;
        int64_t rest = taken;
        if (range->sorted)
            for (taken = rows; taken < rest && values[taken] == values[rows - 1];)
                taken++;
        else
            taken = values_select(values, rest, rows - 1, s->k->spare);
        *value = values[taken - 1] + 0.0;
    }
    s->at += taken;
    runs_settle(s);
    return taken;
}

/* Reads a distinct value. */
static int64_t runs_next(struct runs *s, double *value)
{
    range_sort(s->k, &s->k->ranges[s->range]);
    s->left -= s->left > 0;
    return runs_take(s, 1, value);
}

/* Whether n distinct values or more are left.  They are counted only where it is not sure. */
static bool runs_left(struct runs *s, int64_t n)
{
    if (s->left < 0 && s->sure + 1 < n) {
        struct runs rest = *s;
        double value;
        for (s->left = 0; !runs_end(&rest); s->left++)
            (void)runs_next(&rest, &value);
    }
    return s->left < 0 || s->left >= n;
}

/* ---- bins ---- */

static int bins_cut(struct bin_cutter *k, struct bin_column *c, int max_bins)
{
    struct runs runs = runs_begin(k);
    int64_t rows_left = 0;

    if (runs_end(&runs))
        return 0;
    c->exact = !runs_left(&runs, (int64_t)max_bins + 1);
    int room = c->exact ? (int)runs.left : max_bins;
    c->low = mem_alloc((size_t)room, sizeof *c->low);
    c->high = c->exact ? c->low : mem_alloc((size_t)room, sizeof *c->high);
    if (!c->low || !c->high)
        return -1;
    for (int i = 0; i <= k->n_borders; i++)
        rows_left += k->ranges[i].rows;
    while (!runs_end(&runs)) {
        int bins_left = room - c->n_bins;
        int64_t rows = 0, share = bins_left == 1 ? rows_left : rows_left / bins_left;
        double value = c->low[c->n_bins] = runs_first(&runs);
        do {
            struct range *range = &k->ranges[runs.range];
            if (range->rows > MANY * share)
                range_sort(k, range);
            rows += runs.left < 0 && runs.sure >= bins_left ? runs_take(&runs, share - rows, &value)
                                                            : runs_next(&runs, &value);
        } while (!runs_end(&runs) && rows < share && runs_left(&runs, bins_left));
        c->high[c->n_bins++] = value;
        rows_left -= rows;
    }
    return 0;
}

int bin_cut(struct bin_cutter *k, struct bin_column *c, const double *values, int64_t n,
    int64_t n_zeros, int max_bins)
{
    k->n = n;
    if (cutter_room(k, n) < 0)
        return -1;
    borders_choose(k, values, n, n_zeros > 0);
    if (ranges_count(k, values, n_zeros) < 0)
        return -1;
    ranges_deal(k, values);
    return bins_cut(k, c, max_bins);
}

/* ---- codes ---- */

/* The bins of a range: few end within it. */
struct ends {
    double high[2]; /* of the first two that do, else INFINITY */
    unsigned code;  /* the first bin */
    unsigned more;  /* the code from which on it must be searched: more end */
};

static void ends_find(const struct bin_cutter *k, const struct bin_column *c, struct ends *ends)
{
    unsigned code = 0, last = (unsigned)c->n_bins - 1;

    for (int i = 0; i <= k->n_borders; i++) {
        double border = i < k->n_borders ? k->border[i] : INFINITY;
        unsigned n = 0;
        ends[i] = (struct ends){{INFINITY, INFINITY}, code, UINT_MAX};
        for (; code < last && c->high[code] <= border; code++, n++)
            if (n < 2)
                ends[i].high[n] = c->high[code];
            else
                ends[i].more = ends[i].code + 2;
    }
    ends[UINT8_MAX] = (struct ends){{INFINITY, INFINITY}, last + 1, UINT_MAX}; /* missing */
}

static void bytes_code(const struct bin_cutter *k, struct bin_column *c, const double *values)
{
    struct ends ends[UINT8_MAX + 1];

    ends_find(k, c, ends);
    for (int64_t i = 0; i < k->n; i++) {
        const struct ends *e = &ends[k->in_range[i]];
        double value = values[i];
        unsigned code = e->code + (e->high[0] < value) + (e->high[1] < value);
        while (code >= e->more && c->high[code] < value)
            code++;
        c->code8[i] = (uint8_t)code;
    }
}

/* Bins are values here. */
static void ranks_code(const struct bin_cutter *k, struct bin_column *c, const double *values)
{
    for (int64_t i = 0; i < k->n; i++)
        c->code32[i] =
            isnan(values[i]) ? (uint32_t)c->n_bins : bin_code_below(c, 0, c->n_bins - 1, values[i]);
}

int bin_codes(const struct bin_cutter *k, struct bin_column *c, const double *values)
{
    struct coder coder;

    if (c->code8) {
        bytes_code(k, c, values);
        return 0;
    }
    if (c->code32) {
        ranks_code(k, c, values);
        return 0;
    }
    if (coder_of_numbers(&coder, c->high, (size_t)c->n_bins - 1) < 0)
        return -1;
    for (int64_t first = 0; first < k->n; first += AT_ONCE) {
        int64_t last = k->n - first < AT_ONCE ? k->n : first + AT_ONCE;
        coder_words(&coder, values + first, (int)(last - first), c->code16 + first, 1);
        for (int64_t i = first; i < last; i++)
            c->code16[i] = isnan(values[i]) ? (uint16_t)c->n_bins : c->code16[i];
    }
    coder_release(&coder);
    return 0;
}
