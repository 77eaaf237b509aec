/* chi2.h -- the chi-square distribution: where its quantiles lie. */
#ifndef CMD_TOYDATA_CHI2_H
#define CMD_TOYDATA_CHI2_H

/* Probability that a sum of `degrees` squared standard normals is below x. */
double chi2_below(double x, int degrees);
/* The x with chi2_below(x) = p, for 0 < p < 1. */
double chi2_quantile(double p, int degrees);

#endif
