#!/usr/bin/env python3
"""Write tests/gold/xgb_trees_gold.h and xgb_trees/cases.inc: raw outputs of XGBoost's trees, round by round.

Run as tests/gold/xgb_trees.py in the project's top folder; needs xgboost (3.2.0 was used), numpy and clang-format.

The rows have columns of distinct numbers and more bins than rows, so that hist looks at every cut; one column is a
category.  Targets and weights are such that no two cuts that part rows differently gain the same: a case whose numbers
change by more than NEAR when the columns come in another order, or when all weights are a hair larger, is refused and
other rows are drawn.  XGBoost computes gradients and leaves in float: its numbers are good for about 1e-6 of them.
"""

import os
from dataclasses import dataclass, field

import numpy as np
import xgboost

from exact import c_array, write_c

N, COLUMNS, LEVELS, FIRST = 160, 5, 9, 4
ROUNDS = [1, 2, 5, 10, 20]
NEAR = 2e-5
CATEGORY = COLUMNS - 1  # the last column, where a case has it
OBJECTIVES = {"reg:squarederror": "value", "reg:absoluteerror": "value", "reg:gamma": "value", "count:poisson": "count",
              "binary:logistic": "two", "multi:softprob": "three", "survival:cox": "signed", "survival:aft": "low"}


@dataclass
class Case:
    name: str
    objective: str = "reg:squarederror"
    options: dict = field(default_factory=dict)
    weighted: bool = False
    missing: bool = False
    category: bool = False


def case(name, objective="reg:squarederror", weighted=False, missing=False, category=False, **options):
    return Case(name, objective, {k.rstrip("_"): v for k, v in options.items()}, weighted, missing, category)


CASES = [
    case("squared"),
    case("squared, weighted", weighted=True),
    case("squared, lambda 0", lambda_=0, max_depth=4),
    case("squared, lambda 3", lambda_=3, weighted=True),
    case("squared, alpha", alpha=0.5),
    case("squared, gamma", gamma=1),
    case("squared, gamma and lambda 0", gamma=5, lambda_=0),
    case("squared, min_child_weight", min_child_weight=5),
    case("squared, min_child_weight, weighted", min_child_weight=5, weighted=True),
    case("squared, max_delta_step", max_delta_step=0.7),
    case("squared, max_depth 2", max_depth=2),
    case("squared, lossguide", grow_policy="lossguide", max_leaves=7, max_depth=0),
    case("squared, lossguide and max_depth", grow_policy="lossguide", max_leaves=7, max_depth=4, weighted=True),
    case("squared, max_leaves level by level", max_leaves=7),
    case("squared, missing", missing=True),
    case("squared, missing, max_depth 2", missing=True, max_depth=2, lambda_=0),
    case("squared, exact", tree_method="exact", weighted=True),
    case("squared, exact, missing", tree_method="exact", missing=True, max_depth=4),
    case("squared, exact, gamma", tree_method="exact", gamma=5),
    case("squared, approx", tree_method="approx", weighted=True),
    case("squared, approx, gamma", tree_method="approx", gamma=5, missing=True),
    case("squared, three trees a round", num_parallel_tree=3),
    case("squared, base_score", base_score=3.25, max_depth=3),
    case("squared, category, partition", category=True, max_cat_to_onehot=1),
    case("squared, category, partition, missing", category=True, missing=True, max_cat_to_onehot=1, weighted=True),
    case("squared, category, one-hot", category=True, max_cat_to_onehot=100),
    case("squared, category, one-hot, missing", category=True, missing=True, max_cat_to_onehot=100, max_depth=3),
    case("squared, category, two levels at most", category=True, max_cat_to_onehot=1, max_cat_threshold=3, max_depth=1),
    case("squared, interactions", interaction_constraints="[[0,1],[2,3,4]]"),
    case("squared, interactions, shared columns", interaction_constraints="[[0,1],[1,2],[2,3]]", weighted=True),
    case("logistic", "binary:logistic", weighted=True),
    case("logistic, lambda 0", "binary:logistic", weighted=True, lambda_=0),
    case("logistic, lambda 3, alpha", "binary:logistic", weighted=True, lambda_=3, alpha=0.5),
    case("logistic, gamma", "binary:logistic", weighted=True, gamma=1),
    case("logistic, min_child_weight", "binary:logistic", weighted=True, min_child_weight=5),
    case("logistic, max_delta_step", "binary:logistic", weighted=True, max_delta_step=0.7),
    case("logistic, scale_pos_weight", "binary:logistic", weighted=True, scale_pos_weight=2.5),
    case("logistic, scale_pos_weight, missing", "binary:logistic", weighted=True, scale_pos_weight=0.4, missing=True),
    case("logistic, lossguide", "binary:logistic", weighted=True, grow_policy="lossguide", max_leaves=7, max_depth=0),
    case("logistic, three trees a round", "binary:logistic", weighted=True, num_parallel_tree=3, max_depth=3),
    case("logistic, exact", "binary:logistic", weighted=True, tree_method="exact", missing=True),
    case("logistic, approx", "binary:logistic", weighted=True, tree_method="approx", missing=True, max_depth=4),
    case("logistic, category", "binary:logistic", weighted=True, category=True, max_cat_to_onehot=1),
    case("softprob", "multi:softprob", weighted=True),
    case("softprob, max_depth 2", "multi:softprob", weighted=True, max_depth=2, lambda_=0),
    case("softprob, missing", "multi:softprob", weighted=True, missing=True, max_depth=4),
    case("softprob, three trees a round", "multi:softprob", weighted=True, num_parallel_tree=3, max_depth=3),
    case("softprob, exact", "multi:softprob", weighted=True, tree_method="exact", max_depth=4),
    case("poisson", "count:poisson", weighted=True),
    case("poisson, max_delta_step", "count:poisson", weighted=True, max_delta_step=0.3),
    case("poisson, missing", "count:poisson", weighted=True, missing=True, max_depth=4),
    case("gamma", "reg:gamma"),
    case("gamma, lambda 0", "reg:gamma", weighted=True, lambda_=0, max_depth=4),
    case("cox", "survival:cox", max_depth=3),
    case("aft", "survival:aft", max_depth=3),
    case("aft, missing", "survival:aft", missing=True, max_depth=4, aft_loss_distribution_scale=1.0),
    case("absolute", "reg:absoluteerror", weighted=True),
    case("absolute, max_depth 2", "reg:absoluteerror", weighted=True, max_depth=2, missing=True),
    case("absolute, three trees a round", "reg:absoluteerror", weighted=True, num_parallel_tree=3, max_depth=3),
]


# Those that tests/cli/xgb/gold trains from xgb_trees/data.csv, and what it calls them.
TABLES = {"squared": "squared", "lossguide": "squared, lossguide", "logistic": "logistic, lambda 3, alpha",
          "softprob": "softprob, max_depth 2", "poisson": "poisson", "parallel": "squared, three trees a round",
          "partition": "squared, category, partition"}
TABLE_ROWS = 60


class Unclear(Exception):
    pass


def distinct(rng, low, high, scale):
    return rng.choice(np.arange(low, high), N, replace=False) / scale


def draw(rng):
    """x [N][COLUMNS + 1], the last a level's number; missing or not [N][COLUMNS]; targets and weights."""
    x = np.stack([distinct(rng, 0, 1000, 100) for _ in range(COLUMNS)] + [rng.integers(0, LEVELS, N)], axis=1)
    effect = rng.normal(size=LEVELS)[x[:, COLUMNS].astype(int)]
    s = np.sin(x[:, 0] * x[:, 1] / 25) + (x[:, 2] / 5 - 1) ** 2 + x[:, 3] / 10 + 0.5 * effect
    s = (s - s.mean()) / s.std()
    value = distinct(rng, 0, 400, 1000) + np.round(np.exp(0.6 * s + 0.3 * rng.normal(size=N)), 2) * 2 + 0.5
    value = np.round(value, 3)
    known = np.arange(N) % 4  # as it is, seen until then, between two times, before a time
    return x, rng.random((N, COLUMNS)) < 0.12, {
        "value": value,
        "signed": np.where(known == 1, -value, value),
        "low": np.round(np.where(known == 2, value * 0.8, np.where(known == 3, 0, value)), 3),
        "high": np.round(np.where(known == 2, value * 1.3, np.where(known == 1, np.inf, value)), 3),
        "count": rng.poisson(np.exp(0.5 + 0.6 * s)).astype(float),
        "two": (s + 0.5 * rng.logistic(size=N) > 0).astype(float),
        "three": np.digitize(s + 0.4 * rng.logistic(size=N), [-0.5, 0.5]).astype(float),
        "w": distinct(rng, 512, 2048, 1024)}


def columns_of(c, x, gone):
    """What a case trains on: four numbers and, last, the fifth or the category."""
    rows = x[:, :COLUMNS].copy()
    if c.category:
        rows[:, CATEGORY] = x[:, COLUMNS]
    return np.where(gone, np.nan, rows) if c.missing else rows


def raw_outputs(c, rows, y, high, w, order):
    kinds = np.array(["q"] * CATEGORY + ["c" if c.category else "q"])
    data = xgboost.DMatrix(rows[:, order], y, weight=w, feature_types=list(kinds[order]), enable_categorical=True)
    if high is not None:
        data.set_float_info("label_lower_bound", y)
        data.set_float_info("label_upper_bound", high)
    options = {"objective": c.objective, "max_bin": 1024, "tree_method": "hist", "nthread": 1, **c.options}
    if c.objective == "multi:softprob":
        options["num_class"] = 3
    booster = xgboost.train(options, data, ROUNDS[-1])
    return [booster.predict(data, output_margin=True, iteration_range=(0, r)).reshape(N, -1).astype(float)
            for r in ROUNDS]


def run(c, x, gone, data):
    rows, y = columns_of(c, x, gone), data[OBJECTIVES[c.objective]]
    high = data["high"] if c.objective == "survival:aft" else None
    w = data["w"] if c.weighted else None
    order = np.arange(COLUMNS)
    outputs = raw_outputs(c, rows, y, high, w, order)
    others = []
    if "interaction_constraints" not in c.options:  # which goes by the columns' places
        others.append(raw_outputs(c, rows, y, high, w, order[::-1]))
    if c.weighted:
        others.append(raw_outputs(c, rows, y, high, w * (1 + 1e-6 * (np.arange(N) % 3 - 1)), order))
    for other in others:
        if not all(np.allclose(a, b, NEAR, NEAR) for a, b in zip(outputs, other)):
            raise Unclear(f"{max(np.max(np.abs(a - b)) for a, b in zip(outputs, other)):.3g}")
    return outputs


def case_text(c, outputs):
    stages = []
    for f in outputs:
        stages.append("{" + ", ".join(
            f"{{{np.sum(v):.9g}, {np.sum(v ** 2):.9g}, {{{', '.join(f'{e:.8g}' for e in v[:FIRST])}}}}}"
            for v in f.T) + "}")
    get = {"max_depth": 6, **c.options}.get
    fields = {"objective": f'"{c.objective}"', "y": f"xgb_trees_{OBJECTIVES[c.objective]}",
              "n_classes": {"two": 2, "three": 3}.get(OBJECTIVES[c.objective], 0),
              "weighted": str(c.weighted).lower(), "missing": str(c.missing).lower(),
              "category": str(c.category).lower(), "lambda": get("lambda", 1), "max_depth": get("max_depth"),
              "n_parallel": get("num_parallel_tree", 1), "scale_pos_weight": get("scale_pos_weight", 1),
              "min_child_weight": get("min_child_weight", 1)}
    fields |= {k: c.options[k] for k in ("alpha", "gamma", "max_delta_step", "max_leaves", "base_score",
                                         "max_cat_to_onehot", "max_cat_threshold") if k in c.options}
    if get("interaction_constraints"):
        fields["interactions"] = f'"{get("interaction_constraints")}"'
    fields |= {"lossguide": "true"} if get("grow_policy") else {}
    fields |= {c.options["tree_method"]: "true"} if get("tree_method") else {}
    return (f'{{.name = "{c.name}", ' + "".join(f".{k} = {v}, " for k, v in fields.items()) +
            f".stages = {{{', '.join(stages)}}}}},")


def write(x, gone, data, results):
    text = f"""/* Made by xgb_trees.py, which says what is meant: raw outputs of XGBoost's trees. */
#ifndef TESTS_GOLD_XGB_TREES_GOLD_H
#define TESTS_GOLD_XGB_TREES_GOLD_H

#include <math.h>
#include <stdbool.h>

enum {{
    XGB_TREES_ROWS = {N},
    XGB_TREES_COLUMNS = {COLUMNS},
    XGB_TREES_LEVELS = {LEVELS},
    XGB_TREES_FIRST = {FIRST},
    XGB_TREES_STAGES = {len(ROUNDS)}
}};
static const int xgb_trees_rounds[] = {{{", ".join(map(str, ROUNDS))}}};

/* Of one output over all rows, and its first rows. */
struct xgb_trees_raw {{
    double sum, squares, first[XGB_TREES_FIRST];
}};

struct xgb_trees_case {{
    const char *name, *objective;
    const double *y; /* with xgb_trees_high where it is xgb_trees_low */
    int n_classes; /* 0: y is a value */
    bool weighted; /* by xgb_trees_w */
    bool missing;  /* what xgb_trees_gone says */
    bool category; /* the last column is xgb_trees_level */
    bool lossguide, exact, approx;
    double lambda, alpha, gamma, min_child_weight, max_delta_step, scale_pos_weight;
    double base_score; /* 0: estimated */
    int max_depth, max_leaves, n_parallel;
    int max_cat_to_onehot, max_cat_threshold; /* 0: the defaults */
    const char *interactions; /* that may be; NULL: all */
    struct xgb_trees_raw stages[XGB_TREES_STAGES][3]; /* an output each */
}};

/* [row][column] */
"""
    text += c_array("xgb_trees_x", x[:, :COLUMNS].ravel()) + c_array("xgb_trees_level", x[:, COLUMNS])
    text += f"static const bool xgb_trees_gone[] = {{{', '.join(str(int(v)) for v in gone.ravel())}}};\n"
    text += "".join(c_array(f"xgb_trees_{name}", data[name]).replace("inf", "INFINITY") for name in data)
    text += 'static const struct xgb_trees_case xgb_trees_cases[] = {\n#include "xgb_trees/cases.inc"\n};\n\n#endif\n'
    os.makedirs("tests/gold/xgb_trees", exist_ok=True)
    rows = ["/* Written by xgb_trees.py. */"] + [case_text(c, outputs) for c, outputs in results]
    write_c("tests/gold/xgb_trees_gold.h", text, "tests/gold/xgb_trees/cases.inc", rows)


def write_tables(x, data, results):
    columns = [[f"{v:.2f}" for v in c] for c in x[:, :COLUMNS].T] + [["abcdefghi"[int(v)] for v in x[:, COLUMNS]]]
    columns += [["abc"[int(v)] for v in data[t]] if t in ("two", "three") else [f"{v:.12g}" for v in data[t]]
                for t in data]
    names = [f"x{i + 1}" for i in range(COLUMNS)] + ["level"] + list(data)
    with open("tests/gold/xgb_trees/data.csv", "w") as f:
        f.write("".join(",".join(map(str, line)) + "\n" for line in [names, *zip(*columns)]))
    outputs = {c.name: f[-1] for c, f in results}
    names = [n for name, c in TABLES.items() for n in
             ([f"{name}.{k}" for k in "abc"] if outputs[c].shape[1] > 1 else [name])]
    last = np.hstack([outputs[c] for c in TABLES.values()])
    with open("tests/gold/xgb_trees/raw.csv", "w") as f:
        f.write(",".join(names) + "\n" + "".join(",".join(f"{v:.8g}" for v in row) + "\n" for row in last[:TABLE_ROWS]))


def main():
    for seed in range(100):
        x, gone, data = draw(np.random.default_rng(seed))
        results = []
        try:
            for c in CASES:
                results.append((c, run(c, x, gone, data)))
        except Unclear as what:
            print(f"seed {seed}: {c.name}: {what}")
            continue
        write(x, gone, data, results)
        write_tables(x, data, results)
        print(f"seed {seed}: {len(results)} cases")
        return
    raise SystemExit("no rows are clear")


if __name__ == "__main__":
    main()
