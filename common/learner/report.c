/* report.c -- see report.h. */
#include "common/learner/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/io/format/number.h"
#include "common/io/stream/output.h"

int report_rows(struct output *out, const struct fit *fit, const char *prefix, struct err *err)
{
    for (int i = 0; i < fit->n_measurements; i++) {
        const struct measurement *m = &fit->measurements[i];
        char value[NUMBER_MAX];
        number_write(m->value, value);
        if (output_printf(out, err, "%s%d,%s,%s,%s\n", prefix, m->round, m->data, m->name, value) <
            0)
            return -1;
    }
    return 0;
}

int report_write(const char *path, const struct fit *fit, struct err *err)
{
    struct output out = OUTPUT_INIT;
    int ret = -1;

    if (output_open(&out, path, OUTPUT_TEXT, err) == 0 &&
        output_printf(&out, err, "round,data,metric,value\n") == 0 &&
        report_rows(&out, fit, "", err) == 0)
        ret = output_close(&out, err);
    output_discard(&out);
    return ret;
}

/* The last value of each metric on one set of rows; those not defined are left out. */
static int summary_add(json_t *summary, const char *data, const struct fit *fit,
    const struct metric *metrics, int n_metrics)
{
    json_t *values = json_object();
    for (int i = 0; values && i < n_metrics; i++) {
        double value = fit_value(fit, data, metrics[i].name);
        if (isfinite(value) && json_object_set_new(values, metrics[i].name, json_real(value)) < 0) {
            json_decref(values);
            return -1;
        }
    }
    if (values && json_object_size(values) == 0) {
        json_decref(values);
        return 0;
    }
    return json_object_set_new(summary, data, values);
}

/* What a boosting learner is told by on its training rows: its own first measure, or the first
 * metric; NULL: there is none. */
static const char *train_name(const struct learner *l, const struct metric *metrics)
{
    return !l->boosting           ? NULL
           : l->boosting->measure ? l->boosting->measures[0].name
                                  : metrics[0].name;
}

static double train_value(const struct fit *fit, const char *name)
{
    return name ? fit_value(fit, "train", name) : NAN;
}

json_t *report_summary(const struct learner *l, const struct fit *fit, const struct fit_opts *o,
    int64_t n_rows, int64_t n_valid_rows)
{
    /* of a run that goes back to an earlier round it is known only where every round is measured */
    const char *name = train_name(l, o->metrics);
    double train = o->early_stop ? NAN : train_value(fit, name);
    json_t *summary =
        json_pack("{s:I, s:I}", "rows", (json_int_t)n_rows, "valid_rows", (json_int_t)n_valid_rows);
    if (summary && ((isfinite(train) && json_object_set_new(summary, "train",
                                            json_pack("{s:f}", name, train)) < 0) ||
                       summary_add(summary, "oob", fit, o->metrics, o->n_metrics) < 0 ||
                       summary_add(summary, "valid", fit, o->metrics, o->n_metrics) < 0)) {
        json_decref(summary);
        return NULL;
    }
    return summary;
}

static void say_scores(struct buf *line, const char *data, const struct fit *fit,
    const struct metric *metrics, int n_metrics)
{
    for (int i = 0; i < n_metrics && fit_measured(fit, data); i++) {
        double value = fit_value(fit, data, metrics[i].name);
        int ret = isnan(value) ? buf_printf(line, ", %s %s undefined", data, metrics[i].name)
                               : buf_printf(line, ", %s %s %.4g", data, metrics[i].name, value);
        if (ret < 0)
            return;
    }
}

void report_say(const struct watch *w, const struct learner *l, const struct fit *fit,
    const struct metric *metrics, int n_metrics, const struct table *train, double seconds)
{
    struct buf line = BUF_INIT;
    int rounds = forest_rounds(&fit->forest), columns = schema_n_features(&train->schema);
    int name = (int)strlen(l->rounds) - (rounds == 1); /* "trees", "tree" */
    const char *why = fit->stopped_early ? "stopped early"
                      : fit->out_of_time ? "time is up"
                                         : fit->ended;

    if (buf_printf(&line, "%" PRId64 " row%s, %d column%s, %d %.*s%s%s%s", train->n_rows,
            train->n_rows == 1 ? "" : "s", columns, columns == 1 ? "" : "s", rounds, name,
            l->rounds, why ? " (" : "", why ? why : "", why ? ")" : "") == 0) {
        const char *told = train_name(l, metrics);
        double fitted = train_value(fit, told);
        if (!isnan(fitted) && buf_printf(&line, ", train %s %.4g", told, fitted) < 0)
            goto out;
        say_scores(&line, "oob", fit, metrics, n_metrics);
        say_scores(&line, "valid", fit, metrics, n_metrics);
        if (buf_printf(&line, ", %.1f s", seconds) == 0)
            watch_info(w, "%s", line.data);
    }
out:
    buf_release(&line);
}
