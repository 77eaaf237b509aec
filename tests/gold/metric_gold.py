"""Writes metric_gold.h: small random data with ties and weights, and scikit-learn's metrics of it.

    python3 metric_gold.py | clang-format --assume-filename=metric_gold.h > metric_gold.h

Metrics that XGBoost has and scikit-learn has not are formulas, which must agree with XGBoost as far
as its single precision goes.  scikit-learn 1.9, XGBoost 3.2.
"""
import math
import warnings

import numpy as np
import xgboost
from scipy import integrate, special, stats
from sklearn import metrics as m
from sklearn.preprocessing import label_binarize

warnings.simplefilter("error")
rng = np.random.default_rng(20240501)


def array(kind, name, values):
    text = ", ".join(str(int(v)) if kind != "double" else "INFINITY" if math.isinf(v)
                     else repr(float(v)) for v in values)
    lines, line = [], "   "
    for word in text.split(" "):
        if len(line) + 1 + len(word) > 96:
            lines.append(line)
            line = "   "
        line += " " + word
    lines.append(line)
    print("static const %s %s[] = {\n%s};" % (kind, name, "\n".join(lines)))


def expected(name, values):
    print("static const struct metric_expected %s_expected[] = {" % name)
    for metric, (plain, weighted) in values.items():
        print('    {"%s", %r, %r},' % (metric, float(plain), float(weighted)))
    print("};\n")


def both(f, w):
    return f(None), f(w)


def xgb(metric, margin, y=None, w=None, objective="reg:squarederror", options={}, **of_data):
    """XGBoost's metric of predictions that are the margin of a model without trees."""
    data = xgboost.DMatrix(np.zeros((len(margin), 1)), y, weight=w, base_margin=margin, **of_data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = xgboost.train(dict(options, objective=objective, eval_metric=metric, nthread=1,
                                   verbosity=0), data, 0)
    return float(model.eval(data).split(":")[-1])


def agreed(ours, theirs):
    assert math.isclose(ours, theirs, rel_tol=3e-6), (ours, theirs)
    return ours


def mean(terms, w):
    return np.average(terms, weights=w)


def precision_area(positive, score, w):
    """Integral of precision over recall; between two scores, rows of both kinds come evenly."""
    w = np.ones(len(score)) if w is None else w
    area = tp = fp = 0
    for s in sorted(set(score), reverse=True):
        p, n = w[(score == s) & positive].sum(), w[(score == s) & ~positive].sum()
        if p > 0 and tp + fp > 0:
            area += p * integrate.quad(lambda t: (tp + t * p) / (tp + fp + t * (p + n)), 0, 1,
                                       epsabs=0, epsrel=2e-13)[0]
        elif p > 0:
            area += p * p / (p + n)
        tp, fp = tp + p, fp + n
    return area / tp


def labels(y, label, k):
    """What looks at labels alone.  A label k is no class of the truth."""
    classes = list(range(k))
    average = dict(average="binary") if k == 2 else dict(average="macro", labels=classes)
    return {
        "accuracy": lambda w: m.accuracy_score(y, label, sample_weight=w),
        # Recall of a class that is only predicted is no part of it.
        "balanced_accuracy": lambda w: m.recall_score(
            y, label, labels=classes, average="macro", sample_weight=w),
        "precision": lambda w: m.precision_score(y, label, sample_weight=w, **average),
        "recall": lambda w: m.recall_score(y, label, sample_weight=w, **average),
        "f1": lambda w: m.f1_score(y, label, sample_weight=w, **average),
        "macro_f1": lambda w: m.f1_score(
            y, label, labels=classes, average="macro", sample_weight=w),
        "mcc": lambda w: m.matthews_corrcoef(y, label, sample_weight=w),
    }


def binary():
    n = 80
    y = rng.integers(0, 2, n)
    p = np.clip(np.round(rng.normal(0.4 + 0.2 * y, 0.25), 1), 0.1, 0.9)  # many ties
    label = (p > 0.5).astype(int)
    w = rng.integers(0, 5, n) / 2
    of = labels(y, label, 2)
    of.update({
        "log_loss": lambda w: m.log_loss(y, p, sample_weight=w),
        "brier": lambda w: m.brier_score_loss(y, p, sample_weight=w),
        "auc": lambda w: m.roc_auc_score(y, p, sample_weight=w),
        "average_precision": lambda w: m.average_precision_score(y, p, sample_weight=w),
        "aucpr": lambda w: agreed(precision_area(y == 1, p, w), xgb("aucpr", p, y, w)),
        "error": lambda w: agreed(1 - m.accuracy_score(y, label, sample_weight=w),
                                  xgb("error", p, y, w)),
        "error@0.25": lambda w: agreed(1 - m.accuracy_score(y, p > 0.25, sample_weight=w),
                                       xgb("error@0.25", p, y, w)),
        "logloss": lambda w: agreed(m.log_loss(y, p, sample_weight=w), xgb("logloss", p, y, w)),
    })
    array("double", "binary_y", y)
    array("int32_t", "binary_label", label)
    array("double", "binary_score", p)
    array("double", "binary_prob", np.stack([1 - p, p], 1).ravel())
    array("double", "binary_weight", w)
    expected("binary", {k: both(f, w) for k, f in of.items()})


def several():
    n, k = 120, 4
    y = rng.choice(k, n, p=[0.1, 0.2, 0.3, 0.4])
    p = np.round(rng.dirichlet(np.ones(k), n) + 0.4 * np.eye(k)[y], 1) + 0.1
    p /= p.sum(1, keepdims=True)
    label = p.argmax(1)
    w = rng.integers(0, 4, n).astype(float)
    one_hot = label_binarize(y, classes=range(k))

    def classes_xgb(metric, w):
        return xgb(metric, np.log(p), y, w, "multi:softprob", dict(num_class=k))

    of = labels(y, label, k)
    of.update({
        "log_loss": lambda w: m.log_loss(y, p, sample_weight=w),
        "brier": lambda w: m.brier_score_loss(y, p, sample_weight=w),
        "auc": lambda w: m.roc_auc_score(y, p, multi_class="ovr", sample_weight=w),
        "average_precision": lambda w: m.average_precision_score(
            one_hot, p, average="macro", sample_weight=w),
        "aucpr": lambda w: agreed(
            np.mean([precision_area(y == c, p[:, c], w) for c in range(k)]),
            np.mean([xgb("aucpr", stats.rankdata(p[:, c]), y == c, w)
                     for c in range(k)])),  # single precision has more ties
        "merror": lambda w: agreed(1 - m.accuracy_score(y, label, sample_weight=w),
                                   classes_xgb("merror", w)),
        "mlogloss": lambda w: agreed(m.log_loss(y, p, sample_weight=w),
                                     classes_xgb("mlogloss", w)),
    })
    array("double", "several_y", y)
    array("int32_t", "several_label", label)
    array("double", "several_prob", p.ravel())
    array("double", "several_weight", w)
    expected("several", {k: both(f, w) for k, f in of.items()})

    strange = np.where(rng.random(n) < 0.2, k, label)
    array("int32_t", "strange_label", strange)
    expected("strange", {name: both(f, w) for name, f in labels(y, strange, k).items()})


def regression():
    n = 70
    y = np.round(rng.normal(3, 2, n), 3)
    value = np.round(y + rng.normal(0, 1, n), 2)
    w = rng.exponential(1, n).round(2)
    array("double", "regression_y", y)
    array("double", "regression_value", value)
    array("double", "regression_weight", w)
    of = {
        "rmse": lambda w: m.root_mean_squared_error(y, value, sample_weight=w),
        "mae": lambda w: m.mean_absolute_error(y, value, sample_weight=w),
        "r2": lambda w: m.r2_score(y, value, sample_weight=w),
        "mape": lambda w: m.mean_absolute_percentage_error(y, value, sample_weight=w),
        "quantile_loss": lambda w: m.mean_pinball_loss(y, value, sample_weight=w),
        "quantile_loss@0.9": lambda w: m.mean_pinball_loss(y, value, alpha=0.9, sample_weight=w),
    }
    expected("regression", {k: both(f, w) for k, f in of.items()})


def ranking():
    n, groups = 90, 8
    group = rng.integers(0, groups, n)
    y = rng.integers(0, 5, n)
    y[group == 2] = 0  # a query with nothing to find
    score = np.round(rng.normal(y, 2), 0)  # ties
    of_group = rng.integers(1, 4, groups).astype(float)
    w = of_group[group]

    def of_groups(f):
        value = [f(group == g) for g in range(groups) if g != 2]
        weight = [of_group[g] for g in range(groups) if g != 2]
        return np.mean(value), np.average(value, weights=weight)

    def ndcg(k):
        return lambda at: m.ndcg_score([2.0 ** y[at] - 1], [score[at]], k=k)

    array("double", "ranking_y", y)
    array("double", "ranking_value", score)
    array("int32_t", "ranking_group", group)
    array("double", "ranking_weight", w)
    expected("ranking", {
        "ndcg": of_groups(ndcg(None)),
        "ndcg@1": of_groups(ndcg(1)),
        "ndcg@5": of_groups(ndcg(5)),
        "map": of_groups(lambda at: m.average_precision_score(y[at] > 0, score[at])),
    })


def counts():
    rng = np.random.default_rng(7)
    n = 60
    value = rng.integers(1, 80, n) / 8
    y = rng.poisson(value).astype(float)
    y[:3] += 0.25
    value[5:7] = 0  # as near to 0 as each metric lets it come
    w = rng.integers(0, 5, n) / 2
    array("double", "counts_y", y)
    array("double", "counts_value", value)
    array("double", "counts_weight", w)

    def huber(slope):
        return slope ** 2 * (np.sqrt(1 + ((value - y) / slope) ** 2) - 1)

    of = {
        "rmsle": lambda w: agreed(m.root_mean_squared_log_error(y, value, sample_weight=w),
                                  xgb("rmsle", value, y, w)),
        "mphe": lambda w: agreed(mean(huber(1), w), xgb("mphe", value, y, w)),
        "mphe@2.5": lambda w: agreed(mean(huber(2.5), w), xgb(
            "mphe", value, y, w, options=dict(huber_slope=2.5))),
        "quantile@0.75": lambda w: agreed(
            m.mean_pinball_loss(y, value, alpha=0.75, sample_weight=w),
            xgb("quantile", value, y, w, options=dict(quantile_alpha=0.75))),
        "poisson-nloglik": lambda w: agreed(
            mean(special.gammaln(y + 1) + np.maximum(value, 1e-16)
                 - y * np.log(np.maximum(value, 1e-16)), w),
            xgb("poisson-nloglik", value, y, w)),
        "gamma-nloglik": lambda w: agreed(
            mean(-stats.gamma.logpdf(y, 1, scale=np.maximum(value, 1e-6)), w),
            xgb("gamma-nloglik", value, y, w)),
        "gamma-deviance": lambda w: agreed(
            m.mean_gamma_deviance(y + 1e-6, value + 1e-6, sample_weight=w),
            xgb("gamma-deviance", value, y, w)),
    }
    expected("counts", {k: both(f, w) for k, f in of.items()})

    positive = np.maximum(value, 0.125)
    array("double", "positive_value", positive)

    def tweedie(rho):
        # Half the deviance lacks what does not depend on the mean.
        own = np.where(y > 0, y ** (2 - rho) / ((1 - rho) * (2 - rho)), 0)
        return lambda w: agreed(
            m.mean_tweedie_deviance(y, positive, power=rho, sample_weight=w) / 2 - mean(own, w),
            xgb("tweedie-nloglik@%g" % rho, positive, y, w))

    of = {
        "tweedie-nloglik": tweedie(1.5),
        "tweedie-nloglik@1.25": tweedie(1.25),
    }
    expected("positive", {k: both(f, w) for k, f in of.items()})


def lists():
    """Rankings without ties, which XGBoost has in the order of the rows."""
    rng = np.random.default_rng(8)
    n, groups = 60, 9
    group = np.sort(rng.integers(0, groups, n))
    y = rng.integers(0, 2, n).astype(float)
    y[(group == 2) | (group == 5)] = 0  # nothing to find
    score = rng.permutation(n) / 16 + y * (1 / 2 + 1 / 32)
    of_group = rng.integers(1, 4, groups).astype(float)

    def of_lists(metric, of_list, k, empty, theirs):
        value = [of_list(y[at][np.argsort(-score[at])], k) if y[at].any() else empty
                 for at in [group == g for g in range(groups)]]
        plain, weighted = mean(value, None), mean(value, of_group)
        agreed(plain, xgb(theirs, score, y, qid=group))
        if metric != "ndcg" or empty == 0:  # there it does not weigh lists that count as 1
            agreed(weighted, xgb(theirs, score, y, of_group, qid=group))
        return plain, weighted

    def precision(y, k):
        return y[:k].mean()

    def average_precision(y, k):
        at = np.flatnonzero(y[:k])
        return (y.cumsum()[at] / (at + 1)).sum() / min(y.sum(), k or len(y))

    def ndcg(y, k):
        return m.ndcg_score([y], [-np.arange(len(y))], k=k) if len(y) > 1 else 1.0

    values = {"pre": of_lists("pre", precision, None, 0, "pre")}
    for k in 1, 3, 5:
        values["pre@%d" % k] = of_lists("pre", precision, k, 0, "pre@%d" % k)
    for name, f in ("ndcg", ndcg), ("map", average_precision):
        for k in None, 1, 4:
            at = "@%d" % k if k else ""
            values[name + at + "-"] = of_lists(name, f, k, 0, name + at + "-")
            values[name + at + "+"] = of_lists(name, f, k, 1, name + at)
    array("double", "lists_y", y)
    array("double", "lists_value", score)
    array("int32_t", "lists_group", group)
    array("double", "lists_weight", of_group[group])
    expected("lists", values)


def survival():
    rng = np.random.default_rng(9)
    n = 50
    value = rng.integers(4, 60, n) / 8
    time = np.round(value * np.exp(rng.normal(0, 0.7, n)) * 4 + 1) / 4  # ties
    w = rng.integers(0, 4, n)
    copies = np.repeat(np.arange(n), w)
    y = np.where(rng.random(n) < 0.4, -time, time)
    array("double", "hazard_y", y)
    array("double", "hazard_value", value)
    array("double", "survival_weight", w)

    def cox(rows):
        y_, value_ = y[rows], value[rows]
        risk = np.array([value_[abs(y_) >= t].sum() for t in abs(y_)])
        terms = np.log(risk / value_)[y_ > 0]
        return agreed(terms.mean(), xgb("cox-nloglik", value_, y_))

    expected("hazard", {"cox-nloglik": (cox(np.arange(n)), cox(copies))})

    kind = rng.integers(0, 4, n)  # exact, left, right and between
    lower = np.where(kind == 1, 0, time)
    upper = np.where(kind == 2, np.inf, time + np.where(kind == 3, 1.5, 0))
    value[:2] = 1e-3, 1e3  # beyond the least likelihood
    array("double", "times_lower", lower)
    array("double", "times_upper", upper)
    array("double", "times_value", value)

    def times_xgb(metric, w, **options):
        # Booster.eval() forgets the scale; a round of learning rate 0 changes nothing.
        data = xgboost.DMatrix(np.zeros((n, 1)), weight=w, base_margin=np.log(value),
                               label_lower_bound=lower, label_upper_bound=upper)
        result = {}
        xgboost.train(dict(options, objective="survival:aft", eval_metric=metric, nthread=1,
                           learning_rate=0), data, 1, evals=[(data, "data")],
                      evals_result=result, verbose_eval=False)
        return result["data"][metric][0]

    def aft(name, noise, scale):
        with np.errstate(divide="ignore"):
            z, z_upper = [(np.log(t) - np.log(value)) / scale for t in (lower, upper)]
        with np.errstate(divide="ignore", invalid="ignore"):
            likelihood = np.where(kind == 0, noise.pdf(z) / (scale * lower),
                                  noise.sf(z) - noise.sf(z_upper))
        terms = -np.log(np.maximum(likelihood, 1e-12))
        return lambda w: agreed(mean(terms, w), times_xgb(
            "aft-nloglik", w, aft_loss_distribution=name, aft_loss_distribution_scale=scale))

    of = {
        "aft-nloglik": aft("normal", stats.norm, 1),
        "aft-nloglik@logistic": aft("logistic", stats.logistic, 1),
        "aft-nloglik@normal:0.5": aft("normal", stats.norm, 0.5),
        "aft-nloglik@logistic:0.75": aft("logistic", stats.logistic, 0.75),
        "aft-nloglik@extreme:1.5": aft("extreme", stats.gumbel_l, 1.5),
        "interval-regression-accuracy": lambda w: agreed(
            mean((value >= lower) & (value <= upper), w),
            times_xgb("interval-regression-accuracy", w)),
    }
    expected("times", {k: both(f, w) for k, f in of.items()})


print("/* Made by metric_gold.py: data, and scikit-learn's metrics of it without and with weights. */")
print("#ifndef TESTS_GOLD_METRIC_GOLD_H\n#define TESTS_GOLD_METRIC_GOLD_H\n")
print("#include <math.h>\n#include <stdint.h>\n")
print("struct metric_expected {\n    const char *name;\n    double plain, weighted;\n};\n")
binary()
several()
regression()
ranking()
counts()
lists()
survival()
print("#endif")
