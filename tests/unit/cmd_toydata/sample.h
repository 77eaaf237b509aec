/* sample.h -- rows of a made data set, and what their moments must be. */
#ifndef TESTS_UNIT_CMD_TOYDATA_SAMPLE_H
#define TESTS_UNIT_CMD_TOYDATA_SAMPLE_H

#include "cmd/toydata/kind.h"
#include "tests/unit/unit.h"

#define PI 3.14159265358979323846

enum { ROWS = 20000 };

struct sample {
    struct toy toy;
    int n, d, k;
    float *x; /* [n][d] */
    double *y;
};

extern const struct toy_params nothing; /* no option given, seed 1 */

struct sample draw(const char *name, struct toy_params params, int n);
void drop(struct sample *s);
const float *row(const struct sample *s, int i);

/* Mean and standard deviation of column d (-1: y) over the rows of class c (-1: all). */
void moments(const struct sample *s, int d, int c, double *mean, double *sd, int *count);

/* Sampling errors are allowed for at five standard deviations; the seed is fixed, so a pass stays a
 * pass. */

/* Normal with this mean and standard deviation, as far as two moments tell. */
void assert_moments(const struct sample *s, int d, int c, double mean, double sd);
/* A share of n that has probability p. */
void assert_share(double share, double p, int n);
void assert_classes_even(const struct sample *s);

#endif
