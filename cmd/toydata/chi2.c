/*
 * chi2.c -- see chi2.h.
 *
 * P(a, x) of Abramowitz and Stegun 1964: the series 6.5.29 below x = a + 1, the continued fraction
 * 6.5.31 above, where each converges fast.
 */
#include "cmd/toydata/chi2.h"

#include <math.h>

enum { TERMS = 100000 };

static double by_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int n = 1; n < TERMS && term > sum * 1e-17; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

/* 1 - P, evaluated forwards (Lentz 1976). */
static double by_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
    for (int n = 1; n < TERMS; n++) {
        double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = b + an / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return h * exp(a * log(x) - x - lgamma(a));
}

double chi2_below(double x, int degrees)
{
    double a = degrees / 2.0;

    x /= 2;
    if (x <= 0)
        return 0;
    return x < a + 1 ? by_series(a, x) : 1 - by_fraction(a, x);
}

/* Halving an interval until it cannot be halved: slow, certain, and done once a run. */
double chi2_quantile(double p, int degrees)
{
    double low = 0, high = degrees + 1.0;

    while (chi2_below(high, degrees) < p)
        high *= 2;
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return middle;
        if (chi2_below(middle, degrees) < p)
            low = middle;
        else
            high = middle;
    }
}
