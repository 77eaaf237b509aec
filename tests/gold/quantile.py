#!/usr/bin/env python3
"""Write the case tests/cli/rf/quantile-cart, a quantile regression forest of one tree, from scikit-learn: quantile.py
(in the project's top folder).

The tree is DecisionTreeRegressor's, exact CART (see cart.py); apply() tells the leaf of training and test rows.  The
training rows of a test row's leaf weigh alike; a quantile is the smallest target up to which at least that share
stands.  Needs numpy and scikit-learn (1.9.1 made what is committed)."""
import os
from fractions import Fraction

import numpy as np
from sklearn.tree import DecisionTreeRegressor

rng = np.random.default_rng(22)
LEVELS = ["0.05", "0.25", "0.5", "0.9", "0.95"]


def rows(n):
    return np.round(rng.normal(size=(n, 4)) * 1024) / 1024


while True:
    x, test = rows(240), rows(60)
    y = np.round((x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=len(x))) * 8) / 8  # with ties
    models = [DecisionTreeRegressor(min_samples_leaf=10, random_state=i).fit(x, y) for i in range(40)]
    if all(np.array_equal(m.predict(test), models[0].predict(test)) for m in models):
        break  # no two cuts were equally good

leaf, at = models[0].apply(x), models[0].apply(test)
folder = "tests/cli/rf/quantile-cart"
os.makedirs(folder, exist_ok=True)
for name, columns, values in [("train", "x0,x1,x2,x3,y", np.c_[x, y]), ("test", "x0,x1,x2,x3", test)]:
    with open(f"{folder}/{name}.csv", "w") as f:
        f.write(columns + "\n" + "".join(",".join(str(v) for v in row) + "\n" for row in values))
with open(f"{folder}/cmd", "w") as f:
    f.write("# quantiles of one tree's leaves, as tests/gold/quantile.py has them from scikit-learn\n"
            "rf-train -q -y y -n 1 --no-replace --sample-fraction 1 --mtry all --min-leaf 10 --keep-leaf-rows \\\n"
            f"    $CASE/train.csv | rf-predict -q -m - --quantile {','.join(LEVELS)} $CASE/test.csv | cut -d, -f2-\n")
with open(f"{folder}/out", "w") as f:
    f.write(",".join("q_" + q for q in LEVELS) + "\n")
    for row in at:
        inside = sorted(y[leaf == row])
        # the smallest k with k / n >= q
        picked = [inside[-(-Fraction(q) * len(inside) // 1) - 1] for q in LEVELS]
        f.write(",".join(np.format_float_positional(v, unique=True, trim="-") for v in picked) + "\n")
open(f"{folder}/threads", "w").close()
