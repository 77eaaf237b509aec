/* common_opts.c -- the options that every program has; see opt.h. */
#include "common/cli/opt.h"

#define THREADS_MAX 1024

const struct opt common_opts[] = {
    OPT_HEAD(OPT_GENERAL),
    OPT_STRING('o', "output", struct common_options, output, "FILE",
        "write the result to FILE instead of standard output"),
    OPT_FLAG('q', "quiet", struct common_options, quiet, "print nothing but errors"),
    OPT_FLAG('v', "verbose", struct common_options, verbose, "tell more of what is done"),
    OPT_END,
};

const struct opt common_seed_opt[] = {
    OPT_HEAD(OPT_GENERAL),
    OPT_INT('s', "seed", struct common_options, seed, 0, 0x1p53, "N",
        "seed of the random numbers; the same seed gives the same bytes"),
    OPT_END,
};

const struct opt common_thread_opt[] = {
    OPT_HEAD(OPT_GENERAL),
    OPT_INT('j', "threads", struct common_options, threads, 1, THREADS_MAX, "N",
        "threads to use (default: LEARNUTILS_THREADS, else the CPUs available)"),
    OPT_END,
};
