/* runs.h -- runs of gbdt, for its tests. */
#ifndef TESTS_UNIT_CMD_GBDT_RUNS_H
#define TESTS_UNIT_CMD_GBDT_RUNS_H

#include "cmd/gbdt/gbdt.h"
#include "tests/unit/fitted.h"

extern const struct gbdt_params runs_defaults; /* those of the program, and seed 1 */

/* A run: what is asked for may be changed before it is fitted. */
struct a_run {
    struct gbdt_params params;
    struct table *train, *valid; /* valid may be NULL; both the caller's */
    struct metric metric;
    struct fit_opts opts; /* measures after every round */
    struct watch watch;
    struct fit fit;
};

/* Nothing is fitted yet. */
void run_prepare(
    struct a_run *run, const struct gbdt_params *params, struct table *train, int n_rounds);
/* Goes on with what run->fit has. */
int run_fit(struct a_run *run, struct err *err);
/* A run that succeeds: fit_release() its fit. */
struct fit run_whole(const struct gbdt_params *params, struct table *train, int n_rounds);

#endif
