"""Exact CART in numpy for gbdt.py and adaboost.py, and how far each of its decisions is from another one.

One function serves least squares and Gini: with one target a row it is the first, with one-hot classes the second,
because both maximise sum_k S_kL^2 / W_L + sum_k S_kR^2 / W_R over the cuts (S sums of weight * target, W of weight).

Numbers are gold only if no rounding can change them, so Unclear is raised where two different parts of a node's rows
gain the same to within CLEAR of their sum of squares, where it is not clear if a node is pure, or where a quantile, a
sign or a vote is within NEAR of another answer.  Cuts that part the rows alike are one cut: where between two values a
cut lies, or which of two columns has it, changes nothing for the rows that were trained on."""
import subprocess
import textwrap

import numpy as np

CLEAR, NEAR = 1e-6, 1e-9


class Unclear(Exception):
    pass


def cut(orders, inside, w, z, min_leaf):
    """(gain, left rows) of the best cut of the rows `inside`, or None if there is none."""
    rows = np.array([o[inside[o]] for o in orders])  # [column][rows by value]
    m = rows.shape[1]
    if m < 2 * min_leaf or m < 2:
        return None
    weight, sums = np.cumsum(w[rows], axis=1), np.cumsum(w[rows][..., None] * z[rows], axis=1)
    all_w, all_s = weight[0, -1], sums[0, -1]
    there = np.sum(w[rows[0]] * np.sum(z[rows[0]] ** 2, axis=1))
    spread = there - np.sum(all_s ** 2) / all_w
    if spread < 1e-13 * there:
        return None  # all targets are equal
    if spread < CLEAR * there:
        raise Unclear("pure or not")
    if w[rows[0]].min() < 1e-16 * all_w:
        raise Unclear("faint rows")
    left = slice(min_leaf - 1, m - min_leaf)
    w_l, s_l = weight[:, left], sums[:, left]
    gain = np.sum(s_l ** 2, axis=2) / w_l + np.sum((all_s - s_l) ** 2, axis=2) / (all_w - w_l)
    gain -= np.sum(all_s ** 2) / all_w
    best = gain.max()
    if best < CLEAR * there:
        raise Unclear("no gain")
    near = [frozenset(rows[c, :p + min_leaf]) for c, p in np.argwhere(gain > best - CLEAR * there)]
    everything = frozenset(rows[0])
    if any(part not in (near[0], everything - near[0]) for part in near):
        raise Unclear("two cuts")
    mask = np.zeros_like(inside)
    mask[list(near[0])] = True
    return best, mask


def cart(orders, w, z, max_depth, max_leaves=None, min_leaf=1):
    """The leaf of each row: 0, 1, ...  orders is [columns][rows], each column's rows by value; z is [rows][targets].

    With max_leaves the node that gains most is split first; depth still counts if max_depth is given."""
    n = len(w)
    everything = np.ones(n, bool)
    done, open_ = [], [(everything, 0, cut(orders, everything, w, z, min_leaf))]
    while open_:
        if max_leaves:
            gains = sorted((node[2][0] if node[2] else 0.0 for node in open_), reverse=True)
            if len(open_) > 1 and 0 < gains[0] < gains[1] * (1 + CLEAR):
                raise Unclear("two nodes")
            open_.sort(key=lambda node: node[2][0] if node[2] else 0.0)
        inside, depth, found = open_.pop()
        if not found or (max_leaves and len(done) + len(open_) + 1 >= max_leaves):
            done.append(inside)
            continue
        left = found[1]
        for part in (left, inside & ~left):
            deeper = max_depth is None or depth + 1 < max_depth
            open_.append((part, depth + 1, cut(orders, part, w, z, min_leaf) if deeper else None))
    leaf = np.empty(n, int)
    for i, inside in enumerate(done):
        leaf[inside] = i
    return leaf


def quantile(values, w, q):
    """The smallest value up to which at least the share q of the weight stands."""
    order = np.argsort(values, kind="stable")
    weight = np.cumsum(w[order])
    at = np.abs(weight - q * weight[-1])
    if np.all(w == w[0]):
        at[:] = 1  # numbers of rows: what is equal is equal
    if at.min() < NEAR * weight[-1]:
        raise Unclear("two quantiles")
    return values[order[min(np.searchsorted(weight, q * weight[-1]), len(order) - 1)]]


def c_array(name, values):
    """A static const double array, for clang-format to lay out."""
    return f"static const double {name}[] = {{{', '.join(repr(float(v)) for v in values)}}};\n"


def write_c(header, text, cases, rows):
    """Writes a header and, for its initialiser to include, the file of rows (initialisers too)."""
    with open(header, "w") as f:
        f.write(subprocess.run(["clang-format", f"--assume-filename={header}"], input=text, text=True, check=True,
                               stdout=subprocess.PIPE).stdout)
    with open(cases, "w") as f:
        f.write("".join(textwrap.fill(row, 100, break_long_words=False, break_on_hyphens=False) + "\n" for row in rows))
