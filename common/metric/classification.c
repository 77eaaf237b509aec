/*
 * classification.c -- metrics of predicted classes and probabilities.
 *
 * All that looks at labels follows from three sums of weights a class: rows that are it, rows
 * called it, and rows that are both; a label that is no class adds to none of the called.  The
 * correlation is Matthews' (1975), for several classes Gorodkin's (2004) R_K.
 */
#include <math.h>

#include "common/metric/plan.h"

/* -log(0) would be infinite for one row; scikit-learn long used the same bound. */
#define PROB_MIN 1e-15

static int scored_label(const struct scored *s, int64_t row)
{
    int best = 0;

    if (s->label)
        return s->label[row];
    for (int c = 1; c < s->n_classes; c++)
        if (scored_prob(s, row, c) > scored_prob(s, row, best))
            best = c;
    return best;
}

void evaluation_tally(struct evaluation *e)
{
    int k = e->s->n_classes;

    for (int c = 0; c < k; c++)
        e->truth[c] = e->predicted[c] = e->hits[c] = 0;
    for (int64_t i = 0; i < e->s->n; i++) {
        int truth = (int)e->s->y[i], label = scored_label(e->s, i);
        double weight = evaluation_weight(e, i);
        e->truth[truth] += weight;
        if (label >= 0 && label < k)
            e->predicted[label] += weight;
        if (label == truth)
            e->hits[truth] += weight;
    }
}

static double all_hits(const struct evaluation *e)
{
    double hits = 0;

    for (int c = 0; c < e->s->n_classes; c++)
        hits += e->hits[c];
    return hits;
}

static double accuracy_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return all_hits(e) / e->total;
}

static double error_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return (e->total - all_hits(e)) / e->total;
}

static double threshold_error_term(const struct scored *s, int64_t row, double threshold)
{
    return (scored_prob(s, row, 1) > threshold) != (s->y[row] == 1);
}

static double threshold_error_value(const struct evaluation *e, double threshold)
{
    return evaluation_mean(e, threshold_error_term, threshold);
}

static double class_precision(const struct evaluation *e, int c)
{
    return e->hits[c] / e->predicted[c];
}

static double class_recall(const struct evaluation *e, int c)
{
    return e->hits[c] / e->truth[c];
}

static double class_f1(const struct evaluation *e, int c)
{
    return 2 * e->hits[c] / (e->truth[c] + e->predicted[c]);
}

/* Over the classes that occur, in truth or predicted; what one cannot have counts as 0. */
static double macro_mean(
    const struct evaluation *e, double (*of_class)(const struct evaluation *e, int c))
{
    double sum = 0;
    int n = 0;

    for (int c = 0; c < e->s->n_classes; c++) {
        if (e->truth[c] > 0 || e->predicted[c] > 0) {
            double value = of_class(e, c);
            sum += isnan(value) ? 0 : value;
            n++;
        }
    }
    return n ? sum / n : NAN;
}

static double balanced_accuracy_value(const struct evaluation *e, double parameter)
{
    double sum = 0;
    int n = 0;

    (void)parameter;
    for (int c = 0; c < e->s->n_classes; c++) {
        if (e->truth[c] > 0) {
            sum += class_recall(e, c);
            n++;
        }
    }
    return n ? sum / n : NAN;
}

static double precision_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return e->s->n_classes == 2 ? class_precision(e, 1) : macro_mean(e, class_precision);
}

static double recall_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return e->s->n_classes == 2 ? class_recall(e, 1) : macro_mean(e, class_recall);
}

static double f1_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return e->s->n_classes == 2 ? class_f1(e, 1) : macro_mean(e, class_f1);
}

static double macro_f1_value(const struct evaluation *e, double parameter)
{
    (void)parameter;
    return macro_mean(e, class_f1);
}

/* Less than this part of the rows in other classes is none but for rounding. */
#define NO_VARIANCE 1e-12

/* Predictions that do not vary have no correlation with the truth: 0, as is the custom. */
static double mcc_value(const struct evaluation *e, double parameter)
{
    double hits = 0, chance = 0, truth = 0, predicted = 0, unknown = e->total;
    double least = NO_VARIANCE * e->total * e->total;

    (void)parameter;
    for (int c = 0; c < e->s->n_classes; c++) {
        double t = e->truth[c], p = e->predicted[c];
        hits += e->hits[c];
        chance += t * p;
        truth += t * (e->total - t);
        predicted += p * (e->total - p);
        unknown -= p;
    }
    predicted += unknown * (e->total - unknown);
    if (truth < least)
        return NAN;
    return predicted < least ? 0 : (hits * e->total - chance) / sqrt(truth * predicted);
}

static double log_loss_term(const struct scored *s, int64_t row, double parameter)
{
    double p = scored_prob(s, row, (int)s->y[row]);

    (void)parameter;
    return p >= 1 ? 0 : -log(p < PROB_MIN ? PROB_MIN : p);
}

static double log_loss_value(const struct evaluation *e, double parameter)
{
    return e->plan->bad_score ? NAN : evaluation_mean(e, log_loss_term, parameter);
}

static double brier_term(const struct scored *s, int64_t row, double parameter)
{
    double sum = 0;

    (void)parameter;
    for (int c = s->n_classes == 2; c < s->n_classes; c++) {
        double d = scored_prob(s, row, c) - (s->y[row] == c);
        sum += d * d;
    }
    return sum;
}

static double brier_value(const struct evaluation *e, double parameter)
{
    return e->plan->bad_score ? NAN : evaluation_mean(e, brier_term, parameter);
}

const struct metric_method accuracy_method = {PART_LABELS, accuracy_value};
const struct metric_method error_method = {PART_LABELS, error_value};
const struct metric_method threshold_error_method = {PART_PROBS, threshold_error_value};
const struct metric_method balanced_accuracy_method = {PART_LABELS, balanced_accuracy_value};
const struct metric_method precision_method = {PART_LABELS, precision_value};
const struct metric_method recall_method = {PART_LABELS, recall_value};
const struct metric_method f1_method = {PART_LABELS, f1_value};
const struct metric_method macro_f1_method = {PART_LABELS, macro_f1_value};
const struct metric_method mcc_method = {PART_LABELS, mcc_value};
const struct metric_method log_loss_method = {PART_PROBS, log_loss_value};
const struct metric_method brier_method = {PART_PROBS, brier_value};
