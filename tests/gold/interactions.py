#!/usr/bin/env python3
"""Write tests/gold/interactions_gold.h, XGBoost's interaction values: interactions.py (in the project's top folder).

A model of regression on rows with missing values, trained and explained by XGBoost 3 (pred_interactions, which is in
float).  Its trees are written as ours are, so that both explain the same: children stand beside each other, behind
their parent; a row goes left when its value is at most the threshold, XGBoost's being below it.  Needs numpy, xgboost
(3.0 or later) and clang-format."""
import json
import subprocess

import numpy as np
import xgboost

ROWS, COLUMNS, TREES, SHOWN = 400, 6, 8, 12

rng = np.random.default_rng(5)
x = np.round(rng.normal(size=(ROWS, COLUMNS)) * 8) / 8
y = x[:, 0] * x[:, 1] + np.maximum(x[:, 2], x[:, 3]) * (x[:, 4] > 0) + x[:, 0] + rng.normal(size=ROWS) / 4
x[rng.uniform(size=x.shape) < 0.15] = np.nan

rows = xgboost.DMatrix(x, y)
model = xgboost.train({"max_depth": 5, "eta": 0.5, "base_score": 0.25, "seed": 1}, rows, TREES)
shown = xgboost.DMatrix(x[:SHOWN])
pairs = model.predict(shown, pred_interactions=True)
contributions = model.predict(shown, pred_contribs=True)
assert np.allclose(pairs.sum(2), contributions, atol=1e-5)

nodes, values, sizes = [], [], []
for tree in json.loads(model.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]:
    order, leaves = [0], 0
    for at in order:  # grows on the way
        left, right = tree["left_children"][at], tree["right_children"][at]
        if left < 0:
            nodes.append((leaves, -1, 0, 0, tree["sum_hessian"][at]))
            values.append(tree["split_conditions"][at])
            leaves += 1
            continue
        threshold = np.nextafter(np.float32(tree["split_conditions"][at]), np.float32(-np.inf))
        nodes.append((len(order), tree["split_indices"][at], threshold, tree["default_left"][at], 0))
        order += [left, right]
    sizes.append((len(order), leaves))


def text(v):
    return "NAN" if np.isnan(v) else f"{v:.9g}"


def numbers(array):
    return ", ".join(text(v) for v in np.ravel(array))


path = "tests/gold/interactions_gold.h"
with open(path, "w") as f:
    f.write(f"""/* Made by interactions.py, which says what is meant: XGBoost's trees and interaction values. */
#ifndef TESTS_GOLD_INTERACTIONS_GOLD_H
#define TESTS_GOLD_INTERACTIONS_GOLD_H

#include <math.h>

enum {{ PAIRS_ROWS = {SHOWN}, PAIRS_COLUMNS = {COLUMNS}, PAIRS_TREES = {TREES} }};

static const struct {{
    int child, column; /* column -1: leaf number child */
    double threshold;
    int missing_left;
    float cover; /* of a leaf */
}} pairs_nodes[] = {{{", ".join("{" + numbers(n) + "}" for n in nodes)}}};
static const double pairs_values[] = {{{numbers(values)}}};
static const struct {{
    int nodes, leaves;
}} pairs_sizes[PAIRS_TREES] = {{{", ".join("{%d, %d}" % s for s in sizes)}}};
static const double pairs_base = 0.25;
static const double pairs_rows[PAIRS_ROWS][PAIRS_COLUMNS] = {{{", ".join("{" + numbers(r) + "}" for r in x[:SHOWN])}}};

/* The last row and column are the base's. */
static const double pairs_gold[PAIRS_ROWS][(PAIRS_COLUMNS + 1) * (PAIRS_COLUMNS + 1)] = {{{
    ", ".join("{" + numbers(p) + "}" for p in pairs)}}};

#endif
""")
subprocess.run(["clang-format", "-i", path], check=True)
