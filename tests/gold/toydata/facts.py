#!/usr/bin/env python3
"""What is known of the made data sets, by integration: the numbers in tests/unit/cmd_toydata.

Needs numpy and scipy.  The means of `mixed` are of four million rows drawn by numpy."""
import numpy as np
from scipy import integrate, special, stats

print("chi-square quantiles")
for p, d in [(0.5, 10), (1 / 3, 10), (2 / 3, 10), (0.5, 1), (0.001, 3), (0.999, 4096)]:
    print(f"  {p:.4f} {d:5d} {stats.chi2.ppf(p, d):.15g}")

print("Bayes errors")
print("  twonorm  ", stats.norm.cdf(-2))


def threenorm_side(u, v):
    """Densities of both classes over the projections on (1,1,..) and (1,-1,..)."""
    n = stats.norm.pdf
    return (n(u - 2) + n(u + 2)) / 2 * n(v), n(u) * n(v - 2)


t = np.linspace(-9, 9, 3601)
u, v = np.meshgrid(t, t)
print("  threenorm", np.minimum(*threenorm_side(u, v)).sum() * (t[1] - t[0]) ** 2 / 2)
d, aa = 20, 1.0  # |a|^2 with a = 1/sqrt(20)
r2 = (2 * d * np.log(2) + aa / 3) * 4 / 3  # class 1 is chosen within this ball around 4a/3
print("  ringnorm ", (stats.ncx2.sf(r2, d, aa / 9) + stats.ncx2.cdf(r2 / 4, d, aa * 16 / 9 / 4)) / 2)

print("Means and standard deviations without noise")
si, ci = special.sici(np.pi)
cin = np.euler_gamma + np.log(np.pi) - ci
print("  friedman1 mean", 10 * cin / np.pi + 20 / 12 + 5 + 2.5)
node, weight = np.polynomial.legendre.leggauss(64)
node, weight = (node + 1) / 2, weight / 2


def tensor_mean(f):
    w = weight
    total = 0.0
    for i, a in enumerate(node):
        b, c, e = np.meshgrid(node, node, node, indexing="ij")
        ww = w[:, None, None] * w[None, :, None] * w[None, None, :]
        total += w[i] * (ww * f(100 * a, (40 + 520 * b) * np.pi, c, 1 + 10 * e)).sum()
    return total


def two(a, b, c, e):
    return np.sqrt(a**2 + (b * c - 1 / (b * e)) ** 2)


def three(a, b, c, e):
    return np.arctan((b * c - 1 / (b * e)) / a)


for name, f in [("friedman2", two), ("friedman3", three)]:
    m = tensor_mean(f)
    print(f"  {name} mean {m:.8g} sd {np.sqrt(tensor_mean(lambda *x: f(*x) ** 2) - m * m):.8g}")

print("mixed: P(y = 1), then the mean of (y - P) times a term of the score")
rng = np.random.default_rng(3)
sums, n = np.zeros(9), 0
for _ in range(40):
    rows = 100_000
    x = rng.normal(size=(rows, 28))
    x[:, 20:24] = np.exp(x[:, 20:24])
    x[:, 24:28] = rng.integers(0, 6, size=(rows, 4))
    terms = np.stack([np.sin(2 * x[:, 0]), x[:, 1] * x[:, 2], (x[:, 3] > 0) * x[:, 4],
                      np.log(x[:, 20]) * x[:, 5], x[:, 24] == 2, x[:, 25] > 3, x[:, 6] ** 2,
                      np.abs(x[:, 7])])
    score = np.array([1, 1, 0.7, 0.5, 0.6, -0.4, 0.3, 0.3]) @ terms - 0.3
    p = 1 / (1 + np.exp(-score))
    sums[0] += p.sum()
    sums[1:] += ((p - 0.5358) * terms).sum(axis=1)
    n += rows
print("  with P taken as 0.5358:", *(f"{s / n:.4f}" for s in sums))
