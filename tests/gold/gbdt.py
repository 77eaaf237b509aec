#!/usr/bin/env python3
"""Write tests/gold/gbdt/ and tests/gold/gbdt_gold.h, gradient boosting's numbers: gbdt.py (in the project's top
folder).

They are those of scikit-learn 1.9.1's GradientBoosting*; Poisson, which it has not, is the reference's below, which
gives scikit-learn's numbers for every other loss (checked here).  Needs numpy, scikit-learn and clang-format.

    gbdt/data.csv   201 rows: x1..x5 with distinct values, targets y (value), count, two and three (classes), weights w
    gbdt/raw.csv    each case's raw predictions of the first 50 rows after round 30, 9 digits; case.CLASS with 3 classes
    gbdt_gold.h     the same data, and (gbdt/cases.inc) each case's losses and raw predictions after some rounds

What scikit-learn does, w being the rows' weights (all 1 without), F the raw predictions, r = y - F:

    round     Each tree is exact CART by weighted least squares on the negative gradient, which the weights are no part
              of; then the leaves get the values below and F += learning_rate * value.  The criterion no longer has an
              effect (deprecated in 1.9): friedman_mse finds the same cuts as squared_error, since its gain is that of
              squared_error for a given node, W_L W_R / W (mean_L - mean_R)^2; best-first growth takes the same gain.
              A node is a leaf when its impurity (weighted variance) is <= 2.2e-16, or it has depth max_depth, or fewer
              than 2 min_samples_leaf rows (rows, not weight).  Where all gradients of a node are equal, which absolute
              error and quantiles see often, rounding decides whether it is a leaf; it is one here, by
              min_impurity_decrease=1e-12, which changes nothing else (the reference has no such limit).  With
              max_leaf_nodes the open node with most gain is split first (max_depth=None here, or the default 3 would
              still count).
    quantile  q of weighted values: sort, sum up the weights, take the first value whose sum is >= q * all of it (no
              interpolation; the lower median of an even number).  Leaves and Huber's delta use it even without weights.
              Only initial values without weights are numpy.percentile's (linear: the mean of two for the median of an
              even number).  201 rows make both rules agree here: 0.3, 0.5 and 0.9 of 200 are whole.

    loss           initial F          negative gradient               leaf value
    squared_error  mean y             r                               mean r (CART's own)
    absolute_error median y           1 if r >= 0 else -1             median r
    quantile       quantile(alpha) y  alpha if r >= 0 else alpha - 1  quantile(alpha) r
    huber          median y           clip(r, -delta, delta)          m + mean clip(r - m, -delta, delta),
                   delta: quantile(alpha) |r| anew before each round  m = median r in the leaf
    log_loss 2     log(p / (1 - p))   y - p, p = 1 / (1 + exp(-F))    sum w (y - p) / sum w p (1 - p)
    exponential    log(p / (1-p)) / 2 exp(-F) if y else -exp(F)       sum w g / sum w |g|, g the negative gradient
    log_loss K     log p_k less their y_k - p_k, p = softmax(F)       (K-1)/K sum w (y_k - p_k) / sum w p_k (1 - p_k)
                   mean over k        (all K before the first tree)
    poisson (ours) log mean y         y - exp(F)                      sum w (y - exp(F)) / sum w exp(F)

    A row may be at r = 0 in round 1, where F is a value of y: it counts as r > 0.  A Newton step with a denominator
    below 1e-150 is 0.  p of the initial F is clipped to [2.2e-16, 1 - 2.2e-16].

    train_score_ (the losses here) is a weighted mean after the round: r^2; |r|; alpha r or (alpha - 1) r; Huber's
    r^2 / 2 if |r| <= delta else delta (|r| - delta / 2), delta being the one from before the round; two classes twice
    the log loss (the deviance), three classes the log loss, not twice; exponential exp(-F) if y else exp(F).  Ours for
    Poisson is the mean of exp(F) - y F.  No loss is halved but Huber's square.
"""
import os
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor

from exact import NEAR, Unclear, c_array, cart, quantile, write_c

N, COLUMNS, FIRST = 201, 5, 4
TABLE_ROWS = 50
ROUNDS = [1, 2, 5, 10, 20, 30]


@dataclass
class Case:
    name: str
    loss: str
    target: str
    alpha: float = 0.9
    rate: float = 0.1
    depth: int = 3  # 0: no limit
    leaves: int = 0
    min_leaf: int = 1
    weighted: bool = False


CASES = [
    Case("squared", "squared_error", "y"),
    Case("squared_weighted", "squared_error", "y", weighted=True),
    Case("squared_best_first", "squared_error", "y", depth=0, leaves=6),
    Case("squared_stumps", "squared_error", "y", rate=1.0, depth=1),
    Case("absolute", "absolute_error", "y", weighted=True),
    Case("absolute_stumps", "absolute_error", "y", depth=1),
    Case("huber", "huber", "y"),
    Case("huber_min_leaf", "huber", "y", min_leaf=7, weighted=True),
    Case("quantile_3", "quantile", "y", alpha=0.3, weighted=True),
    Case("quantile_9", "quantile", "y", weighted=True),
    Case("poisson", "poisson", "count"),
    Case("two", "log_loss", "two"),
    Case("exponential", "exponential", "two"),
    Case("three", "log_loss", "three"),
]


def mean(v, w):
    return np.sum(w * v) / np.sum(w)


def signs(r):
    if np.any((r != 0) & (np.abs(r) < NEAR)):
        raise Unclear("sign")
    return r >= 0


def reference(case, orders, y, w):
    """Yields the loss and the raw predictions [rows][outputs] after each round: the table above."""
    n_classes = len(np.unique(y)) if case.target in ("two", "three") else 0
    several = n_classes > 2
    targets = (y[:, None] == np.arange(n_classes)).astype(float) if several else y[:, None]
    a = case.alpha
    if n_classes:
        p = np.array([mean(t, w) for t in targets.T])
        f0 = np.log(p) - np.mean(np.log(p)) if several else np.log(p / (1 - p)) / (1 + (case.loss == "exponential"))
    else:
        f0 = {"squared_error": lambda: mean(y, w), "poisson": lambda: np.log(mean(y, w)),
              "quantile": lambda: quantile(y, w, a)}.get(case.loss, lambda: quantile(y, w, 0.5))()
    F = np.tile(f0, (len(y), 1)).astype(float)
    while True:
        r = y - F[:, 0]
        delta = quantile(np.abs(r), w, a) if case.loss == "huber" else 0
        if several:
            e = np.exp(F - F.max(axis=1, keepdims=True))
            g = targets - e / e.sum(axis=1, keepdims=True)
        else:
            f = F[:, 0]
            g = {"squared_error": lambda: r, "absolute_error": lambda: np.where(signs(r), 1.0, -1.0),
                 "quantile": lambda: np.where(signs(r), a, a - 1), "huber": lambda: np.clip(r, -delta, delta),
                 "log_loss": lambda: y - 1 / (1 + np.exp(-f)), "poisson": lambda: y - np.exp(f),
                 "exponential": lambda: np.where(y == 1, np.exp(-f), -np.exp(f))}[case.loss]()[:, None]
        for k in range(F.shape[1]):
            leaf = cart(orders, w, g[:, [k]], case.depth or None, case.leaves, case.min_leaf)
            for i in range(leaf.max() + 1):
                at = leaf == i
                gi, wi, ri = g[at, k], w[at], r[at]
                p = targets[at, k] - gi
                if case.loss == "squared_error":
                    value = mean(gi, wi)
                elif case.loss in ("absolute_error", "quantile"):
                    value = quantile(ri, wi, a if case.loss == "quantile" else 0.5)
                elif case.loss == "huber":
                    m = quantile(ri, wi, 0.5)
                    value = m + mean(np.clip(ri - m, -delta, delta), wi)
                elif case.loss == "exponential":
                    value = np.sum(wi * gi) / np.sum(wi * np.abs(gi))
                elif case.loss == "poisson":
                    value = np.sum(wi * gi) / np.sum(wi * p)  # p = y - (y - mu)
                else:
                    value = np.sum(wi * gi) / np.sum(wi * p * (1 - p)) * ((n_classes - 1) / n_classes if several else 1)
                F[at, k] += case.rate * value
        f, r = F[:, 0], y - F[:, 0]
        if several:
            loss = np.log(np.sum(np.exp(F), axis=1)) - np.sum(targets * F, axis=1)
        else:
            loss = {"squared_error": lambda: r ** 2, "absolute_error": lambda: np.abs(r),
                    "quantile": lambda: np.where(r >= 0, a * r, (a - 1) * r),
                    "huber": lambda: np.where(np.abs(r) <= delta, r ** 2 / 2, delta * (np.abs(r) - delta / 2)),
                    "log_loss": lambda: 2 * (np.log1p(np.exp(f)) - y * f), "poisson": lambda: np.exp(f) - y * f,
                    "exponential": lambda: np.exp(np.where(y == 1, -f, f))}[case.loss]()
        yield mean(loss, w), F.copy()


def scikit_learn(case, x, y, w):
    """Losses [rounds] and raw predictions [rounds][rows][outputs]; None for Poisson."""
    if case.loss == "poisson":
        return None
    options = dict(loss=case.loss, learning_rate=case.rate, n_estimators=ROUNDS[-1], max_depth=case.depth or None,
                   max_leaf_nodes=case.leaves or None, min_samples_leaf=case.min_leaf, min_impurity_decrease=1e-12)
    fits = []
    for seed in range(3):  # in which order columns are looked at
        if case.target in ("two", "three"):
            model = GradientBoostingClassifier(random_state=seed, **options)
        else:
            model = GradientBoostingRegressor(random_state=seed, alpha=case.alpha, **options)
        model.fit(x, y, sample_weight=w if case.weighted else None)
        raw = np.array(list(model._staged_raw_predict(x)))
        fits.append((model.train_score_, raw))
    if not all(np.allclose(fit[1], fits[0][1], 1e-12, 1e-12) for fit in fits):
        raise Unclear("scikit-learn's column orders")
    return fits[0]


def run(case, x, data):
    """Losses and raw predictions after each round; checked against the reference."""
    y = data[case.target].astype(float)
    w = data["w"] if case.weighted else np.ones(N)
    rounds = reference(case, np.argsort(x, axis=0).T, y, w)
    ours = [next(rounds) for _ in range(ROUNDS[-1])]
    losses, raw = np.array([loss for loss, _ in ours]), np.array([f for _, f in ours])
    theirs = scikit_learn(case, x, y, w)
    if theirs is None:
        return losses, raw
    assert np.allclose(theirs[1], raw, 1e-10, 1e-10), case.name
    assert np.allclose(theirs[0], losses, 1e-10, 1e-10), case.name
    return theirs


def distinct(rng, low, high, scale):
    return rng.choice(np.arange(low, high), N, replace=False) / scale


def draw(rng):
    """x and the columns of data.csv by name; Friedman's first function, noise with heavy tails."""
    x = np.stack([distinct(rng, 0, 1000, 100) for _ in range(COLUMNS)], axis=1)
    u = x / 10
    s = 10 * np.sin(np.pi * u[:, 0] * u[:, 1]) + 20 * (u[:, 2] - 0.5) ** 2 + 10 * u[:, 3]
    y = np.round(s + 1.5 * rng.standard_t(3, N), 2)
    s = (s - s.mean()) / s.std()
    return x, {"y": y, "count": rng.poisson(np.exp(0.5 + 0.6 * s)),
               "two": (s + 0.5 * rng.logistic(size=N) > 0).astype(int),
               "three": np.digitize(s + 0.4 * rng.logistic(size=N), [-0.5, 0.5]),
               "w": distinct(rng, 512, 2048, 1024)}  # their sums are exact


def classes(case):
    return {"two": 2, "three": 3}.get(case.target, 0)


def write_header(path, cases, x, data, results):
    text = f"""/* Made by gbdt.py, which says what is meant: gradient boosting's losses and raw predictions. */
#ifndef TESTS_GOLD_GBDT_GOLD_H
#define TESTS_GOLD_GBDT_GOLD_H

#include <stdbool.h>

enum {{ GBDT_ROWS = {N}, GBDT_COLUMNS = {COLUMNS}, GBDT_FIRST = {FIRST}, GBDT_STAGES = {len(ROUNDS)} }};

/* Of one output over all rows, and its first rows. */
struct gbdt_raw {{
    double sum, squares, first[GBDT_FIRST];
}};

struct gbdt_stage {{
    int round; /* 1: after the first */
    double loss;
    struct gbdt_raw raw[3]; /* a class each with three classes, else one */
}};

struct gbdt_case {{
    const char *name, *loss;
    const double *y;
    int n_classes; /* 0: y is a value */
    bool weighted; /* by gbdt_w */
    double alpha;  /* of huber and quantile */
    double learning_rate;
    int max_depth, max_leaves; /* 0: no limit; the second means best first */
    int min_leaf;
    struct gbdt_stage stages[GBDT_STAGES];
}};

/* gbdt_x is [row][column]. */
"""
    text += c_array("gbdt_x", x.ravel()) + "".join(c_array(f"gbdt_{name}", data[name]) for name in data)
    text += f"static const struct gbdt_case gbdt_cases[] = {{\n#include \"{cases}\"\n}};\n\n#endif\n"
    rows = [f"/* Written by gbdt.py. */"]
    for case, (losses, raw) in results:
        stages = []
        for r in ROUNDS:
            outputs = [f"{{{np.sum(f):.17g}, {np.sum(f ** 2):.17g}, {{{', '.join(f'{v:.17g}' for v in f[:FIRST])}}}}}"
                       for f in raw[r - 1].T]
            stages.append(f"{{{r}, {losses[r - 1]:.17g}, {{{', '.join(outputs)}}}}}")
        alpha = case.alpha if case.loss in ("huber", "quantile") else 0
        rows.append(f'{{.name = "{case.name}", .loss = "{case.loss}", .y = gbdt_{case.target}, '
                 f".n_classes = {classes(case)}, .weighted = {str(case.weighted).lower()}, .alpha = {alpha}, "
                 f".learning_rate = {case.rate}, .max_depth = {case.depth}, .max_leaves = {case.leaves}, "
                 f".min_leaf = {case.min_leaf}, .stages = {{{', '.join(stages)}}}}},")
    write_c(path, text, cases, rows)


def write_tables(folder, x, data, results):
    os.makedirs(folder, exist_ok=True)
    columns = [[f"{v:.2f}" for v in c] for c in x.T] + [
        [f"{v:.2f}" for v in data["y"]], data["count"], *(["abc"[v] for v in data[t]] for t in ("two", "three")),
        data["w"]]
    names = [f"x{i + 1}" for i in range(COLUMNS)] + list(data)
    with open(f"{folder}/data.csv", "w") as f:
        f.write("".join(",".join(map(str, line)) + "\n" for line in [names, *zip(*columns)]))
    names = [name for case, _ in results
             for name in ([f"{case.name}.{c}" for c in "abc"] if classes(case) > 2 else [case.name])]
    last = np.hstack([raw[-1] for _, (_, raw) in results])
    with open(f"{folder}/raw.csv", "w") as f:
        f.write(",".join(names) + "\n" + "".join(",".join(f"{v:.9g}" for v in row) + "\n" for row in last[:TABLE_ROWS]))


def main():
    results = {}
    for seed in range(1000):
        x, data = draw(np.random.default_rng(seed))
        try:
            for case in sorted(CASES, key=lambda c: c.loss != "quantile"):  # these fail most
                results[case.name] = run(case, x, data)
            break
        except Unclear as what:
            print(f"seed {seed}: {case.name}: {what}")
    results = [(case, results[case.name]) for case in CASES]
    write_tables("tests/gold/gbdt", x, data, results)
    write_header("tests/gold/gbdt_gold.h", "tests/gold/gbdt/cases.inc", x, data, results)
    for case, (losses, _) in results:
        print(f"{case.name}: loss {losses[0]:.6g} after round 1, {losses[-1]:.6g} after {ROUNDS[-1]}")


if __name__ == "__main__":
    main()
