/* targets.c -- see targets.h. */
#include "common/learner/targets.h"

#include <inttypes.h>
#include <math.h>

#include "common/io/format/number.h"
#include "common/learner/sums.h"

int weights_check(const double *weight, int64_t n_rows, struct err *err)
{
    double sum = 0;

    for (int64_t i = 0; i < n_rows; i++) {
        sum += weight[i];
        if (weight[i] > SUMS_LARGEST)
            return err_set(
                err, "a weight of %g is too large to add up: scale the weights", weight[i]);
    }
    return sum > 1 / SUMS_LARGEST ? 0
           : sum > 0              ? err_set(err, "the weights are too small to add up: scale them")
                                  : err_set(err, "all rows have weight 0");
}

static double weighted_mean(const double *y, const double *weight, int64_t n)
{
    double mean = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += weight[i];
        if (weight[i] > 0)
            mean += (y[i] - mean) * (weight[i] / sum);
    }
    return mean;
}

int targets_check(const struct table *t, bool (*domain)(double y), const char *who,
    const char *domain_text, struct err *err)
{
    for (int64_t i = 0; i < t->n_rows; i++) {
        double y = t->y[i];
        if (fabs(y) > SUMS_LARGEST)
            return err_set(
                err, "the target '%s' has values beyond 1e100: scale it", t->target.name);
        if (domain && !domain(y)) {
            char text[NUMBER_MAX];
            number_write(y, text);
            return err_set(err, "row %" PRId64 ": the target '%s' is %s, and %s takes %s", i + 1,
                t->target.name, text, who, domain_text);
        }
    }
    return 0;
}

int targets_centre(const struct table *t, const double *weight, double *centred, struct err *err)
{
    double mean, max = 0;

    if (max_abs(t->y, t->n_rows) > SUMS_LARGEST)
        return err_set(err, "the target '%s' has values beyond 1e100: scale it", t->target.name);
    mean = weighted_mean(t->y, weight, t->n_rows);
    for (int64_t i = 0; i < t->n_rows; i++) {
        centred[i] = t->y[i] - mean;
        max = fmax(max, fabs(weight[i] * centred[i]));
    }
    if (max > 0 && max < 1 / SUMS_LARGEST)
        return err_set(
            err, "the target '%s' hardly differs: below 1e-100: scale it", t->target.name);
    return 0;
}

double rows_mean(const double *y, const double *weight, const struct hist_rows *rows)
{
    double first = rows->n ? y[rows->row[0]] : 0, sum = 0, total = 0;
    bool equal = true;

    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->row[i];
        double w = rows->draws[row] * weight[row];
        equal &= y[row] == first;
        sum += w * y[row];
        total += w;
    }
    return equal || total <= 0 ? first : sum / total;
}
