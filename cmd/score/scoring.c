/* scoring.c -- see scoring.h. */
#include "cmd/score/scoring.h"

#include <math.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

/* Classes that a model may not know beyond as many as it does; more are likely a column of ids,
 * whose table of probabilities would be vast. */
enum { STRANGE_CLASSES = 10 };

/* ---- the task ---- */

static const char *prob_class(const struct predictor *model, int i)
{
    return model->probs[i].name + model->prefix;
}

static bool is_zero_or_one(const struct dict *truth)
{
    for (int32_t i = 0; i < dict_size(truth); i++) {
        size_t len;
        const char *text = dict_text(truth, i, &len);
        double value;
        if (!text_is_number(text, len, &value) || (value != 0 && value != 1))
            return false;
    }
    return true;
}

/* Does a p_CLASS column name a value of the truth? */
static int any_prob(const struct rows *rows, bool *found, struct err *err)
{
    struct classes truth;
    int ret = classes_init(&truth, rows->truth.dict, NULL, 0, NULL, err);

    *found = false;
    for (int m = 0; m < rows->n_models && ret == 0; m++)
        for (int i = 0; i < rows->models[m].n_probs; i++) {
            const char *text = prob_class(&rows->models[m], i);
            *found |= classes_find(&truth, text, strlen(text)) >= 0;
        }
    classes_release(&truth);
    return ret;
}

static int settle_task(struct scoring *s, const struct rows *rows, enum task task, struct err *err)
{
    const struct column *truth = &rows->truth;

    if (task != TASK_AUTO)
        s->classification = task == TASK_CLASSIFICATION;
    else if (rows->upper.name)
        s->classification = false;
    else if (truth->not_number.line || (truth->dict && is_zero_or_one(truth->dict)))
        s->classification = true;
    else if (truth->dict && any_prob(rows, &s->classification, err) < 0)
        return -1;
    if (s->classification && !truth->dict)
        return err_set(err, "column '%s': more than %d different values are not classes",
            truth->name, CLASSES_MAX);
    if (!s->classification && truth->not_number.line)
        return spot_error(&truth->not_number, truth, "not a number, as regression wants", err);
    return 0;
}

/* ---- classes ---- */

static int settle_classes(
    struct scoring *s, const struct rows *rows, const char *positive, struct err *err)
{
    size_t n = 0;
    int ret = -1;

    for (int m = 0; m < rows->n_models; m++)
        n += (size_t)rows->models[m].n_probs;
    const char **names = mem_alloc(n, sizeof *names);
    int *codes = NULL;
    if (!names) {
        err_memory(err);
        goto out;
    }
    n = 0;
    for (int m = 0; m < rows->n_models; m++)
        for (int i = 0; i < rows->models[m].n_probs; i++)
            names[n++] = prob_class(&rows->models[m], i);
    if (classes_init(&s->classes, rows->truth.dict, names, n, positive, err) < 0)
        goto out;
    s->owned_y = mem_alloc((size_t)s->n, sizeof *s->owned_y);
    codes = mem_alloc((size_t)dict_size(rows->truth.dict), sizeof *codes);
    if (!s->owned_y || !codes) {
        err_memory(err);
        goto out;
    }
    for (int32_t i = 0; i < dict_size(rows->truth.dict); i++) {
        size_t len;
        const char *text = dict_text(rows->truth.dict, i, &len);
        codes[i] = classes_find(&s->classes, text, len);
    }
    for (int64_t i = 0; i < s->n; i++)
        s->owned_y[i] = codes[rows->truth.code[i]];
    s->y = s->owned_y;
    ret = 0;
out:
    mem_free(codes);
    mem_free(names);
    return ret;
}

/* ---- what a model predicts ---- */

/*
 * Two classes, no probabilities: is this a score of the positive class and not a label?  It is when
 * all are numbers but not all classes, unless it is called prediction and whole, as wrong labels
 * would be.
 */
static bool is_score(
    const struct scoring *s, const struct predictor *from, bool all_classes, int64_t n)
{
    if (s->classes.n > 2 || from->n_probs || from->label.not_number.line)
        return false;
    if (!s->classes.numeric || !from->label.dict)
        return true;
    if (all_classes)
        return false;
    for (int64_t i = 0; i < n; i++)
        if (from->label.value[i] != floor(from->label.value[i]))
            return true;
    return !str_ends(from->label.name, "prediction");
}

static int model_labels(struct model *model, const struct scoring *s, const struct predictor *from,
    const struct watch *watch, struct err *err)
{
    const struct dict *dict = from->label.dict;
    int ret = -1, known = 0;
    int32_t size = dict ? dict_size(dict) : 0, *codes = mem_alloc((size_t)size, sizeof *codes);

    model->others = mem_alloc((size_t)size, sizeof *model->others);
    if (!codes || !model->others) {
        err_memory(err);
        goto out;
    }
    for (int32_t i = 0; i < size; i++) {
        size_t len;
        const char *text = dict_text(dict, i, &len);
        codes[i] = classes_find(&s->classes, text, len);
        known += codes[i] >= 0;
        if (codes[i] < 0) {
            codes[i] = s->classes.n + model->n_others;
            model->others[model->n_others++] = text;
        }
    }
    if (is_score(s, from, dict && known == size, s->n)) {
        model->value = from->label.value;
        ret = 0;
        goto out;
    }
    if (!dict) {
        err_set(err, "column '%s': more than %d different values are not classes", from->label.name,
            CLASSES_MAX);
        goto out;
    }
    if (!known)
        watch_warn(
            watch, "column '%s': none of its values is a class of the truth", from->label.name);
    model->label = mem_alloc((size_t)s->n, sizeof *model->label);
    if (!model->label) {
        err_memory(err);
        goto out;
    }
    for (int64_t i = 0; i < s->n; i++)
        model->label[i] = codes[from->label.code[i]];
    ret = 0;
out:
    mem_free(codes);
    return ret;
}

static int probs_check(const struct predictor *from, const struct watch *watch, struct err *err)
{
    for (int i = 0; i < from->n_probs; i++) {
        const struct column *c = &from->probs[i];
        if (c->not_number.line)
            return spot_error(&c->not_number, c, "not a number", err);
        if (c->not_prob.line)
            return spot_error(&c->not_prob, c, "not a probability (between 0 and 1)", err);
    }
    if (from->bad_sums)
        watch_warn(watch,
            "%s:%lld: probabilities of '%s' sum to %g, not 1; they are used as they are (such "
            "rows: "
            "%lld)",
            from->bad_spot.file, (long long)from->bad_spot.line, from->name, from->bad_sum,
            (long long)from->bad_sums);
    return 0;
}

/* Moves a column of probabilities to its class's place. */
static void prob_take(double *prob, int k, int c, struct column *column, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        prob[i * k + c] = column->value[i];
    mem_free(column->value);
    column->value = NULL;
}

static int model_probs(struct model *model, const struct scoring *s, struct predictor *from,
    const struct watch *watch, struct err *err)
{
    int k = s->classes.n;
    size_t cells;

    if (!from->n_probs)
        return 0;
    if (k > 2 * from->n_probs + STRANGE_CLASSES)
        return err_set(err, "the truth has %d classes, '%s' probabilities of %d: is -y right?", k,
            from->name, from->n_probs);
    if (probs_check(from, watch, err) < 0)
        return -1;
    model->prob =
        size_mul((size_t)s->n, (size_t)k, &cells) ? mem_zalloc(cells, sizeof *model->prob) : NULL;
    unsigned char *seen = mem_zalloc((size_t)k, 1);
    if (!model->prob || !seen) {
        mem_free(seen);
        return err_memory(err);
    }
    for (int i = 0; i < from->n_probs; i++) {
        const char *text = prob_class(from, i);
        int c = classes_find(&s->classes, text, strlen(text));
        if (seen[c]) {
            mem_free(seen);
            return err_set(
                err, "column '%s': the same class as another column's", from->probs[i].name);
        }
        seen[c] = 1;
        prob_take(model->prob, k, c, &from->probs[i], s->n);
    }
    for (int c = 0; c < k; c++) {
        if (seen[c])
            continue;
        if (k == 2 && from->n_probs == 1) {
            for (int64_t i = 0; i < s->n; i++)
                model->prob[i * 2 + c] = 1 - model->prob[i * 2 + !c];
            break;
        }
        watch_warn(watch, "no column '%.*s%s': the probabilities of that class count as 0",
            (int)from->prefix, from->probs[0].name, s->classes.text[c]);
    }
    mem_free(seen);
    return 0;
}

static int model_init(struct model *model, const struct scoring *s, struct predictor *from,
    const struct watch *watch, struct err *err)
{
    model->name = from->name;
    model->column = &from->label;
    if (s->classification) {
        if (model_labels(model, s, from, watch, err) < 0)
            return -1;
        return model_probs(model, s, from, watch, err);
    }
    if (from->label.not_number.line)
        return spot_error(
            &from->label.not_number, &from->label, "not a number, as regression wants", err);
    model->value = from->label.value;
    return 0;
}

int scoring_init(struct scoring *s, struct rows *rows, enum task task, const char *positive,
    const struct watch *watch, struct err *err)
{
    *s = (struct scoring){.n = rows->n,
        .y = rows->truth.value,
        .upper = rows->upper.value,
        .weight = rows->weight.value,
        .group = rows->group.code,
        .n_groups = rows->group.dict ? dict_size(rows->group.dict) : 0};
    if (settle_task(s, rows, task, err) < 0)
        return -1;
    if (s->upper && s->classification)
        return err_set(err, "--upper: the task is classification, whose classes have no bounds");
    if (positive && !s->classification)
        return err_set(err, "--positive: the task is regression, which has no classes");
    if (s->classification && settle_classes(s, rows, positive, err) < 0)
        return -1;
    s->models = mem_zalloc((size_t)rows->n_models, sizeof *s->models);
    if (!s->models)
        return err_memory(err);
    for (int m = 0; m < rows->n_models; m++) {
        s->n_models++;
        if (model_init(&s->models[m], s, &rows->models[m], watch, err) < 0)
            return -1;
    }
    return 0;
}

void scoring_release(struct scoring *s)
{
    for (int m = 0; m < s->n_models; m++) {
        mem_free(s->models[m].prob);
        mem_free(s->models[m].label);
        mem_free(s->models[m].owned_value);
        mem_free(s->models[m].others);
    }
    mem_free(s->models);
    mem_free(s->owned_group);
    mem_free(s->owned_weight);
    mem_free(s->owned_upper);
    mem_free(s->owned_y);
    classes_release(&s->classes);
}

/* ---- some of the rows ---- */

static double *pick(const double *from, const uint32_t *rows, int64_t n, int width)
{
    size_t cells;
    double *to = size_mul((size_t)n, (size_t)width, &cells) ? mem_alloc(cells, sizeof *to) : NULL;

    for (int64_t i = 0; to && i < n; i++)
        memcpy(to + i * width, from + (int64_t)rows[i] * width, (size_t)width * sizeof *to);
    return to;
}

static int32_t *pick_codes(const int32_t *from, const uint32_t *rows, int64_t n)
{
    int32_t *to = mem_alloc((size_t)n, sizeof *to);

    for (int64_t i = 0; to && i < n; i++)
        to[i] = from[rows[i]];
    return to;
}

/* Groups numbered from 0 in order of appearance. */
static void groups_renumber(struct scoring *s, int32_t *map)
{
    int32_t *group = s->owned_group;

    s->n_groups = 0;
    for (int64_t i = 0; i < s->n; i++)
        if (map[group[i]] < 0)
            map[group[i]] = s->n_groups++;
    for (int64_t i = 0; i < s->n; i++)
        group[i] = map[group[i]];
}

static int model_select(
    struct model *to, const struct model *from, int width, const uint32_t *rows, int64_t n)
{
    *to = (struct model){.name = from->name, .column = from->column};
    if (from->label && !(to->label = pick_codes(from->label, rows, n)))
        return -1;
    if (from->prob && !(to->prob = pick(from->prob, rows, n, width)))
        return -1;
    if (from->value && !(to->value = to->owned_value = pick(from->value, rows, n, 1)))
        return -1;
    return 0;
}

int scoring_select(struct scoring *to, const struct scoring *from, const uint32_t *rows, int64_t n,
    int32_t *map, struct err *err)
{
    *to = (struct scoring){.n = n, .classification = from->classification, .origin = rows};
    to->classes = (struct classes){.n = from->classes.n};
    to->models = mem_zalloc((size_t)from->n_models, sizeof *to->models);
    to->y = to->owned_y = pick(from->y, rows, n, 1);
    if (!to->models || !to->y)
        return err_memory(err);
    if (from->upper && !(to->upper = to->owned_upper = pick(from->upper, rows, n, 1)))
        return err_memory(err);
    if (from->weight && !(to->weight = to->owned_weight = pick(from->weight, rows, n, 1)))
        return err_memory(err);
    if (from->group) {
        to->group = to->owned_group = pick_codes(from->group, rows, n);
        if (!to->group)
            return err_memory(err);
        groups_renumber(to, map);
        for (int64_t i = 0; i < n; i++)
            map[from->group[rows[i]]] = -1;
    }
    for (int m = 0; m < from->n_models; m++) {
        to->n_models++;
        if (model_select(&to->models[m], &from->models[m], from->classes.n, rows, n) < 0)
            return err_memory(err);
    }
    return 0;
}

struct scored scoring_model(const struct scoring *s, int model)
{
    const struct model *m = &s->models[model];

    return (struct scored){.n = s->n,
        .y = s->y,
        .weight = s->weight,
        .n_classes = s->classification ? s->classes.n : 0,
        .label = m->label,
        .prob = m->prob,
        .value = m->value,
        .group = s->group,
        .upper = s->upper,
        .origin = s->origin};
}
