/*
 * report.h -- what training tells: the --report file, the summary in the model, the last line on
 * the terminal.
 */
#ifndef COMMON_LEARNER_REPORT_H
#define COMMON_LEARNER_REPORT_H

#include "common/base/watch.h"
#include "common/io/format/json.h"
#include "common/io/stream/output.h"
#include "common/learner/learner.h"

/* CSV round,data,metric,value. */
int report_write(const char *path, const struct fit *fit, struct err *err) MUST_CHECK;
/* Its lines but the first, each with the prefix before it. */
int report_rows(
    struct output *out, const struct fit *fit, const char *prefix, struct err *err) MUST_CHECK;

/* {"rows": N, "valid_rows": N, "train": {"loss": V}, "oob": {"accuracy": V, ...}, "valid": {...}};
 * NULL: no memory. */
json_t *report_summary(const struct learner *l, const struct fit *fit, const struct fit_opts *o,
    int64_t n_rows, int64_t n_valid_rows);

/* One line: rows, columns, rounds, scores, seconds. */
void report_say(const struct watch *w, const struct learner *l, const struct fit *fit,
    const struct metric *metrics, int n_metrics, const struct table *train, double seconds);

#endif
