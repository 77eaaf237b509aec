#!/usr/bin/env python3
"""Write tests/gold/xgb_dart_gold.h, what XGBoost's booster dart says: xgb_dart.py (in the project's top folder).

All of it is XGBoost 3.2.0's (Python) and needs nothing random: rate_drop=1 drops every tree before each round,
skip_drop=0 skips none.  40 rows of three columns whose values are all different, so that no split is a tie and each
value has a bin of its own; the target is a smooth function of them with noise.  Each number of rounds is a run of its
own, since later rounds change what earlier trees say.

    squared error, base_score 1, eta 0.3, max_depth 3, lambda 1, unless the case says otherwise
"""
import os
import subprocess

import numpy as np
import xgboost as xgb

N, COLUMNS = 40, 3
ROUNDS = [1, 2, 3, 6]
CASES = [
    ("tree", {}),
    ("forest", {"normalize_type": "forest"}),
    ("tree, two beside each other", {"num_parallel_tree": 2}),
    ("forest, two beside each other", {"normalize_type": "forest", "num_parallel_tree": 2}),
    ("tree, whole steps", {"eta": 1}),
]


def text(values, form="%.9g"):
    return "{" + ", ".join(form % v for v in values) + "}"


rng = np.random.default_rng(11)
x = rng.permutation(N * COLUMNS).reshape(N, COLUMNS) / 16
y = np.round(np.sin(x[:, 0]) * 2 + x[:, 1] / 3 + rng.normal(size=N) * 0.3, 3)
rows = xgb.DMatrix(x, label=y)

cases = []
for name, change in CASES:
    options = {"booster": "dart", "rate_drop": 1, "skip_drop": 0, "base_score": 1, "eta": 0.3, "max_depth": 3,
               "tree_method": "hist", "max_bin": 256, "nthread": 1, **change}
    raw = [xgb.train(options, rows, n).predict(rows, output_margin=True) for n in ROUNDS]
    cases.append('{"%s", %s, %s, %s, {%s}},' % (
        name, "true" if options.get("normalize_type") == "forest" else "false", options["eta"],
        options.get("num_parallel_tree", 1), ",\n".join(text(r) for r in raw)))

out = """/* Made by xgb_dart.py, which says what is meant: what XGBoost's dart says after some rounds. */
#ifndef TESTS_GOLD_XGB_DART_GOLD_H
#define TESTS_GOLD_XGB_DART_GOLD_H

#include <stdbool.h>

enum { DART_GOLD_ROWS = %d, DART_GOLD_COLUMNS = %d, DART_GOLD_STAGES = %d };

static const int dart_gold_rounds[] = %s;
/* [row][column] */
static const double dart_gold_x[] = %s;
static const double dart_gold_y[] = %s;

static const struct {
    const char *name;
    bool forest; /* normalize_type */
    double eta;
    int parallel;
    double raw[DART_GOLD_STAGES][DART_GOLD_ROWS];
} dart_gold[] = {
%s
};

#endif
""" % (N, COLUMNS, len(ROUNDS), text(ROUNDS, "%d"), text(x.ravel(), "%.17g"), text(y, "%.17g"), "\n".join(cases))

path = os.path.join("tests", "gold", "xgb_dart_gold.h")
with open(path, "w", encoding="ascii") as f:
    f.write(out)
subprocess.run(["clang-format", "-i", path], check=True)
