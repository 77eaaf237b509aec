/* find.c -- a metric by its name and parameter; see metric.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/cli/nearest.h"
#include "common/metric/metric.h"

static const char *const noises[] = {"normal", "logistic", "extreme"};

/* What a number behind '@' must be: within min and max, which are none of them where open. */
static const struct takes {
    const char *shown; /* in lists of metrics */
    const char *what;
    double min, max;
    bool open, whole, default_told; /* default_told: a name has its parameter even if not given */
} takes[] = {
    [TAKES_NOTHING] = {""},
    [TAKES_POSITIONS] = {"[@K]", "a number of positions", 1, 1e9, .whole = true},
    [TAKES_LEVEL] = {"@A", "between 0 and 1", 0, 1, .open = true, .default_told = true},
    [TAKES_POWER] = {"@P", "between 1 and 2", 1, 2, .open = true, .default_told = true},
    [TAKES_SCALE] = {"[@S]", "above 0", 0, INFINITY, .open = true},
    [TAKES_NOISE] = {"[@NOISE:SCALE]", "normal, logistic or extreme, and perhaps ':' and a scale"},
    [TAKES_THRESHOLD] = {"@T", "a number", -INFINITY, INFINITY, .open = true},
};

static bool name_is(const char *name, const char *typed)
{
    for (; *name && (*name == *typed || (*name == '_' && *typed == '-')); name++)
        typed++;
    return *name == *typed;
}

/* Name i of a metric, the first being its own; NULL: there are no more. */
static const char *info_name(const struct metric_info *info, int i)
{
    return i == 0 ? info->name : i <= METRIC_ALSO ? info->also[i - 1] : NULL;
}

/* With a parameter, preferably one that takes some. */
static const struct metric_info *info_find(const char *typed, bool parameter)
{
    const struct metric_info *found = NULL;
    int n;
    const struct metric_info *infos = metric_infos(&n);

    for (int i = 0; i < n; i++)
        for (int j = 0; info_name(&infos[i], j); j++)
            if (name_is(info_name(&infos[i], j), typed) &&
                (!found || (parameter && infos[i].takes != TAKES_NOTHING)))
                found = &infos[i];
    return found;
}

static int unknown_metric(const char *name, struct err *err)
{
    char known[900] = "", typed[ERR_QUOTE_MAX + 1];
    const char *best = NULL;
    size_t used = 0;
    int n;
    const struct metric_info *infos = metric_infos(&n);

    snprintf(typed, sizeof typed, "%.*s", err_quote_len(strcspn(name, "@")), name);
    for (int i = 0; i < n && !best && strlen(typed) > 1; i++)
        if (str_starts(infos[i].name, typed)) /* "acc" */
            best = infos[i].name;
    bool begun = best != NULL;
    for (int i = 0; i < n && !begun; i++)
        for (int j = 0; info_name(&infos[i], j); j++)
            nearest_try(&best, typed, info_name(&infos[i], j));
    if (best)
        return err_usage(err, "unknown metric '%.*s'; did you mean '%s'?",
            err_quote_len(strlen(name)), name, best);
    for (int i = 0; i < n && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s%s", i ? ", " : "",
            infos[i].name, takes[infos[i].takes].shown);
    return err_usage(
        err, "unknown metric '%.*s'; there are %s", err_quote_len(strlen(name)), name, known);
}

/* A number as the metric wants it, up to the end of the text. */
static bool read_number(const struct takes *t, const char *text, double *value)
{
    char *end;

    if (*text == '\0' || strchr("0123456789.-", *text) == NULL)
        return false;
    *value = strtod(text, &end);
    if (*end != '\0' || (t->whole && *value != floor(*value)))
        return false;
    return t->open ? *value > t->min && *value < t->max : *value >= t->min && *value <= t->max;
}

static bool read_noise(struct metric *m, const char *text)
{
    size_t len = strcspn(text, ":"), n = sizeof noises / sizeof *noises;

    for (size_t i = 0; i < n; i++) {
        if (strlen(noises[i]) == len && memcmp(noises[i], text, len) == 0) {
            m->noise = (enum metric_noise)i;
            return text[len] == '\0' ||
                   read_number(&takes[TAKES_SCALE], text + len + 1, &m->parameter);
        }
    }
    return false;
}

/* text: what stands behind '@'; NULL: nothing. */
static int read_parameter(struct metric *m, const char *text, struct err *err)
{
    const struct takes *t = &takes[m->info->takes];

    m->parameter = m->info->parameter;
    if (!text)
        return 0;
    if (m->info->takes == TAKES_NOTHING)
        return err_usage(err, "metric '%s' takes no parameter", m->info->name);
    if (m->info->takes == TAKES_NOISE ? read_noise(m, text) : read_number(t, text, &m->parameter))
        return 0;
    return err_usage(err, "metric '%s': '%s' is not %s", m->info->name, text, t->what);
}

int metric_find(struct metric *m, const char *name, struct err *err)
{
    char typed[METRIC_NAME_MAX], *text, parameter[METRIC_NAME_MAX] = "";
    size_t len = strlen(name);
    char sign = len && strchr("+-", name[len - 1]) ? name[len - 1] : '\0';

    if (len >= sizeof typed)
        return unknown_metric(name, err);
    snprintf(typed, sizeof typed, "%.*s", (int)len - (sign != '\0'), name);
    text = strchr(typed, '@');
    if (text)
        *text++ = '\0';
    *m = (struct metric){.info = info_find(typed, text != NULL)};
    if (!m->info || (sign && !m->info->may_be_empty))
        return unknown_metric(name, err);
    m->empty = sign == '-' ? EMPTY_ZERO : sign == '+' ? EMPTY_ONE : EMPTY_LEFT_OUT;
    if (read_parameter(m, text, err) < 0)
        return -1;
    if (text && m->info->takes == TAKES_NOISE)
        snprintf(parameter, sizeof parameter, "@%s", text);
    else if (text || takes[m->info->takes].default_told)
        snprintf(parameter, sizeof parameter, "@%.12g", m->parameter);
    snprintf(m->name, sizeof m->name, "%s%s%.1s", typed, parameter, sign ? &sign : "");
    return 0;
}
