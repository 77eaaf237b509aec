/* random.c -- see random.h. */
#include "tests/unit/random.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/tree/levelset.h"
#include "common/tree/linear.h"
#include "tests/unit/unit.h"

enum { DEPTH = 5, NODES = 1 << (DEPTH + 1), LEVELS = 300 };

/* A set of about a third of the levels, at least one. */
static uint32_t random_set(struct rng *r, uint32_t n_levels, uint64_t *words, uint32_t col)
{
    uint32_t level[LEVELS], n = 0;

    for (uint32_t i = 0; i < n_levels; i++)
        if (rng_below(r, 3) == 0)
            level[n++] = i;
    if (n == 0)
        level[n++] = (uint32_t)rng_below(r, n_levels);
    words[0] = col;
    levelset_write(words + 1, level, n);
    return 1 + (uint32_t)levelset_size(level, n);
}

static void random_split(struct rng *r, const struct schema *s, struct tree *t, struct node *node)
{
    uint32_t col;

    do
        col = (uint32_t)rng_below(r, (uint64_t)s->n_cols);
    while (s->cols[col].kind == COL_IGNORED);
    if (s->cols[col].kind == COL_CATEGORY) {
        node->test = NODE_CATEGORY | t->n_words;
        t->n_words +=
            random_set(r, (uint32_t)dict_size(s->cols[col].dict), t->words + t->n_words, col);
    } else {
        node->test = cuts_intern(t->cuts, (int32_t)col, nearbyint(2 * rng_normal(r)) / 2);
    }
    node->test |= rng_below(r, 2) ? NODE_MISSING_LEFT : 0;
    node->child = t->n_nodes;
    t->n_nodes += 2;
}

/* shares: leaves have shares of classes, not any values. */
static struct tree *random_tree(struct rng *r, const struct schema *s, int k, bool shares)
{
    struct tree *t = mem_zalloc(1, sizeof *t);
    int depth[NODES] = {0};

    assert_non_null(t);
    t->nodes = mem_zalloc(NODES, sizeof *t->nodes);
    t->values = mem_zalloc((size_t)NODES * (size_t)k, sizeof *t->values);
    t->words = mem_zalloc((size_t)NODES * LEVELS, sizeof *t->words);
    t->stats = mem_zalloc(NODES, sizeof *t->stats);
    t->cuts = mem_zalloc(1, sizeof *t->cuts);
    t->n_nodes = 1;
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        struct node *node = &t->nodes[i];
        if (depth[i] < DEPTH && rng_below(r, 4)) {
            random_split(r, s, t, node);
            depth[node->child] = depth[node->child + 1] = depth[i] + 1;
            t->stats[i] = (float)rng_uniform(r);
            continue;
        }
        double *value = t->values + t->n_leaves * (size_t)k, sum = 0;
        for (int j = 0; j < k; j++)
            sum += value[j] = shares ? rng_uniform(r) : rng_normal(r);
        for (int j = 0; j < k && k > 1 && shares; j++)
            value[j] /= sum;
        *node = (struct node){t->n_leaves++, NODE_LEAF};
        t->stats[i] = (float)(1 + rng_below(r, 9));
    }
    return t;
}

void random_model(struct tree_model *m, const struct table *t, int n_trees, enum forest_kind kind,
    int n_outputs, int leaf_width)
{
    struct err err = ERR_INIT;
    struct rng r;

    *m = (struct tree_model)TREE_MODEL_INIT;
    rng_init(&r, 7, RNG_DATA, (uint32_t)n_outputs, (uint64_t)n_trees);
    assert_int_equal(schema_copy(&m->schema, &t->schema), 0);
    assert_int_equal(target_copy(&m->target, &t->target), 0);
    assert_ok(forest_init(&m->forest, kind, n_outputs, leaf_width, &err), &err);
    for (int j = 0; j < n_outputs && kind != FOREST_MEAN; j++)
        m->forest.base[j] = rng_normal(&r);
    for (int i = 0; i < n_trees; i++) {
        struct tree *tree = random_tree(&r, &t->schema, leaf_width, kind == FOREST_MEAN);
        assert_int_equal(forest_add(&m->forest, tree), 0);
        if (kind == FOREST_MEDIAN)
            forest_weigh(&m->forest, i, 0.1 + rng_uniform(&r));
    }
    assert_int_equal(forest_settle(&m->forest), 0);
}

void random_booster(struct tree_model *m, const struct table *t, int n_rounds)
{
    bool classes = t->target.task == TASK_CLASSIFICATION;
    int k = classes && dict_size(t->target.classes) > 2 ? (int)dict_size(t->target.classes) : 1;

    random_model(m, t, n_rounds * k, FOREST_SUM, k, 1);
    m->forest.link = !classes ? LINK_EXP : k > 1 ? LINK_SOFTMAX : LINK_LOGISTIC;
    m->forest.link_scale = 0.5;
}

void random_linear(struct tree_model *m, const struct table *t, int n_outputs)
{
    struct err err = ERR_INIT;
    struct rng r;

    random_model(m, t, 0, FOREST_SUM, n_outputs, 1);
    assert_ok(linear_init(&m->forest, t->schema.n_cols, &err), &err);
    m->forest.linear_rounds = 3;
    rng_init(&r, 7, RNG_DATA, 1, 0);
    for (int j = 0; j < n_outputs; j++)
        for (int i = 0; i <= t->schema.n_cols; i++)
            if (i == t->schema.n_cols || linear_takes(&t->schema.cols[i]))
                linear_weights(&m->forest, j)[i] = rng_normal(&r);
}

const char *model_file(const struct tree_model *m, const char *name)
{
    struct err err = ERR_INIT;
    const char *path = unit_path(name);
    struct tree_model_parts parts = {.program = "rf",
        .schema = &m->schema,
        .target = &m->target,
        .forest = &m->forest,
        .options = json_pack("{s:s, s:n}", "mtry", "sqrt", "class_weight"),
        .summary = json_pack("{s:i, s:{s:f}}", "rows", 20, "oob", "accuracy", 0.75)};

    if (m->forest.quantile) {
        json_t *list = json_array();
        for (int i = 0; i < m->forest.n_outputs; i++)
            json_array_append_new(list, json_real(m->forest.quantile[i]));
        json_object_set_new(parts.options, "quantile_alpha", list);
    }
    assert_ok(tree_model_write(&parts, path, &err), &err);
    json_decref(parts.options);
    json_decref(parts.summary);
    return path;
}
