#!/usr/bin/env python3
"""Write tests/gold/adaboost/ and tests/gold/adaboost_gold.h, AdaBoost's numbers: adaboost.py (in the project's top
folder).

Each case is made twice, by trees of exact.py and by scikit-learn 1.9.1's, which must agree; SAMME and R2 must also be
what AdaBoostClassifier and AdaBoostRegressor say.  SAMME.R was compared with scikit-learn 1.2.2 once.  Needs numpy,
scikit-learn and clang-format, and two minutes.

    adaboost/data.csv   150 rows: x1..x5 with distinct values, targets y (value), two and three (classes), weights w
    adaboost/raw.csv    each case's votes for each class (case.CLASS), or values, of the first 50 rows after its last
                        round, 9 digits
    adaboost_gold.h     the same data, and (adaboost/cases.inc) all rounds' errors and weights, and votes or values
                        after some

Trees are exact CART by weighted Gini or squared error, of the depth given.  A leaf's p_k is its share of weight, its
label the class with the largest p.  Weights D start as the rows' weights (1 without) and sum to 1 before each round.
eps = 2.2e-16 (scikit-learn also raises every D to eps before a round; only D of SAMME.R may be so small here).  L is
the learning rate, K the number of classes, e the sum of D over the rows that the tree has wrong.

    SAMME     Stop, without this tree, if e >= 1 - 1/K; if e = 0 keep it with weight 1 and stop.
    (1.9.1)   a = L (log((1 - e) / e) + log(K - 1));  D *= exp(a) where wrong;  votes_k = sum of a over trees
              that say k.
              decision_function is (votes_k - (A - votes_k) / (K - 1)) / A, A the sum of all a; with two classes its
              second column less its first, which is within [-2, 2].  p_k = softmax(decision_k / (K - 1)), of both
              columns with two classes.
    SAMME.R   (scikit-learn 1.2; removed in 1.6.)  p is raised to eps, l_k = log p_k.  If e = 0 keep the tree and stop;
              a tree's error or weight is nothing else: votes_k = sum over trees of (K - 1) (l_k - mean l).
              log D -= L (K - 1) / K (l_y - sum of l_k over k != y, divided by K - 1).  L does not scale the votes.
    M1        Freund and Schapire 1997.  Stop, without this tree, if e >= 1/2.  b = e / (1 - e);  D *= b where right;
              votes_k = sum of log(1 / b) over trees that say k.  (1/2 log(1 / b) in texts with two classes +1 and -1.)
    R2        Drucker 1997, by weights: the tree is fitted to all rows with weights D, where scikit-learn draws rows.
              Error of a row: v = |tree - y| / largest of it over rows with D > 0, v^2 or 1 - exp(-v); e = sum of D v.
              If e = 0 keep the tree with weight 1 and stop; if e >= 1/2 stop, without this tree (unless it is the only
              one).  b = e / (1 - e);  a = L log(1 / b);  D *= b^((1 - v) L).  The value is the weighted median of the
              trees' values: sort, sum up a, take the first value whose sum is >= half of all.

Training errors are the share (by rows' weights) of wrong labels, the first class of the most votes, or the mean square.
"""
import os
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from exact import NEAR, Unclear, c_array, cart, write_c

N, COLUMNS, FIRST = 150, 5, 4
TABLE_ROWS = 50
ROUNDS = [1, 2, 5, 10, 20, 40]
EPS, FAINT = np.finfo(float).eps, 1e-5


@dataclass
class Case:
    name: str
    algorithm: str
    target: str
    depth: int
    rate: float = 1.0
    loss: str = ""
    weighted: bool = False
    rounds: int = 40


CASES = [
    Case("samme_two", "samme", "two", 1),
    Case("samme_two_half", "samme", "two", 1, rate=0.5),
    Case("samme_two_weighted", "samme", "two", 1, weighted=True),
    Case("samme_three", "samme", "three", 1),
    Case("samme_three_deep", "samme", "three", 2, rate=0.5, weighted=True),
    Case("samme_r_two", "samme.r", "two", 1, rounds=20),
    Case("samme_r_three", "samme.r", "three", 1, rate=0.5, rounds=10),
    Case("samme_r_three_deep", "samme.r", "three", 2, weighted=True, rounds=5),
    Case("m1_three", "m1", "three", 2, rounds=10),
    Case("r2_linear", "r2", "y", 3, loss="linear"),
    Case("r2_square", "r2", "y", 3, rate=0.5, loss="square"),
    Case("r2_exponential", "r2", "y", 3, loss="exponential"),
    Case("r2_weighted", "r2", "y", 3, loss="linear", weighted=True),
]


def classes(case):
    return {"two": 2, "three": 3}.get(case.target, 0)


def exact_tree(case, x, y):
    """A function of weights that gives each row its leaf's p_k or value, [rows][outputs]."""
    orders = np.argsort(x, axis=0).T
    z = (y[:, None] == np.arange(classes(case))).astype(float) if classes(case) else y[:, None]

    def fit(w):
        leaf = cart(orders, w, z, case.depth)
        weight = np.bincount(leaf, w)
        out = np.stack([np.bincount(leaf, w * t) for t in z.T], axis=1) / weight[:, None]
        if classes(case):
            top = np.sort(out, axis=1)
            if np.any(top[:, -1] - top[:, -2] < NEAR):
                raise Unclear("label")
            part = out * weight[:, None] / np.sum(w)
            if case.algorithm == "samme.r" and np.any((part > 0) & (part < FAINT)):
                raise Unclear("faint share")  # its logarithm would be that of rounding
        return out[leaf]

    return fit


def their_tree(case, x, y):
    if classes(case):
        return lambda w: DecisionTreeClassifier(max_depth=case.depth).fit(x, y, sample_weight=w).predict_proba(x)
    return lambda w: DecisionTreeRegressor(max_depth=case.depth).fit(x, y, sample_weight=w).predict(x)[:, None]


def boost_classes(case, tree, y, w):
    """Yields a round's error, its weight and all votes so far [rows][K]."""
    K = classes(case)
    log_d = np.log(w)  # SAMME.R's weights span more than a double of a sum holds
    votes = np.zeros((len(y), K))
    while True:
        d = np.exp(log_d - log_d.max())
        d /= d.sum()
        assert case.algorithm == "samme.r" or d.min() > EPS
        p = tree(d)
        label = np.argmax(p, axis=1)
        wrong = label != y
        e = np.sum(d[wrong])
        if not 0 < e < {"m1": 1 / 2, "samme": 1 - 1 / K, "samme.r": 1}[case.algorithm]:
            raise Unclear("it stops")
        if case.algorithm == "samme.r":
            a = 1.0
            log_p = np.log(np.maximum(p, EPS))
            votes += (K - 1) * (log_p - log_p.mean(axis=1, keepdims=True))
            own = log_p[np.arange(len(y)), y]
            log_d = log_d - case.rate * (K - 1) / K * (own - (log_p.sum(axis=1) - own) / (K - 1))
        else:
            a = case.rate * (np.log((1 - e) / e) + (np.log(K - 1) if case.algorithm == "samme" else 0))
            votes[np.arange(len(y)), label] += a
            log_d = log_d + a * wrong  # what is right is divided by as much when D is made to sum to 1
        yield e, a, votes.copy()


def boost_values(case, tree, y, w):
    d, weights, values = w / w.sum(), [], []
    while True:
        value = tree(d)[:, 0]
        v = np.abs(value - y)
        v /= v.max()
        v = {"linear": v, "square": v ** 2, "exponential": 1 - np.exp(-v)}[case.loss]
        e = np.sum(d * v)
        assert d.min() > EPS
        if not 0 < e < 0.5:
            raise Unclear("it stops")
        b = e / (1 - e)
        a = case.rate * np.log(1 / b)
        d = d * b ** ((1 - v) * case.rate)
        d /= d.sum()
        weights.append(a)
        values.append(value)
        order = np.argsort(np.array(values).T, axis=1, kind="stable")
        sums = np.cumsum(np.array(weights)[order], axis=1)
        if np.min(np.abs(sums - sums[:, -1:] / 2)) < NEAR * sums[0, -1]:
            raise Unclear("median")
        at = order[np.arange(len(y)), np.argmax(sums >= sums[:, -1:] / 2, axis=1)]
        yield e, a, np.array(values)[at, np.arange(len(y))][:, None]


def train_error(case, raw, y, w):
    if not classes(case):
        return np.average((raw[:, 0] - y) ** 2, weights=w)
    top = np.sort(raw, axis=1)
    if np.any(top[:, -1] - top[:, -2] < NEAR * np.abs(raw).max()):
        raise Unclear("votes")
    return np.average(np.argmax(raw, axis=1) != y, weights=w)


class Draws(np.random.RandomState):
    """Makes AdaBoostRegressor draw every row once, and tells its trees the weights it drew with."""

    def choice(self, a, size, replace, p):
        Draws.p = p.copy()
        return np.arange(size)


class WeighedTree(DecisionTreeRegressor):
    def fit(self, x, y):
        return super().fit(x, y, sample_weight=Draws.p)


def check_scikit_learn(case, x, y, w, errors, weights, raw, train):
    """Compares SAMME and R2 with scikit-learn's programs, all of them."""
    if case.algorithm == "samme":
        model = AdaBoostClassifier(DecisionTreeClassifier(max_depth=case.depth), n_estimators=case.rounds,
                                   learning_rate=case.rate, random_state=0).fit(x, y, sample_weight=w)
        K = classes(case)
        decisions = (votes - (np.sum(votes[0]) - votes) / (K - 1) for votes in raw)
        for ours, theirs, votes in zip(decisions, model.staged_decision_function(x), raw):
            ours /= np.sum(votes[0])
            assert np.allclose(ours[:, 1] - ours[:, 0] if K == 2 else ours, theirs, 1e-9, 1e-9), case.name
        p = np.exp(ours / (K - 1))
        assert np.allclose(p / p.sum(axis=1, keepdims=True), model.predict_proba(x), 1e-9, 1e-9), case.name
        score = list(model.staged_score(x, y, sample_weight=w))
        assert np.allclose(1 - np.array(score), train, 1e-9, 1e-9), case.name
    elif case.algorithm == "r2":
        model = AdaBoostRegressor(WeighedTree(max_depth=case.depth), n_estimators=case.rounds, loss=case.loss,
                                  learning_rate=case.rate, random_state=Draws(0)).fit(x, y, sample_weight=w)
        assert np.allclose(np.array(list(model.staged_predict(x))), np.array(raw)[:, :, 0], 1e-9, 1e-9), case.name
    else:
        return
    assert np.allclose(model.estimator_errors_, errors, 1e-9, 1e-9), case.name
    assert np.allclose(model.estimator_weights_, weights, 1e-9, 1e-9), case.name


def run(case, x, data):
    """Errors, weights, votes or values, and training errors of each round."""
    y = data[case.target]
    w = data["w"] if case.weighted else np.ones(N)
    made = []
    for tree in (exact_tree, their_tree):
        rounds = (boost_classes if classes(case) else boost_values)(case, tree(case, x, y), y, w)
        made.append([next(rounds) for _ in range(case.rounds)])
    for ours, theirs in zip(*made):
        assert all(np.allclose(a, b, 1e-9, 1e-9) for a, b in zip(ours, theirs)), case.name
    errors, weights, raw = zip(*made[0])
    train = [train_error(case, f, y, w) for f in raw]
    check_scikit_learn(case, x, y, w, errors, weights, raw, train)
    return errors, weights, raw, train


def distinct(rng, low, high, scale):
    return rng.choice(np.arange(low, high), N, replace=False) / scale


def draw():
    """x, the columns of data.csv by name and each case's numbers.  A target is drawn until all its cases are clear."""
    rng = np.random.default_rng(1)
    x = np.stack([distinct(rng, 0, 1000, 100) for _ in range(COLUMNS)], axis=1)
    u = x / 10
    s = 10 * np.sin(np.pi * u[:, 0] * u[:, 1]) + 20 * (u[:, 2] - 0.5) ** 2 + 10 * u[:, 3]
    scaled = (s - s.mean()) / s.std()
    data = {"y": None, "two": None, "three": None, "w": distinct(rng, 512, 2048, 1024)}
    made = {}
    for target in ("y", "two", "three"):
        for seed in range(2000):
            rng = np.random.default_rng(seed)
            data[target] = {"y": lambda: np.round(s + rng.normal(size=N), 2),
                            "two": lambda: (scaled + 0.3 * rng.logistic(size=N) > 0).astype(int),
                            "three": lambda: np.digitize(scaled + 0.3 * rng.logistic(size=N), [-0.5, 0.5])}[target]()
            try:
                for case in CASES:
                    if case.target == target:
                        made[case.name] = run(case, x, data)
                break
            except Unclear as what:
                print(f"{target} {seed}: {case.name}: {what}")
    return x, data, [(case, made[case.name]) for case in CASES]


def write_header(path, cases, x, data, results):
    text = f"""/* Made by adaboost.py, which says what is meant: AdaBoost's rounds, votes and values. */
#ifndef TESTS_GOLD_ADABOOST_GOLD_H
#define TESTS_GOLD_ADABOOST_GOLD_H

#include <stdbool.h>

enum {{
    ADABOOST_ROWS = {N},
    ADABOOST_COLUMNS = {COLUMNS},
    ADABOOST_FIRST = {FIRST},
    ADABOOST_STAGES = {len(ROUNDS)},
    ADABOOST_ROUNDS = {ROUNDS[-1]}
}};

/* Of one class's votes, or of the values, over all rows, and the first rows'. */
struct adaboost_raw {{
    double sum, squares, first[ADABOOST_FIRST];
}};

struct adaboost_stage {{
    int round; /* 1: after the first */
    double train_error;
    struct adaboost_raw raw[3]; /* as many as classes; one for values */
}};

struct adaboost_case {{
    const char *name, *algorithm, *loss; /* loss: of R2 */
    const double *y;
    int n_classes; /* 0: y is a value */
    bool weighted; /* by adaboost_w */
    double learning_rate;
    int max_depth;
    int n_rounds, n_stages;
    double errors[ADABOOST_ROUNDS], weights[ADABOOST_ROUNDS]; /* of each tree */
    struct adaboost_stage stages[ADABOOST_STAGES];
}};

/* adaboost_x is [row][column]. */
"""
    text += c_array("adaboost_x", x.ravel()) + "".join(c_array(f"adaboost_{name}", data[name]) for name in data)
    text += f"static const struct adaboost_case adaboost_cases[] = {{\n#include \"{cases}\"\n}};\n\n#endif\n"
    rows = [f"/* Written by adaboost.py. */"]
    for case, (errors, weights, raw, train) in results:
        stages = []
        for r in (r for r in ROUNDS if r <= case.rounds):
            outputs = [f"{{{np.sum(f):.17g}, {np.sum(f ** 2):.17g}, {{{', '.join(f'{v:.17g}' for v in f[:FIRST])}}}}}"
                       for f in raw[r - 1].T]
            stages.append(f"{{{r}, {train[r - 1]:.17g}, {{{', '.join(outputs)}}}}}")
        rows.append(f'{{.name = "{case.name}", .algorithm = "{case.algorithm}", .loss = "{case.loss}", '
                 f".y = adaboost_{case.target}, .n_classes = {classes(case)}, "
                 f".weighted = {str(case.weighted).lower()}, .learning_rate = {case.rate}, .max_depth = {case.depth}, "
                 f".n_rounds = {case.rounds}, .n_stages = {len(stages)}, "
                 f".errors = {{{', '.join(f'{v:.17g}' for v in errors)}}}, "
                 f".weights = {{{', '.join(f'{v:.17g}' for v in weights)}}}, .stages = {{{', '.join(stages)}}}}},")
    write_c(path, text, cases, rows)


def write_tables(folder, x, data, results):
    os.makedirs(folder, exist_ok=True)
    columns = [[f"{v:.2f}" for v in c] for c in x.T] + [
        [f"{v:.2f}" for v in data["y"]], *(["abc"[v] for v in data[t]] for t in ("two", "three")), data["w"]]
    names = [f"x{i + 1}" for i in range(COLUMNS)] + list(data)
    with open(f"{folder}/data.csv", "w") as f:
        f.write("".join(",".join(map(str, line)) + "\n" for line in [names, *zip(*columns)]))
    names = [name for case, _ in results
             for name in ([f"{case.name}.{c}" for c in "abc"[:classes(case)]] if classes(case) else [case.name])]
    last = np.hstack([made[2][-1] for _, made in results])
    with open(f"{folder}/raw.csv", "w") as f:
        f.write(",".join(names) + "\n" + "".join(",".join(f"{v:.9g}" for v in row) + "\n" for row in last[:TABLE_ROWS]))


def main():
    x, data, results = draw()
    write_tables("tests/gold/adaboost", x, data, results)
    write_header("tests/gold/adaboost_gold.h", "tests/gold/adaboost/cases.inc", x, data, results)
    for case, (errors, weights, _, train) in results:
        print(f"{case.name}: round 1 error {errors[0]:.6g} weight {weights[0]:.6g}; training error {train[0]:.6g}, "
              f"{train[-1]:.6g} after {case.rounds}")


if __name__ == "__main__":
    main()
