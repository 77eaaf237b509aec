/* label.c -- see label.h. */
#include "cmd/model/label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd/model/facts.h"
#include "common/cli/terminal.h"
#include "common/io/format/number.h"
#include "common/learner/learner.h"

/* ---- sets: the words of common/tree/levelset.h ---- */

#define SET_LIST ((uint64_t)1 << 63)

static uint32_t set_words(const uint64_t *set)
{
    return (uint32_t)set[0];
}

uint32_t set_count(const uint64_t *set)
{
    uint32_t n = 0;
    if (set[0] & SET_LIST)
        return set_words(set);
    for (uint32_t i = 1; i <= set_words(set); i++)
        for (uint64_t word = set[i]; word; word &= word - 1)
            n++;
    return n;
}

bool set_next(struct set_walk *walk, uint32_t *level)
{
    const uint64_t *set = walk->set;
    uint32_t n = set_words(set);

    if (set[0] & SET_LIST) {
        if (walk->at == n)
            return false;
        *level = (uint32_t)(set[1 + walk->at / 2] >> (walk->at % 2 ? 32 : 0));
        walk->at++;
        return true;
    }
    uint32_t place = (uint32_t)(set[0] >> 32);
    while (walk->at < (uint64_t)n * 64) {
        uint64_t rest = set[1 + walk->at / 64] >> walk->at % 64;
        if (!rest) {
            walk->at = (walk->at / 64 + 1) * 64;
            continue;
        }
        while (!(rest & 1)) {
            rest >>= 1;
            walk->at++;
        }
        *level = place * 64 + (uint32_t)walk->at++;
        return true;
    }
    return false;
}

/* ---- nodes ---- */

/* A set holds the levels that do not go with missing values. */
uint32_t node_yes(const struct node *node)
{
    bool right = node_is_category(node) && node_missing_left(node);
    return node->child + right;
}

uint32_t node_no(const struct node *node)
{
    return node_yes(node) == node->child ? node->child + 1 : node->child;
}

bool node_missing_yes(const struct node *node)
{
    return !node_is_category(node) && node_missing_left(node);
}

bool node_takes_all(const struct tree *t, const struct node *node)
{
    return !node_is_category(node) && node_threshold(t, node) == INFINITY;
}

/* ---- text ---- */

int label_text(struct buf *out, const char *text)
{
    while (*text) {
        char escaped[TERMINAL_ESCAPE_MAX];
        int columns;
        size_t n = terminal_glyph(text, &columns);
        if (n ? buf_add(out, text, n) < 0
              : buf_add(out, escaped, terminal_escape(text, escaped)) < 0)
            return -1;
        text += n ? n : 1;
    }
    return 0;
}

int label_number(struct buf *out, double value, int digits)
{
    char text[NUMBER_MAX];

    if (digits)
        return buf_printf(out, "%.*g", digits, value);
    number_write(value, text);
    return buf_str(out, text);
}

/* Whole seconds of the years that people use; else the number. */
static int label_date(struct buf *out, double seconds, int digits)
{
    char text[64];
    time_t t = 0;
    struct tm tm;

    if (seconds == floor(seconds) && fabs(seconds) < 1e11)
        t = (time_t)seconds;
    else
        return label_number(out, seconds, digits);
    if (!gmtime_r(&t, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        return label_number(out, seconds, digits);
    bool midnight = tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0;
    /* %Y would not fill up to four digits */
    int n =
        snprintf(text, sizeof text, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    if (!midnight)
        snprintf(text + n, sizeof text - (size_t)n, "T%02d:%02d:%02dZ", tm.tm_hour, tm.tm_min,
            tm.tm_sec);
    return buf_str(out, text);
}

int label_value(struct buf *out, const struct col_spec *column, double value, int digits)
{
    switch (column->kind) {
    case COL_CATEGORY:
        return label_text(out, dict_text(column->dict, (int32_t)value, NULL));
    case COL_DATE:
        return label_date(out, value, digits);
    case COL_NUMBER:
    case COL_IGNORED:
        break;
    }
    return label_number(out, value, digits);
}

static int label_set(
    struct buf *out, const struct dict *levels, const uint64_t *set, struct label_style style)
{
    uint32_t n = set_count(set), level, shown = 0;
    struct set_walk walk = {.set = set};

    if (n == 1 && set_next(&walk, &level))
        return buf_str(out, " = ") < 0 ? -1
                                       : label_text(out, dict_text(levels, (int32_t)level, NULL));
    if (buf_str(out, " in {") < 0)
        return -1;
    while (set_next(&walk, &level)) {
        if (style.levels && shown == (uint32_t)style.levels && n - shown > 1)
            return buf_printf(out, ", %u more}", (unsigned)(n - shown));
        if ((shown++ && buf_str(out, ", ") < 0) ||
            label_text(out, dict_text(levels, (int32_t)level, NULL)) < 0)
            return -1;
    }
    return buf_char(out, '}');
}

int label_cut(struct buf *out, const struct schema *s, const struct tree *t,
    const struct node *node, struct label_style style)
{
    const struct col_spec *column = &s->cols[node_column(t, node)];

    if (label_text(out, column->name) < 0)
        return -1;
    if (node_is_category(node))
        return label_set(out, column->dict, node_set(t, node), style);
    if (node_takes_all(t, node))
        return buf_str(out, " is not missing");
    return buf_str(out, " <= ") < 0
               ? -1
               : label_value(out, column, node_threshold(t, node), style.digits);
}

/* What a leaf has; added ones with their sign. */
static int label_output(
    struct buf *out, const struct forest *f, double value, struct label_style style)
{
    if (f->kind == FOREST_SUM && value > 0 && buf_char(out, '+') < 0)
        return -1;
    return label_number(out, value, style.digits);
}

/* Shares are floats. */
static int label_class(
    struct buf *out, const struct tree_model *m, int32_t k, double value, struct label_style style)
{
    char text[NUMBER_MAX];

    if (label_text(out, dict_text(m->target.classes, k, NULL)) < 0 || buf_char(out, ' ') < 0)
        return -1;
    if (style.digits || !leaves_are_means(&m->forest))
        return label_output(out, &m->forest, value, style);
    number_write_float((float)value, text);
    return buf_str(out, text);
}

/* The class that a tree's only value is for. */
static int32_t tree_class(const struct tree_model *m, int tree)
{
    return m->forest.n_outputs == 1 ? dict_size(m->target.classes) - 1
                                    : forest_tree_output(&m->forest, tree);
}

/* The k-th largest of value[n], 1 <= k <= n. */
static double nth_largest(const double *value, int n, int k)
{
    double best = INFINITY;
    int above = 0; /* values >= best */

    while (above < k) {
        double next = -INFINITY;
        for (int i = 0; i < n; i++)
            if (value[i] < best && value[i] > next)
                next = value[i];
        best = next;
        for (int i = 0; i < n; i++)
            above += value[i] == best;
    }
    return best;
}

static int label_classes(struct buf *out, const struct tree_model *m, const double *value, int n,
    struct label_style style)
{
    int left = 0, shown = style.levels ? style.levels : n;
    bool first = true;

    for (int32_t k = 0; k < n; k++)
        left += value[k] != 0;
    double least = left > shown ? nth_largest(value, n, shown) : -INFINITY;
    for (int32_t k = 0; k < n && shown; k++) {
        if (value[k] == 0 || value[k] < least)
            continue;
        if ((!first && buf_str(out, ", ") < 0) || label_class(out, m, k, value[k], style) < 0)
            return -1;
        first = false;
        left--;
        shown--;
    }
    if (first)
        return buf_char(out, '0');
    return left ? buf_printf(out, ", %d more", left) : 0;
}

int label_leaf(struct buf *out, const struct tree_model *m, int tree, const double *value,
    struct label_style style)
{
    double shares[LEARNER_MAX_OUTPUTS];

    if (m->target.task != TASK_CLASSIFICATION)
        return label_output(out, &m->forest, value[0], style);
    if (leaves_are_means(&m->forest)) {
        prediction_link(&m->target, &m->forest, value, shares);
        return label_classes(out, m, shares, prediction_width(&m->target), style);
    }
    return m->forest.leaf_width == 1 ? label_class(out, m, tree_class(m, tree), value[0], style)
                                     : label_classes(out, m, value, m->forest.leaf_width, style);
}

int label_tree(struct buf *out, const struct tree_model *m, int tree, struct label_style style)
{
    const struct forest *f = &m->forest;

    if (f->quantile)
        return buf_str(out, ", of quantile ") < 0
                   ? -1
                   : label_number(out, f->quantile[forest_tree_output(f, tree)], 0);
    if (f->n_outputs > f->leaf_width)
        return buf_str(out, ", of class ") < 0
                   ? -1
                   : label_text(out, dict_text(m->target.classes, tree_class(m, tree), NULL));
    if (!f->tree_weight)
        return 0;
    return buf_str(out, ", weight ") < 0 ? -1
                                         : label_number(out, f->tree_weight[tree], style.digits);
}

int label_forest(struct buf *out, const struct tree_model *m)
{
    const struct forest *f = &m->forest;
    const struct label_style exact = {0, 0};
    bool classes = m->target.task == TASK_CLASSIFICATION;

    if (buf_str(out, forest_kind_names[f->kind]) < 0 ||
        (forest_trees_per_round(f) > 1 &&
            buf_printf(out, ", %d trees a round", forest_trees_per_round(f)) < 0) ||
        (f->link != LINK_IDENTITY && buf_printf(out, ", link %s", link_names[f->link]) < 0))
        return -1;
    if (f->link_scale != 1 &&
        (buf_str(out, ", link_scale ") < 0 || label_number(out, f->link_scale, 0) < 0))
        return -1;
    if (buf_str(out, ", base ") < 0)
        return -1;
    if (!classes) {
        for (int k = 0; k < f->n_outputs; k++)
            if ((k && buf_str(out, ", ") < 0) || label_number(out, f->base[k], 0) < 0)
                return -1;
        return 0;
    }
    return f->n_outputs == 1 ? label_class(out, m, tree_class(m, 0), f->base[0], exact)
                             : label_classes(out, m, f->base, f->n_outputs, exact);
}
