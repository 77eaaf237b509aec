/* charts.h -- confusion matrices, calibration and ROC curves, as CSV rows. */
#ifndef CMD_SCORE_CHARTS_H
#define CMD_SCORE_CHARTS_H

#include <stdint.h>

#include "cmd/score/scoring.h"
#include "cmd/score/sheet.h"

/*
 * Rows of s, which is `all` or some of its rows; names come from `all`.  What a chart cannot be
 * made of is an error of chart_check().
 */
struct chart {
    const char *columns; /* header; with several models, "model," stands before */
    int (*rows)(const struct scoring *s, const struct scoring *all, int64_t bins,
        struct sheet *sheet, struct err *err);
    bool needs_labels; /* else probabilities */
    const char *option;
};

extern const struct chart confusion_chart, calibration_chart, roc_chart;

int chart_check(const struct chart *chart, const struct scoring *all, struct err *err) MUST_CHECK;

#endif
