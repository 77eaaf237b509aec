#!/usr/bin/env python3
"""Write testdata/friedman1.csv: friedman1.py TESTDATA

Friedman's first function as scikit-learn draws it (seed 0), and what its gradient boosting makes of it: 100 stumps with
learning rate 0.1 on the first 200 rows have a mean squared error of 5.009 on the other 1,000, on these digits (5.00919)
as on all of them (5.00915).  Needs numpy and scikit-learn (1.9.1 made what is committed)."""
import sys

import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.ensemble import GradientBoostingRegressor

path = sys.argv[1] + "/friedman1.csv"
x, y = make_friedman1(n_samples=1200, random_state=0, noise=1.0)
with open(path, "w") as f:
    f.write(",".join(f"x{i + 1}" for i in range(x.shape[1])) + ",y\n")
    for row in np.c_[x, y]:
        f.write(",".join(f"{v:.5g}" for v in row) + "\n")

for name, rows in [("all digits", np.c_[x, y]), (path, np.loadtxt(path, delimiter=",", skiprows=1))]:
    x, y = rows[:, :-1], rows[:, -1]
    model = GradientBoostingRegressor(n_estimators=100, learning_rate=0.1, max_depth=1, random_state=0)
    print(f"{name}: {np.mean((model.fit(x[:200], y[:200]).predict(x[200:]) - y[200:]) ** 2):.6f}")
