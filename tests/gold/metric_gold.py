"""Writes metric_gold.h: small random data with ties and weights, and scikit-learn's metrics of it.

    python3 metric_gold.py | clang-format --assume-filename=metric_gold.h > metric_gold.h

scikit-learn 1.9.
"""
import warnings

import numpy as np
from sklearn import metrics as m
from sklearn.preprocessing import label_binarize

warnings.simplefilter("error")
rng = np.random.default_rng(20240501)


def array(kind, name, values):
    text = ", ".join(repr(float(v)) if kind == "double" else str(int(v)) for v in values)
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
    of = labels(y, label, k)
    of.update({
        "log_loss": lambda w: m.log_loss(y, p, sample_weight=w),
        "brier": lambda w: m.brier_score_loss(y, p, sample_weight=w),
        "auc": lambda w: m.roc_auc_score(y, p, multi_class="ovr", sample_weight=w),
        "average_precision": lambda w: m.average_precision_score(
            one_hot, p, average="macro", sample_weight=w),
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

    def mean(f):
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
        "ndcg": mean(ndcg(None)),
        "ndcg@1": mean(ndcg(1)),
        "ndcg@5": mean(ndcg(5)),
        "map": mean(lambda at: m.average_precision_score(y[at] > 0, score[at])),
    })


print("/* Made by metric_gold.py: data, and scikit-learn's metrics of it without and with weights. */")
print("#ifndef TESTS_GOLD_METRIC_GOLD_H\n#define TESTS_GOLD_METRIC_GOLD_H\n")
print("#include <stdint.h>\n")
print("struct metric_expected {\n    const char *name;\n    double plain, weighted;\n};\n")
binary()
several()
regression()
ranking()
print("#endif")
