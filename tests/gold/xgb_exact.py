#!/usr/bin/env python3
"""Write tests/gold/xgb_exact_gold.h, the numbers of XGBoost's tree_method=exact: xgb_exact.py (in the project's top
folder).  Needs numpy, xgboost (made with 3.2.0) and clang-format.

Rows are few and values of a column all different, so that no two cuts gain the same but for rounding: what XGBoost
says in float32 is what doubles say, to 1e-5.  That is checked: rows' weights that differ in the 6th digit must not move
a prediction by more than 1e-4.  Two classes have rows of different weights, as all gradients are alike in the first
round otherwise and many cuts gain the same.  max_delta_step is not combined with alpha, where XGBoost adds the penalty
to the gain instead of taking it away.
"""
import subprocess

import numpy as np
import xgboost as xgb

from exact import Unclear, c_array

N, COLUMNS, ROUNDS, BASE = 160, 5, 10, 0.5

# name, classes, missing values, XGBoost's parameters
CASES = [
    ("stumps", False, False, dict(max_depth=1)),
    ("depth_3", False, False, dict(max_depth=3)),
    ("depth_6_missing", False, True, dict(max_depth=6)),
    ("no_penalty", False, True, dict(max_depth=4, reg_lambda=0)),
    ("alpha", False, True, dict(max_depth=4, alpha=2)),
    ("gamma", False, False, dict(max_depth=6, gamma=3)),
    ("gamma_missing", False, True, dict(max_depth=4, gamma=6)),
    ("child_weight", False, True, dict(max_depth=6, min_child_weight=6.5)),
    ("delta_step", False, False, dict(max_depth=4, max_delta_step=0.3)),
    ("classes", True, False, dict(max_depth=3)),
    ("classes_missing", True, True, dict(max_depth=6)),
    ("classes_gamma", True, True, dict(max_depth=6, gamma=1)),
    ("classes_child_weight", True, False, dict(max_depth=6, min_child_weight=3.1)),
]
NAMES = ["max_depth", "reg_lambda", "alpha", "gamma", "min_child_weight", "max_delta_step"]
DEFAULTS = dict(reg_lambda=1, alpha=0, gamma=0, min_child_weight=1, max_delta_step=0)


def main():
    rng = np.random.default_rng(5)
    x = np.stack([rng.permutation(N) / 8 + c for c in range(COLUMNS)], axis=1)
    y = x[:, 0] / 5 + np.sin(x[:, 1]) * 3 + x[:, 2] * x[:, 3] / 100 + rng.normal(size=N)
    y = np.round(y, 3)
    two = (y > np.median(y)).astype(float)
    holes = np.where(rng.random(x.shape) < 0.15, np.nan, x)
    w = np.round(0.5 + rng.random(N), 3)
    rows, lines = [], []
    for name, classes, missing, params in CASES:
        def predict(weight):
            data = xgb.DMatrix(holes if missing else x, two if classes else y, weight=weight)
            objective = "binary:logistic" if classes else "reg:squarederror"
            model = xgb.train(dict(params, tree_method="exact", objective=objective, base_score=BASE), data, ROUNDS)
            return model.predict(data, output_margin=True).astype(float)

        weight = w if classes else np.ones(N)
        rows.append(predict(weight))
        for _ in range(3):
            if np.abs(predict(weight * (1 + 1e-6 * rng.random(N))) - rows[-1]).max() > 1e-4:
                raise Unclear(name)
        numbers = ", ".join(repr({**DEFAULTS, **params}[n]) for n in NAMES)
        lines.append(f'{{"{name}", {str(classes).lower()}, {str(missing).lower()}, {numbers}}}')
    raw = np.round(np.array(rows), 6)
    text = f"""/* Made by xgb_exact.py, which says what is meant: raw predictions of XGBoost's exact trees. */
#ifndef TESTS_GOLD_XGB_EXACT_GOLD_H
#define TESTS_GOLD_XGB_EXACT_GOLD_H

#include <math.h>
#include <stdbool.h>

enum {{ EXACT_ROWS = {N}, EXACT_COLUMNS = {COLUMNS}, EXACT_CASES = {len(CASES)}, EXACT_ROUNDS = {ROUNDS} }};

/* [row][column], without and with missing values, the target, two classes by it, and weights of rows in classes.
 */
{c_array("exact_x", x.ravel())}{c_array("exact_holes", holes.ravel())}
{c_array("exact_y", y)}{c_array("exact_two", two)}{c_array("exact_w", w)}
static const struct exact_case {{
    const char *name;
    bool classes, missing;
    double max_depth, lambda, alpha, gamma, min_weight, max_step;
}} exact_cases[] = {{
{",".join(lines)}
}};

/* [case][row] after EXACT_ROUNDS rounds of eta 0.3, from {BASE}. */
{c_array("exact_raw", raw.ravel())}
#endif
"""
    header = "tests/gold/xgb_exact_gold.h"
    tidy = ["clang-format", f"--assume-filename={header}"]
    with open(header, "w") as f:
        text = text.replace("nan", "NAN")
        f.write(subprocess.run(tidy, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout)


main()
