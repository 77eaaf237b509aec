#!/usr/bin/env python3
"""Write the cases of tests/cli/model whose numbers are scikit-learn's: model.py (in the project's top folder).

One tree on all rows and columns is scikit-learn's DecisionTree* (cart.py), so importances and partial dependence of it
must be too.  Permutation importance is random: gold is what it is on average over all permutations, which is exact here
and checked against scikit-learn's, and how far the mean of 1,000 may be from it.  The debiased decrease is computed
from scikit-learn's trees as the paper has it.  Needs numpy and scikit-learn (1.9.1 made what is committed)."""
import os

import numpy as np
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import accuracy_score, r2_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(21)
names = [f"x{i}" for i in range(4)]


def rows(n):
    x = np.round(rng.normal(size=(n, 4)) * 1024) / 1024
    x[:, 1] = np.round(x[:, 1] * 2) / 2  # few values: the grid has them all
    return x


def without_ties(make, model):
    """Draws data until 40 orders of the columns give the same tree: no two cuts were equally good."""
    while True:
        x, y, test, truth = make()
        fits = [type(model)(**{**model.get_params(), "random_state": i}).fit(x, y) for i in range(40)]
        same = [np.allclose(f.feature_importances_, fits[0].feature_importances_, 1e-12) and
                np.array_equal(f.apply(test), fits[0].apply(test)) for f in fits]
        if all(same):
            return fits[0], x, y, test, truth


def expected_loss(model, x, y, column, score):
    """Baseline less the mean score when each row's value is any row's: what permutations are on average."""
    shuffled = [x.copy() for _ in x]
    for i, copy in enumerate(shuffled):
        copy[:, column] = x[i, column]
    p = [model.predict(copy) for copy in shuffled]  # [value of row i][row]
    if score is accuracy_score:
        mean = np.mean([q == y for q in p])
    else:
        mean = 1 - np.mean([(q - y) ** 2 for q in p]) / np.mean((y - y.mean()) ** 2)
    return score(y, model.predict(x)) - mean


def debiased(model, x, y):
    """Li et al. 2019, with the target about the root's value."""
    t = model.tree_
    if hasattr(model, "classes_"):
        value = t.value[:, 0, :] / t.value[:, 0, :].sum(axis=1, keepdims=True)
        target = (y[:, None] == model.classes_).astype(float)
    else:
        value, target = t.value[:, :, 0], y[:, None]
    sums = np.zeros(x.shape[1])
    for row, want in zip(x, target):
        node = 0
        while t.children_left[node] >= 0:
            column = t.feature[node]
            child = (t.children_left if row[column] <= t.threshold[node] else t.children_right)[node]
            sums[column] += (value[child] - value[node]) @ (want - value[0])
            node = child
    return sums / len(x)


def write(path, header, lines):
    with open(path, "w") as f:
        f.write(",".join(header) + "\n")
        for line in lines:
            f.write(",".join(v if isinstance(v, str) else repr(float(v)) for v in line) + "\n")


def table(path, x, y):
    write(path, names + ["y"], [list(row) + [label if isinstance(label, str) else float(label)] for row, label in
                                zip(x, y)])


def case(name, options, make, model, score):
    folder = f"tests/cli/model/{name}"
    os.makedirs(folder, exist_ok=True)
    model, x, y, test, truth = without_ties(make, model)
    table(f"{folder}/train.csv", x, y)
    table(f"{folder}/test.csv", test, truth)
    t = model.tree_
    gains = np.zeros(4)
    for i in range(t.node_count):
        if t.children_left[i] >= 0:
            w, imp, l, r = t.weighted_n_node_samples, t.impurity, t.children_left[i], t.children_right[i]
            gains[t.feature[i]] += (w[i] * imp[i] - w[l] * imp[l] - w[r] * imp[r]) / w[0]
    count = [np.sum((t.feature == c) & (t.children_left >= 0)) for c in range(4)]
    write(f"{folder}/impurity", ["column", "kind", "value"], [(n, "impurity", v) for n, v in zip(names, gains)] +
          [(n, "count", v) for n, v in zip(names, count)])
    write(f"{folder}/normalized", ["column", "kind", "value"],
          [(n, "impurity", v) for n, v in zip(names, model.feature_importances_)])
    write(f"{folder}/debiased", ["column", "kind", "value"],
          [(n, "debiased", v) for n, v in zip(names, debiased(model, test, truth))])
    assert np.allclose(debiased(model, x, y), gains)  # on its own rows it is the impurity

    expected = [expected_loss(model, test, truth, c, score) for c in range(4)]
    theirs = permutation_importance(model, test, truth, n_repeats=1000, random_state=0)
    error = 5 * theirs.importances.std(axis=1, ddof=1) / np.sqrt(1000)
    assert np.all(np.abs(theirs.importances_mean - expected) <= error), (theirs.importances_mean, expected)
    write(f"{folder}/permutation", ["column", "value", "error"], zip(names, expected, error))

    outputs = [f"p_{c}" for c in model.classes_] if hasattr(model, "classes_") else ["mean"]
    one = partial_dependence(model, test, [1], grid_resolution=1000, percentiles=(0, 1), kind="both", method="brute")
    grid = one["grid_values"][0]
    write(f"{folder}/partial", ["x1"] + outputs, [[v] + list(one["average"][:, i]) for i, v in enumerate(grid)])
    single = [o.replace("mean", "prediction") for o in outputs]
    write(f"{folder}/ice", ["row", "x1"] + single,
          [[row + 1, v] + list(one["individual"][:, row, i]) for row in range(len(test)) for i, v in enumerate(grid)])
    two = partial_dependence(model, test, [(0, 1)], grid_resolution=1000, percentiles=(0, 1), method="brute")
    first, second = two["grid_values"]
    write(f"{folder}/surface", ["x0", "x1"] + outputs, [[a, b] + list(two["average"][:, i, j]) for i, a in
                                                        enumerate(first) for j, b in enumerate(second)])
    with open(f"{folder}/cmd", "w") as f:
        f.write(f"""# one tree on all rows and columns: what tests/gold/model.py has from scikit-learn
rf-train -q -y y -n 1 --no-replace --sample-fraction 1 --mtry all {options} "$CASE/train.csv" > tree.model
rf-train -q -y y -n 3 --no-replace --sample-fraction 1 --mtry all {options} "$CASE/train.csv" > three.model
near() {{
    awk -F, -v gold="$CASE/$1" -v name="$1" '
        {{
            getline line < gold
            n = split(line, right)
            bad += n != NF
            for (i = 1; i <= NF; i++) {{
                off = $i - right[i]
                bad += $i ~ /[0-9]$/ ? (off < 0 ? -off : off) > 2e-6 : $i != right[i]
            }}
        }}
        END {{ print name, NR, "lines,", bad + (getline line < gold), "differ" }}'
}}
model-importance --kind impurity,count tree.model | near impurity
model-importance --normalize --kind impurity three.model | near normalized
model-importance -q --kind debiased tree.model "$CASE/test.csv" | near debiased
model-importance -q --kind debiased three.model "$CASE/test.csv" | near debiased
model-importance -q --kind permutation --repeats 1000 tree.model "$CASE/test.csv" |
    awk -F, -v gold="$CASE/permutation" '
        NR <= 5 && getline line < gold {{
            split(line, right)
            off = $3 - right[2]
            if (NR > 1)
                print $1, (off < 0 ? -off : off) <= right[3] ? "is near" : "is not near: " off
        }}'
model-partial -x x1 tree.model "$CASE/test.csv" | near partial
model-partial -x x1 --ice tree.model "$CASE/test.csv" | near ice
model-partial -x x0,x1 --grid 1000 three.model - < "$CASE/test.csv" | near surface
""")
    open(f"{folder}/threads", "w").close()


def classes():
    def make_one(n):
        x = rows(n)
        score = x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=n)
        return x, score
    x, score = make_one(200)
    cuts = np.quantile(score, [1 / 3, 2 / 3])
    test, truth = make_one(60)
    labels = np.array(["k0", "k1", "k2"])
    return x, labels[np.digitize(score, cuts)], test, labels[np.digitize(truth, cuts)]


def values():
    def make_one(n):
        x = rows(n)
        return x, np.round((x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=n)) * 64) / 64
    x, y = make_one(200)
    return x, y, *make_one(60)


case("sklearn-classes", "--min-leaf 4", classes, DecisionTreeClassifier(min_samples_leaf=4), accuracy_score)
case("sklearn-values", "--min-leaf 3", values, DecisionTreeRegressor(min_samples_leaf=3), r2_score)
