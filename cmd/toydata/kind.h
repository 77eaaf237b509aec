/*
 * kind.h -- the made data sets: what each is called, which options it takes, how a row is drawn.
 *
 * A row depends on the kind, its parameters, the seed and the row's number, and on nothing else:
 * the first rows of a long table are the rows of a short one, and any thread may draw any row.
 */
#ifndef CMD_TOYDATA_KIND_H
#define CMD_TOYDATA_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/rng.h"

enum {
    TOY_NOISE = 1,   /* takes --noise */
    TOY_CLASSES = 2, /* takes --classes */
    TOY_DIMS = 4,    /* takes --dims */
    TOY_MESH = 8,    /* takes --range and --steps; has neither rows to count nor a target */
    TOY_REAL = 16,   /* y is a number, not a class */
};

enum { TOY_MAX_DIMS = 4096, TOY_MAX_CLASSES = 1000 };

/* One side of a mesh: steps points from low to high, both included. */
struct toy_axis {
    double low, high;
    int64_t steps;
};

/* What the options say; zero or NULL (noise: below 0) where they say nothing. */
struct toy_params {
    uint64_t seed;
    double noise;
    int64_t classes, dims;
    const struct toy_axis *axes; /* [dims], borrowed; TOY_MESH */
};

struct toy;

struct kind {
    const char *name;
    unsigned uses;
    uint32_t stream; /* step of its random numbers: never changes, never used twice */
    double noise;    /* defaults and limits; 0 where the option is not taken */
    int classes, min_classes, max_classes;
    int dims, min_dims;
    char letter; /* columns are called letter + number, from first_number on */
    int first_number;
    int (*prepare)(struct toy *toy, struct err *err); /* fills toy->fixed; may be NULL */
    void (*draw)(const struct toy *toy, struct rng *rng, int64_t row, float *x, double *y);
};

/* A data set with everything settled; const while rows are drawn. */
struct toy {
    const struct kind *kind;
    uint64_t seed;
    double noise;
    int n_classes, n_dims;
    const struct toy_axis *axes;
    double *fixed; /* what the kind computed once: centres, cut points; owned */
};

#define TOY_INIT                                                                                   \
    {                                                                                              \
        .fixed = NULL                                                                              \
    }

/* Every kind once: struct kind_IDENT defines it, IDENT is its name; then its line in --help. */
#define TOY_KINDS(X)                                                                               \
    X(moons, "moons         two half circles, each reaching into the other")                       \
    X(circles, "circles       circles within circles, radius 1 the largest")                       \
    X(blobs, "blobs         normal clouds around random centres")                                  \
    X(spirals, "spirals       arms winding three times around the origin")                         \
    X(rings, "rings         rings around the origin, radius 3 the largest")                        \
    X(checkerboard, "checkerboard  both colours of a 4 x 4 board, or (--classes 1) one")           \
    X(pinwheel, "pinwheel      bent arms around the origin")                                       \
    X(8gaussians, "8gaussians    eight normal clouds on a circle")                                 \
    X(friedman1, "friedman1     regression: five of ten uniform columns matter")                   \
    X(friedman2, "friedman2     regression: impedance of a circuit")                               \
    X(friedman3, "friedman3     regression: phase of a circuit")                                   \
    X(hastie, "hastie        10 normal columns, class 1 outside a sphere")                         \
    X(spheres, "spheres       normal columns, equally likely classes in nested spheres")           \
    X(twonorm, "twonorm       two normal clouds, Bayes error 2.3%")                                \
    X(threenorm, "threenorm     two normal clouds against one between them")                       \
    X(ringnorm, "ringnorm      a narrow normal cloud within a wide one")                           \
    X(waveform, "waveform      three classes, each mixing two of three triangles")                 \
    X(mixed, "mixed         28 columns f0 to f27 of three sorts, two classes")                     \
    X(grid, "grid          every point of a mesh (--range, --steps); no target")

#define TOY_DECLARE(ident, line) extern const struct kind kind_##ident;
TOY_KINDS(TOY_DECLARE)
#undef TOY_DECLARE

extern const struct kind *const kinds[]; /* in that order, ends with NULL */

/* NULL when there is none of that name. */
const struct kind *kind_find(const char *name);
/* The name most like this one, or NULL when none is near. */
const char *kind_suggest(const char *name);

/* Parameters the kind does not take, or out of its limits, are usage errors that name the option.
 */
int toy_init(struct toy *toy, const struct kind *kind, const struct toy_params *params,
    struct err *err) MUST_CHECK;
void toy_release(struct toy *toy);

/* x[n_dims] and, but for a mesh, y.  y follows from the x given, already rounded to float. */
void toy_row(const struct toy *toy, int64_t row, float *x, double *y);
/* Rows of a mesh; -1 when there are more than fit. */
int64_t toy_mesh_rows(const struct toy *toy);

/* Random numbers that belong to the whole data set, not to a row. */
void toy_fixed_rng(const struct toy *toy, struct rng *rng, uint64_t item);

#endif
