#!/usr/bin/env python3
"""Write tests/gold/xgb_linear_gold.h, XGBoost's gblinear round by round: xgb_linear.py (in the project's top folder).

The numbers are those of XGBoost 3.2.0 with one thread, where shotgun is coordinate descent in order: the weights of all
columns, and the bias, after each of the rounds named.  (With several classes they would be the same only from
base_score 0: XGBoost 3.2's gblinear has all classes begin from the first one's base.)  XGBoost computes in float, so that they are good for 1e-5.  Needs
xgboost, numpy and clang-format.
"""

import json
import subprocess

import numpy as np
import xgboost

ROWS, COLUMNS, ROUNDS = 60, 4, (1, 2, 3, 5, 10, 40)
BASE = {"booster": "gblinear", "nthread": 1}
CASES = [
    ("plain", "reg:squarederror", False, {}),
    ("two classes", "binary:logistic", False, {}),
    ("weighted", "reg:squarederror", True, {}),
    ("elastic net", "reg:squarederror", True, {"lambda": 0.02, "alpha": 0.05}),
    ("elastic net of two classes", "binary:logistic", True, {"lambda": 0.01, "alpha": 0.02, "eta": 0.8}),
    ("whole steps to 0", "reg:squarederror", False, {"alpha": 0.5, "eta": 1}),
    ("shotgun", "reg:squarederror", False, {"updater": "shotgun", "lambda": 0.1}),
    ("greedy", "reg:squarederror", False, {"feature_selector": "greedy"}),
    ("greedy, two", "binary:logistic", True, {"feature_selector": "greedy", "top_k": 2, "alpha": 0.01}),
    ("thrifty", "binary:logistic", False, {"feature_selector": "thrifty"}),
    ("thrifty, two", "reg:squarederror", True, {"feature_selector": "thrifty", "top_k": 2}),
    ("tolerance", "reg:squarederror", False, {"eta": 1, "tolerance": 0.003}),
]


def data():
    rng = np.random.default_rng(11)
    x = np.round(rng.normal(size=(ROWS, COLUMNS)) * [1, 3, 0.5, 1] + [0, 2, 0, -1], 3)
    x[:, 3] = np.round(x[:, 3] + 0.8 * x[:, 0], 3)
    x[rng.random(x.shape) < 0.1] = np.nan
    raw = np.nan_to_num(x) @ [1, -0.4, 1.5, 0.02]
    value = np.round(raw + rng.normal(size=ROWS) * 0.3 + 2, 3)
    two = (raw + rng.logistic(size=ROWS) > 0).astype(float)
    return x, {"reg:squarederror": value, "binary:logistic": two}, np.round(rng.uniform(0.5, 2, ROWS), 2)


def numbers(values):
    return ", ".join("NAN" if np.isnan(v) else repr(float(v)) for v in np.ravel(values))


def case_text(case, x, targets, w):
    name, objective, weighted, options = case
    rows = xgboost.DMatrix(x, targets[objective], weight=w if weighted else None)
    options = {**BASE, "updater": "coord_descent", "objective": objective, **options}
    weights = []
    for n in ROUNDS:
        booster = xgboost.train(options, rows, n)
        weights += json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["weights"]
    get = options.get
    return (
        f'{{"{name}", {"xgb_linear_two" if "binary" in objective else "xgb_linear_value"},'
        f'{"true" if "binary" in objective else "false"}, {"true" if weighted else "false"},'
        f'"{options["updater"]}", "{get("feature_selector", "cyclic")}", {get("top_k", 0)},'
        f'{get("eta", 0.5)}, {get("lambda", 0)}, {get("alpha", 0)}, {get("tolerance", 0)}, {{{numbers(weights)}}}}}'
    )


def main():
    x, targets, w = data()
    text = f"""/* Made by xgb_linear.py, which says what is meant: weights of columns, round by round. */
#ifndef TESTS_GOLD_XGB_LINEAR_GOLD_H
#define TESTS_GOLD_XGB_LINEAR_GOLD_H

#include <math.h>
#include <stdbool.h>

enum {{ XGB_LINEAR_ROWS = {ROWS}, XGB_LINEAR_COLUMNS = {COLUMNS}, XGB_LINEAR_STAGES = {len(ROUNDS)} }};
static const int xgb_linear_rounds[] = {{{", ".join(map(str, ROUNDS))}}};

/* [row][column] */
static const double xgb_linear_x[] = {{{numbers(x)}}};
static const double xgb_linear_value[] = {{{numbers(targets["reg:squarederror"])}}};
static const double xgb_linear_two[] = {{{numbers(targets["binary:logistic"])}}};
static const double xgb_linear_w[] = {{{numbers(w)}}};

static const struct xgb_linear_case {{
    const char *name;
    const double *y;
    bool classes, weighted; /* by xgb_linear_w */
    const char *updater, *selector;
    int top_k;
    double eta, lambda, alpha, tolerance;
    /* [stage][column], the bias last, after the rounds of xgb_linear_rounds */
    double weights[XGB_LINEAR_STAGES * (XGB_LINEAR_COLUMNS + 1)];
}} xgb_linear_cases[] = {{{", ".join(case_text(c, x, targets, w) for c in CASES)}}};

#endif
"""
    path = "tests/gold/xgb_linear_gold.h"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run(["clang-format", "-i", path], check=True)


if __name__ == "__main__":
    main()
