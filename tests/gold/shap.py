#!/usr/bin/env python3
"""Write the cases of tests/cli/rf whose contributions are Shapley values by definition: shap.py (in the project's top
folder).

One tree on all rows and columns is scikit-learn's DecisionTree*, exact CART (see cart.py, whose data are made alike).
What a set of columns is worth is the tree's mean over the other columns' branches by the weight of their training rows;
a column's contribution is the mean, over all orders of the columns, of what it adds to those before it.  Needs numpy
and scikit-learn (1.9.1 made what is committed)."""
import itertools
import os

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(21)
COLUMNS = 5


def rows(n):
    return np.round(rng.normal(size=(n, COLUMNS)) * 1024) / 1024


def worth(tree, row, known, node=0):
    left, right = tree.children_left[node], tree.children_right[node]
    if left < 0:
        return tree.value[node][0]
    column = tree.feature[node]
    if column in known:
        return worth(tree, row, known, left if row[column] <= tree.threshold[node] else right)
    weight = tree.weighted_n_node_samples
    return (weight[left] * worth(tree, row, known, left) + weight[right] * worth(tree, row, known, right)) / weight[node]


def contributions(tree, row):
    """[COLUMNS][outputs], by all orders."""
    value = {known: worth(tree, row, known) for n in range(COLUMNS + 1)
             for known in itertools.combinations(range(COLUMNS), n)}
    orders = list(itertools.permutations(range(COLUMNS)))
    total = [0] * COLUMNS
    for order in orders:
        for i, column in enumerate(order):
            before = tuple(sorted(order[:i]))
            total[column] = total[column] + value[tuple(sorted(order[:i + 1]))] - value[before]
    return [t / len(orders) for t in total], value[()]


def write(path, names, columns):
    with open(path, "w") as f:
        f.write(",".join(names) + "\n")
        for row in zip(*columns):
            f.write(",".join(str(v) for v in row) + "\n")


def nearly(v):
    text = f"{v:.9f}"
    return "0.000000000" if text == "-0.000000000" else text


def case(name, command, labels, make_y, model):
    while True:
        x, test = rows(150), rows(12)
        y = make_y(x)
        trees = [model.set_params(random_state=i).fit(x, y).tree_ for i in range(40)]
        if all(np.array_equal(t.feature, trees[0].feature) and np.array_equal(t.threshold, trees[0].threshold)
               for t in trees):
            break  # no two cuts were equally good
    names = [f"x{i}" for i in range(COLUMNS)]
    folder = f"tests/cli/rf/{name}"
    os.makedirs(folder, exist_ok=True)
    write(f"{folder}/train.csv", names + ["y"], list(x.T) + [labels[y] if len(labels) else y])
    write(f"{folder}/test.csv", names, list(test.T))
    with open(f"{folder}/cmd", "w") as f:
        f.write("# contributions of one tree's columns are Shapley values, as tests/gold/shap.py has them by definition\n"
                f"rf-train -q -y y -n 1 --no-replace --sample-fraction 1 --mtry all {command} $CASE/train.csv |\n"
                "    rf-predict -q -m - --contrib $CASE/test.csv |\n"
                "    awk -F, -v OFS=, 'NR > 1 { $4 = sprintf(\"%.9f\", $4 + 0); sub(/^-0\\.0*$/, \"0.000000000\", $4) } 1'\n")
    with open(f"{folder}/out", "w") as f:
        f.write("row,class,column,value\n")
        outputs = range(len(labels)) if len(labels) > 2 else [len(labels) - 1 if len(labels) else 0]
        for i, row in enumerate(test):
            value, base = contributions(trees[0], row)
            for k in outputs:
                label = labels[k] if len(labels) else ""
                f.write(f"{i + 1},{label},(base),{nearly(base[k])}\n")
                for column in range(COLUMNS):
                    f.write(f"{i + 1},{label},x{column},{nearly(value[column][k])}\n")
    open(f"{folder}/threads", "w").close()


def score(x):
    return x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=len(x))


def classes(x, k):
    s = score(x)
    return np.digitize(s, np.quantile(s, np.linspace(0, 1, k + 1)[1:-1]))


case("shap-values", "--min-leaf 3", [], lambda x: np.round(score(x) * 64) / 64, DecisionTreeRegressor(min_samples_leaf=3))
case("shap-two", "--min-leaf 4", np.array(["a", "b"]), lambda x: classes(x, 2), DecisionTreeClassifier(min_samples_leaf=4))
case("shap-classes", "--min-leaf 5", np.array(["a", "b", "c"]), lambda x: classes(x, 3),
     DecisionTreeClassifier(min_samples_leaf=5))
