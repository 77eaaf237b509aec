"""Times scikit-learn's random forest: python3 forest.py TRAIN TEST TREES.

Prints "what seconds" for training, predicting (reading with pandas included) and scoring, the best
of three, and its AUC.
"""
import sys
import time

import pandas
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

train, test, trees = sys.argv[1], sys.argv[2], int(sys.argv[3])
best = {}


def timed(what, work):
    start = time.perf_counter()
    result = work()
    best[what] = min(best.get(what, 1e9), time.perf_counter() - start)
    return result


def fit():
    rows = pandas.read_csv(train)
    forest = RandomForestClassifier(trees, random_state=1, n_jobs=-1)
    return forest.fit(rows.drop(columns="y"), rows["y"])


def predict(forest):
    rows = pandas.read_csv(test)
    return rows["y"], forest.predict_proba(rows.drop(columns="y"))[:, 1]


def score(truth, p):
    return accuracy_score(truth, p > 0.5), log_loss(truth, p), roc_auc_score(truth, p)


for _ in range(3):
    forest = timed("train", fit)
    truth, p = timed("predict", lambda: predict(forest))
    auc = timed("score", lambda: score(truth, p))[2]
for what, seconds in best.items():
    print(what, f"{seconds:.3f}")
print("auc", f"{auc:.4f}")
