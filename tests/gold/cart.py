#!/usr/bin/env python3
"""Write the cases of tests/cli/rf whose predictions are scikit-learn's: cart.py (in the project's top folder).

One tree on all rows and columns is scikit-learn's DecisionTree*: exact CART.  Values are multiples of 1/1024, which
float32 holds (scikit-learn rounds features to it), and no two cuts of a node are equally good.  Needs numpy and
scikit-learn (1.9.1 made what is committed)."""
import os

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(20)


def without_ties(make, model, predict):
    """Draws data until 40 orders of the columns give the same tree: no two cuts were equally good."""
    while True:
        x, y, test = make()
        all_p = [predict(model.set_params(random_state=i).fit(x, y), test) for i in range(40)]
        if all(np.array_equal(p, all_p[0]) for p in all_p):
            return x, y, test, all_p[0]


def shortest(value):
    """The shortest text of a float32 that reads back the same, as rf-predict writes it."""
    text = np.format_float_positional(np.float32(value), unique=True, trim="-")
    return text


def rows(n, d):
    return np.round(rng.normal(size=(n, d)) * 1024) / 1024


def write(path, names, columns):
    with open(path, "w") as f:
        f.write(",".join(names) + "\n")
        for row in zip(*columns):
            f.write(",".join(str(v) for v in row) + "\n")


def case(name, command, names, x, y, test, out):
    folder = f"tests/cli/rf/{name}"
    os.makedirs(folder, exist_ok=True)
    write(f"{folder}/train.csv", names + ["y"], list(x.T) + [y])
    write(f"{folder}/test.csv", names, list(test.T))
    with open(f"{folder}/cmd", "w") as f:
        f.write("# one tree on all rows and columns: exact CART, as tests/gold/cart.py has it from scikit-learn\n")
        f.write(f"rf-train -q -y y -n 1 --no-replace --sample-fraction 1 --mtry all {command} $CASE/train.csv |\n"
                "    rf-predict -q -m - $CASE/test.csv\n")
    with open(f"{folder}/out", "w") as f:
        f.write(out)
    open(f"{folder}/threads", "w").close()


def classes(name, command, k, model):
    def make():
        x = rows(200, 4)
        score = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=len(x))
        return x, np.digitize(score, np.quantile(score, np.linspace(0, 1, k + 1)[1:-1])), rows(60, 4)

    labels = np.array([f"k{i}" for i in range(k)])
    x, y, test, p = without_ties(make, model, lambda m, t: m.predict_proba(t))
    out = "prediction," + ",".join("p_" + label for label in labels) + "\n"
    for row in p:
        out += labels[np.argmax(row)] + "," + ",".join(shortest(v) for v in row) + "\n"
    case(name, command, [f"x{i}" for i in range(4)], x, labels[y], test, out)


def values(name, command, model):
    def make():
        x = rows(200, 4)
        y = np.round((x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=len(x))) * 64) / 64
        return x, y, rows(60, 4)

    x, y, test, p = without_ties(make, model, lambda m, t: m.predict(t))
    case(name, command, [f"x{i}" for i in range(4)], x, y, test,
         "prediction\n" + "".join(f"{np.format_float_positional(v, unique=True, trim='-')}\n" for v in p))


classes("cart-gini", "--min-leaf 8", 3, DecisionTreeClassifier(min_samples_leaf=8))
classes("cart-entropy", "--criterion entropy --max-depth 4 --min-leaf 3", 2,
        DecisionTreeClassifier(criterion="entropy", max_depth=4, min_samples_leaf=3))
classes("cart-best-first", "--max-leaves 9", 3, DecisionTreeClassifier(max_leaf_nodes=9))
values("cart-squared", "--min-leaf 3", DecisionTreeRegressor(min_samples_leaf=3))
values("cart-squared-leaves", "--max-leaves 16 --min-leaf 4", DecisionTreeRegressor(max_leaf_nodes=16, min_samples_leaf=4))
