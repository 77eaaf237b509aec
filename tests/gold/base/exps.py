#!/usr/bin/env python3
"""Prints the constants of common/base/exps.c and how far its polynomials are off.

Usage: python3 tests/gold/base/exps.py

Each polynomial goes through its function, a Taylor series in exact fractions, at the Chebyshev
nodes of the interval: that is within a small factor of the best polynomial of the degree.  Errors
are of the whole function, relative, with coefficients rounded to doubles.
"""
import math
from fractions import Fraction

TERMS = 40


def through(f, low, high, degree):
    """Coefficients, lowest first, of the polynomial that meets f at the Chebyshev nodes."""
    n = degree + 1
    nodes = [Fraction((low + high) / 2 + (high - low) / 2 * math.cos((i + .5) * math.pi / n))
             for i in range(n)]
    divided = [f(x) for x in nodes]
    for k in range(1, n):
        for i in range(n - 1, k - 1, -1):
            divided[i] = (divided[i] - divided[i - 1]) / (nodes[i] - nodes[i - k])
    coefs = [Fraction(0)] * n
    for x, d in zip(reversed(nodes), reversed(divided)):  # coefs = coefs * (r - x) + d
        coefs = [(coefs[i - 1] if i else d) - x * coefs[i] for i in range(n)]
    return coefs


def value(coefs, x):
    return sum(c * x**i for i, c in enumerate(coefs))


def show(name, f, whole, low, high, degree):
    """whole(x, y) is the function when the polynomial gives y."""
    coefs = [float(c) for c in through(f, low, high, degree)]
    exact = [Fraction(c) for c in coefs]
    worst = 0
    for i in range(1, 1000):
        x = Fraction(low + (high - low) * i / 1000)
        right = whole(x, f(x))
        if right:
            worst = max(worst, abs(float((whole(x, value(exact, x)) - right) / right)))
    print(f"{name}: error 2^{math.log2(worst):.1f}")
    for c in coefs:
        print(f"    {c.hex()}")


# e^r = 1 + r + r^2 / 2 + r^3 P(r), |r| <= ln 2 / 2
show("exp", lambda r: sum(r**k / math.factorial(k + 3) for k in range(TERMS)),
     lambda r, p: 1 + r + r * r / 2 + r**3 * p, -.3467, .3467, 9)

# 2 atanh(s) = 2 s + s^3 Q(s^2), |s| <= (sqrt 2 - 1) / (sqrt 2 + 1)
show("log", lambda w: sum(2 * w**k / (2 * k + 3) for k in range(TERMS)),
     lambda w, q: 2 + w * q, 0, .17158**2, 6)

# ln 2 = 2 atanh(1 / 3); the upper part has 42 bits, so that a product with an exponent is exact.
ln2 = sum(Fraction(2, (2 * k + 1) * 3 ** (2 * k + 1)) for k in range(60))
upper = Fraction(round(ln2 * 2**42), 2**42)
print("ln 2:", float(upper).hex(), float(ln2 - upper).hex())
print("1 / ln 2:", float(1 / ln2).hex())
print("sqrt(1 / 2):", math.sqrt(.5).hex())
