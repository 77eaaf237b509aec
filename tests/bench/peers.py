"""Times the peers of tests/bench/run: prints "name value" lines; a peer that is absent is left out.

    peers.py forest TRAIN TEST SEEDS scikit-learn's forest of 100 full trees, 4 columns a node: the
                                     best time and the mean AUC
    peers.py predict TRAIN ROWS      100 trees of 255 leaves: LightGBM from file to file,
                                     scikit-learn in memory
    peers.py boost TRAIN TEST        scikit-learn's HistGradientBoosting, 100 trees of 255 leaves:
                                     the best of two fits
    peers.py adaboost TRAIN TEST     scikit-learn's AdaBoost of 100 stumps
    peers.py classes TRAIN TEST      LightGBM, 100 rounds of 31 leaves: the best of two fits from
                                     rows in memory, with its binning, and the log loss
"""
import os
import sys
import tempfile
import time

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss, roc_auc_score

THREADS = len(os.sched_getaffinity(0))


def load(path):
    rows = pd.read_csv(path)
    return rows.drop(columns="y").values.astype(np.float32), rows["y"].values


def timed(work):
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def forest(train, test, seeds):
    x, y = load(train)
    rows, truth = load(test)
    times, scores = [], []
    for seed in range(1, int(seeds) + 1):
        model = RandomForestClassifier(100, max_features=4, n_jobs=THREADS, random_state=seed)
        times.append(timed(lambda: model.fit(x, y))[1])
        scores.append(roc_auc_score(truth, model.predict_proba(rows)[:, 1]))
    print("fit", f"{min(times):.3f}")
    print("score", f"{sum(scores) / len(scores):.4f}")


def predict(train, path):
    x, y = load(train)
    part = slice(0, 90000)
    model = RandomForestClassifier(100, max_leaf_nodes=255, n_jobs=THREADS, random_state=1)
    model.fit(x[part], y[part])
    rows, _ = load(path)
    _, seconds = timed(lambda: model.predict_proba(rows))
    print("sklearn", f"{seconds:.3f}", flush=True)
    del rows
    import lightgbm
    options = dict(objective="binary", num_leaves=255, learning_rate=0.1, num_threads=THREADS,
                   verbosity=-1)
    booster = lightgbm.train(options, lightgbm.Dataset(x, y), 100)
    with tempfile.TemporaryDirectory() as work:
        file = os.path.join(work, "model.txt")
        booster.save_model(file)
        # the C++ code of its command line: reads the file, predicts, writes a file
        booster = lightgbm.Booster(model_file=file)
        _, seconds = timed(lambda: booster.predict(path, data_has_header=True))
    print("lightgbm", f"{seconds:.3f}")


def boost(train, test):
    from sklearn.ensemble import HistGradientBoostingClassifier
    x, y = load(train)
    rows, truth = load(test)
    times = []
    for _ in range(2):
        model = HistGradientBoostingClassifier(max_leaf_nodes=255, early_stopping=False)
        times.append(timed(lambda: model.fit(x, y))[1])
    print("fit", f"{min(times):.3f}")
    print("score", f"{roc_auc_score(truth, model.predict_proba(rows)[:, 1]):.4f}")


def adaboost(train, test):
    from sklearn.ensemble import AdaBoostClassifier
    x, y = load(train)
    rows, truth = load(test)
    model = AdaBoostClassifier(n_estimators=100, random_state=1)
    print("fit", f"{timed(lambda: model.fit(x, y))[1]:.3f}")
    print("score", f"{roc_auc_score(truth, model.decision_function(rows)):.4f}")


def classes(train, test):
    import lightgbm
    x, y = load(train)
    rows, truth = load(test)
    names, y = np.unique(y, return_inverse=True)
    truth = np.searchsorted(names, truth)
    options = dict(objective="multiclass", num_class=len(names), num_leaves=31, learning_rate=0.1,
                   num_threads=THREADS, verbosity=-1)
    times = []
    for _ in range(2):
        model, seconds = timed(lambda: lightgbm.train(options, lightgbm.Dataset(x, y), 100))
        times.append(seconds)
    print("fit", f"{min(times):.3f}")
    print("score", f"{log_loss(truth, model.predict(rows)):.4f}")


PARTS = {"forest": forest, "predict": predict, "boost": boost, "adaboost": adaboost,
         "classes": classes}
PARTS[sys.argv[1]](*sys.argv[2:])
