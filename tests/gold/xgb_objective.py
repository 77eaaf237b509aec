#!/usr/bin/env python3
"""Writes xgb_objective/cases.inc: XGBoost's own gradients, Hessians and base scores of small rows.

    python3 xgb_objective.py > xgb_objective/cases.inc

xgb_objective_gold.h says what a case is.

XGBoost 3.2.0 shows no gradients of its objectives, so a tree with a leaf for every row is grown first and then
refreshed under the objective: the leaf's sum_hessian is the row's H, and its weight with lambda = 100 is S / (H + 100),
short enough for max_delta_step.
Raw outputs are the base margins; eta is next to nothing, so that they stay in later rounds.  All in float32, hence six
digits.  Base scores are what outputs are after a round that adds next to nothing.

Rows of ranking are groups of 5, 5, 2 (of unequal relevance) and 2 (of equal).  XGBoost's random pairs are not ours: with
the pair method mean there are groups of 2, of which the pairs are known, and one of 4 where one row is better than the
others, whose outputs are equal but for one: then sums are known.
"""
import json

import numpy as np
import xgboost as xgb

xgb.set_config(verbosity=0)
rng = np.random.default_rng(20240607)


def f32(values):
    return np.asarray(values, np.float32)


def short(values):
    """The same, but for what takes more than six digits to write."""
    return f32(np.round(np.asarray(values) * 64) / 64)


def skeleton(n, k):
    """A model of k trees with a leaf for each of n rows, whose only feature is their number."""
    x = f32(np.arange(n))[:, None]
    y = np.stack([x[:, 0] ** 2] * k, axis=1)
    grown = xgb.train(dict(objective="reg:squarederror", tree_method="exact", max_depth=n, eta=1, reg_lambda=0,
                           min_child_weight=0, base_score=0.0), xgb.DMatrix(x, y if k > 1 else y[:, 0]), 1)
    return json.loads(bytes(grown.save_raw("json")))


def matrix(case, margin=True):
    n, k = case["raw"].shape
    d = xgb.DMatrix(f32(np.arange(n))[:, None], label=case["y"])
    if case.get("upper") is not None:
        d.set_float_info("label_lower_bound", case["y"])
        d.set_float_info("label_upper_bound", case["upper"])
    if case.get("group") is not None:
        d.set_uint_info("qid", case["group"])
    if case.get("weight") is not None:
        first = np.unique(case["group"], return_index=True)[1] if case.get("group") is not None else slice(None)
        d.set_weight(case["weight"][first])
    if margin:
        d.set_base_margin(case["raw"] if k > 1 else case["raw"][:, 0])
    return d


def parameters(case):
    return dict(case["params"], objective=case["objective"], eta=1e-12, reg_lambda=100, min_child_weight=0, nthread=1)


def leaf(tree, x):
    at = 0
    while tree["left_children"][at] >= 0:
        at = tree["left_children"][at] if x < tree["split_conditions"][at] else tree["right_children"][at]
    return at


def gradients(case, rounds=1):
    """S and H of the last of so many rounds, [n][k]."""
    n, k = case["raw"].shape
    model = skeleton(n, k)
    booster = model["learner"]["gradient_booster"]["model"]
    trees = booster["trees"]
    assert len(trees) == k
    booster["trees"] = [dict(t, id=r * k + i) for r in range(rounds) for i, t in enumerate(trees)]
    booster["tree_info"] = list(range(k)) * rounds
    booster["iteration_indptr"] = [r * k for r in range(rounds + 1)]
    booster["gbtree_model_param"]["num_trees"] = str(rounds * k)
    mine = model["learner"]["learner_model_param"]
    mine["base_score"] = "[" + ",".join(["5E-1"] * k) + "]"
    if case["objective"].startswith("multi"):
        mine["num_class"], mine["num_target"] = str(k), "1"
    start = xgb.Booster(model_file=bytearray(json.dumps(model).encode()))
    done = xgb.train(dict(parameters(case), process_type="update", updater="refresh", refresh_leaf=True),
                     matrix(case), rounds, xgb_model=start)
    trees = json.loads(bytes(done.save_raw("json")))["learner"]["gradient_booster"]["model"]["trees"][-k:]
    s, h = np.zeros((n, k)), np.zeros((n, k))
    for j, tree in enumerate(trees):
        at = [leaf(tree, i) for i in range(n)]
        assert len(set(at)) == n
        h[:, j] = np.array(tree["sum_hessian"])[at]
        s[:, j] = np.array(tree["base_weights"])[at] * (h[:, j] + 100)
    return s, h


def base(case):
    done = xgb.train(parameters(case), matrix(case, margin=False), 1)
    raw = done.predict(matrix(case, margin=False), output_margin=True)
    return raw.reshape(case["raw"].shape)[0]


# ---- the rows ----

N = 12
cases = []


def add(name, objective, y, raw=None, rounds=1, sums=False, **more):
    case = dict(name=name, objective=objective, y=short(y), rounds=rounds, sums=sums, params={}, upper=None, weight=None,
                group=None)
    case.update(more)
    n = len(case["y"])
    raw = short(rng.normal(size=(n, 1)) if raw is None else raw)
    case["raw"] = raw.reshape(n, -1)
    for key in ("upper", "weight"):
        case[key] = None if case[key] is None else f32(case[key])
    cases.append(case)


def weights(n=N):
    return f32(rng.integers(1, 8, n) / 4)


values = rng.normal(size=N) * 2
counts = rng.poisson(2.0, N)
amounts = rng.gamma(2.0, 1.0, N) + 0.2
two = f32([0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0])
three = f32([0, 1, 2, 0, 1, 1, 2, 0, 2, 1, 1, 0])
ones = np.where(np.arange(N) % 3 == 0, 1.0, values)

add("squarederror", "reg:squarederror", values)
add("squarederror weighted", "reg:squarederror", values, weight=weights())
add("squarederror positives", "reg:squarederror", ones, params=dict(scale_pos_weight=2.5))
add("squaredlogerror", "reg:squaredlogerror", amounts - 0.9, raw=[-0.75, -0.99, -0.5, 0, 0.3, 1, 2, 4, 9, 0.1, 0.2, 30],
    weight=weights())
add("pseudohubererror", "reg:pseudohubererror", values, weight=weights())
add("pseudohubererror slope", "reg:pseudohubererror", values, params=dict(huber_slope=0.4))
add("absoluteerror", "reg:absoluteerror", values, raw=np.where(np.arange(N) == 3, values, 0.1))
add("absoluteerror weighted", "reg:absoluteerror", values, weight=weights())
met = rng.normal(size=(N, 3))
met[5] = values[5]
add("quantileerror", "reg:quantileerror", values, raw=met,
    params=dict(quantile_alpha=[0.05, 0.5, 0.8]))
add("quantileerror weighted", "reg:quantileerror", values, raw=rng.normal(size=(N, 2)), weight=weights(),
    params=dict(quantile_alpha=[0.1, 0.7]))
add("reg:logistic", "reg:logistic", rng.integers(0, 9, N) / 8, weight=weights())
add("gamma", "reg:gamma", amounts, weight=weights())
add("gamma positives", "reg:gamma", np.abs(ones), params=dict(scale_pos_weight=3))
add("tweedie", "reg:tweedie", np.where(np.arange(N) % 4 == 0, 0, amounts), weight=weights())
add("tweedie power", "reg:tweedie", amounts, params=dict(tweedie_variance_power=1.2))
add("poisson", "count:poisson", counts, weight=weights())
add("poisson step", "count:poisson", counts, params=dict(max_delta_step=0.3))
add("logistic", "binary:logistic", two)
add("logistic far", "binary:logistic", two, raw=rng.normal(size=N) * 9, weight=weights())
add("logistic positives", "binary:logistic", two, weight=weights(), params=dict(scale_pos_weight=2))
add("logitraw", "binary:logitraw", two, weight=weights())
add("hinge", "binary:hinge", two, weight=weights())
add("hinge few", "binary:hinge", f32(np.arange(N) == 3))
add("softmax", "multi:softmax", three, raw=rng.normal(size=(N, 3)), weight=weights(), params=dict(num_class=3))
add("softprob", "multi:softprob", three, raw=rng.normal(size=(N, 3)), params=dict(num_class=3))
add("softprob of none", "multi:softprob", two, raw=rng.normal(size=(N, 3)), params=dict(num_class=3))
add("softprob two", "multi:softprob", two, raw=rng.normal(size=(N, 2)), params=dict(num_class=2))

times = f32([3, -1, 2, 2, -2, 5, 7, -7, 1, 4, -9, 2])
add("cox", "survival:cox", times, weight=weights())
add("cox ties", "survival:cox", f32([1, 1, -1, 2, 2, 2, -2, 3, 3, -3, -3, 0]))

lower = f32([1, 2, 0, 0, 0.5, 3, 2, 4, 1, 7, 0, 2])
upper = f32([1, 2, 3, 0.5, 4, np.inf, np.inf, 4, 1.5, 9, 2, 2])
far = f32([-1, 2, 60, -60, 9, -9, 40, -40, 15, -15, 0.3, 0])
for law in "normal", "logistic", "extreme":
    for scale in 1.0, 0.4:
        add("aft %s %g" % (law, scale), "survival:aft", lower, upper=upper, weight=weights(),
            params=dict(aft_loss_distribution=law, aft_loss_distribution_scale=scale))
        for sign in 1, -1:
            add("aft %s %g far %d" % (law, scale, sign), "survival:aft", lower, raw=sign * far, upper=upper,
                params=dict(aft_loss_distribution=law, aft_loss_distribution_scale=scale))

group = np.array([3] * 5 + [4] * 5 + [6] * 2 + [8] * 2)
degrees = f32([0, 2, 1, 0, 4, 1, 1, 0, 3, 0, 0, 1, 2, 2])
relevant = f32([0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1])
by_group = np.repeat(f32([0.5, 2, 1, 1.25]), [5, 5, 2, 2])
M = len(group)
score = short(rng.normal(size=M))
tied = np.where(np.arange(M) % 3 == 1, np.float32(0.5), score)
for name, y in ("ndcg", degrees), ("map", relevant), ("pairwise", degrees):
    def rank(what, raw=score, weight=by_group, rounds=1, y=y, sums=False, group=group, **params):
        add(name + " " + what, "rank:" + name, y, raw=raw, weight=weight, group=group, params=params, rounds=rounds,
            sums=sums)
    rank("topk", weight=None)
    rank("topk weighted")
    rank("topk ties", raw=tied)
    rank("topk flat", raw=np.zeros(M))
    rank("topk 2", lambdarank_num_pair_per_sample=2)
    rank("topk plain", lambdarank_normalization=False, lambdarank_score_normalization=False)
    rank("topk score", lambdarank_normalization=False)
    for rounds in 1, 2, 3:
        rank("topk unbiased %d" % rounds, rounds=rounds, lambdarank_unbiased=True)
    rank("topk unbiased norm", rounds=3, lambdarank_unbiased=True, lambdarank_bias_norm=0.5,
         lambdarank_num_pair_per_sample=3)
    few = np.array([1, 1, 2, 2, 5, 5, 5, 5])
    lone = f32([0, 1, 1, 0, 0, 0, 1, 0])
    level = f32([0.25, -0.25, 0.125, 0.875, 0.375, 0.375, -0.75, 0.375])
    rank("mean pairs", raw=score[:4], y=lone[:4], group=few[:4], weight=None, lambdarank_pair_method="mean",
         lambdarank_num_pair_per_sample=3)
    rank("mean default", raw=score[:4], y=lone[:4], group=few[:4], weight=None, lambdarank_pair_method="mean")
    rank("mean unbiased", raw=score[:4], y=lone[:4], group=few[:4], weight=None, lambdarank_pair_method="mean",
         lambdarank_unbiased=True, rounds=2)
rank("mean list", raw=level, y=lone, group=few, weight=None, sums=True, lambdarank_pair_method="mean",
     lambdarank_num_pair_per_sample=4)
name = "ndcg"
rank("topk linear", y=degrees, ndcg_exp_gain=False)
rank("topk fractions", y=degrees / 2 + f32(0.25), ndcg_exp_gain=False)

# ---- the header ----


def array(values, digits=9):
    return "{" + ", ".join("INFINITY" if np.isinf(v) else "%.*g" % (digits, v) for v in np.ravel(values)) + "}"


OPTS = dict(huber_slope="huber_slope", tweedie_variance_power="tweedie_variance_power",
            max_delta_step="max_delta_step", scale_pos_weight="scale_pos_weight",
            aft_loss_distribution_scale="aft_scale", lambdarank_num_pair_per_sample="lambdarank_num_pair",
            lambdarank_bias_norm="lambdarank_bias_norm")


def option(key, value):
    if key == "num_class":
        return None
    if key == "quantile_alpha":
        return ".n_quantiles = %d, .quantile = %s" % (len(value), array(value))
    if key == "aft_loss_distribution":
        return ".aft_distribution = AFT_" + value.upper()
    if key == "lambdarank_pair_method":
        return ".lambdarank_pair_method = PAIRS_" + value.upper()
    if isinstance(value, bool):
        return ".%s = %s" % (key, str(value).lower())
    return ".%s = %.9g" % (OPTS[key], value)


def main():
    print("/* Made by xgb_objective.py. */")
    defaults = dict(huber_slope=1, tweedie_variance_power=1.5, max_delta_step=0.7, scale_pos_weight=1,
                    aft_loss_distribution_scale=1, lambdarank_bias_norm=1, lambdarank_normalization=True,
                    lambdarank_score_normalization=True, ndcg_exp_gain=True)
    for case in cases:
        s, h = gradients(case, case["rounds"])
        n, k = case["raw"].shape
        print("{.name = \"%s\", .objective = \"%s\", .n = %d, .n_outputs = %d, .rounds = %d," % (
            case["name"], case["objective"], n, k, case["rounds"]))
        options = [option(key, value) for key, value in dict(defaults, **case["params"]).items()]
        print(".opts = {%s}," % ", ".join(o for o in options if o))
        for flag, there in ("sums", case["sums"]), ("bounded", case["upper"] is not None), (
                "grouped", case["group"] is not None):
            if there:
                print(".%s = true," % flag)
        for key in "y", "upper", "group", "raw":
            if case[key] is not None:
                print(".%s = %s," % (key, array(case[key])))
        print(".weight = %s," % (array(case["weight"]) if case["weight"] is not None else "{-1}"))
        print(".s = %s,\n.h = %s,\n.base = %s}," % (array(s, 7), array(h, 7), array(base(case), 7)))


main()
