/* quantile.c -- see quantile.h. */
#include "common/base/quantile.h"

#include <stdlib.h>

/* Pivots of so many rounds that hardly part anything are enough: then items are sorted. */
enum { ROUNDS_MAX = 100, FEW = 16 };

static int compare(const void *a, const void *b)
{
    double x = ((const struct weighted *)a)->value, y = ((const struct weighted *)b)->value;
    return (x > y) - (x < y);
}

static double median_of_3(double a, double b, double c)
{
    if (a > b) {
        double held = a;
        a = b;
        b = held;
    }
    return c < a ? a : c > b ? b : c;
}

static void swap(struct weighted *items, size_t a, size_t b)
{
    struct weighted held = items[a];
    items[a] = items[b];
    items[b] = held;
}

/* Of sorted items, what lies below them having weight `below`. */
static double quantile_sorted(const struct weighted *items, size_t n, double below, double wanted)
{
    size_t i = 0;
    for (below += items[0].weight; below < wanted && i + 1 < n; below += items[i].weight)
        i++;
    return items[i].value;
}

double weighted_quantile(struct weighted *items, size_t n, double q)
{
    double wanted = 0, below = 0;

    for (size_t i = 0; i < n; i++)
        wanted += items[i].weight;
    wanted *= q;
    for (int round = 0; n > FEW && round < ROUNDS_MAX; round++) {
        double pivot = median_of_3(items[0].value, items[n / 2].value, items[n - 1].value);
        size_t less = 0, at = 0, more = n; /* [0, less) < pivot, [less, at) equal, [more, n) > */
        double less_weight = 0, equal_weight = 0;
        while (at < more) {
            if (items[at].value < pivot) {
                less_weight += items[at].weight;
                swap(items, less++, at++);
            } else if (items[at].value > pivot) {
                swap(items, at, --more);
            } else {
                equal_weight += items[at++].weight;
            }
        }
        if (less && below + less_weight >= wanted) {
            n = less;
        } else if (below + less_weight + equal_weight >= wanted || more == n) {
            return pivot;
        } else {
            below += less_weight + equal_weight;
            items += more;
            n -= more;
        }
    }
    qsort(items, n, sizeof *items, compare);
    return quantile_sorted(items, n, below, wanted);
}
