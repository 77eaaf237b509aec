/* link.c -- what raw outputs mean; see learner.h. */
#include <math.h>

#include "common/base/exps.h"
#include "common/learner/learner.h"

int prediction_width(const struct target *t)
{
    return t->task == TASK_CLASSIFICATION ? (int)dict_size(t->classes) : 1;
}

/* Small probabilities are not what is left of 1. */
static void link_logistic(double x, double *out)
{
    double e = exp_one(-fabs(x)), greater = 1 / (1 + e), less = e / (1 + e);
    out[0] = x < 0 ? greater : less;
    out[1] = x < 0 ? less : greater;
}

static void link_softmax(double scale, const double *raw, int n, double *out)
{
    double max = raw[0], sum = 0;

    for (int k = 1; k < n; k++)
        max = raw[k] > max ? raw[k] : max;
    for (int k = 0; k < n; k++)
        sum += out[k] = exp_one(scale * (raw[k] - max));
    for (int k = 0; k < n; k++)
        out[k] /= sum;
}

double prediction_value(const struct forest *f, double raw)
{
    double scaled = f->link_scale * raw, both[2];

    if (f->link != LINK_LOGISTIC)
        return f->link == LINK_EXP ? exp_one(scaled) : scaled;
    link_logistic(scaled, both);
    return both[1];
}

void prediction_link(const struct target *t, const struct forest *f, const double *raw, double *out)
{
    if (t->task != TASK_CLASSIFICATION) {
        out[0] = prediction_value(f, raw[f->central]);
        return;
    }
    switch (f->link) {
    case LINK_LOGISTIC:
        link_logistic(f->link_scale * raw[0], out);
        return;
    case LINK_SOFTMAX:
        link_softmax(f->link_scale, raw, f->n_outputs, out);
        return;
    case LINK_EXP: /* of values only */
    case LINK_IDENTITY:
        break;
    }
    if (f->n_outputs == 1) {
        out[0] = 1 - f->link_scale * raw[0];
        out[1] = f->link_scale * raw[0];
        return;
    }
    for (int k = 0; k < f->n_outputs; k++)
        out[k] = f->link_scale * raw[k];
}

int32_t prediction_label(const struct target *t, const double *probabilities)
{
    int32_t best = 0;
    for (int32_t k = 1; k < dict_size(t->classes); k++)
        if (probabilities[k] > probabilities[best])
            best = k;
    return best;
}

int32_t leaf_vote(const double *value, int leaf_width)
{
    int32_t best = 0;
    if (leaf_width == 1)
        return value[0] > 0.5;
    for (int k = 1; k < leaf_width; k++)
        if (value[k] > value[best])
            best = k;
    return best;
}
