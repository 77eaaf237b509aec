/*
 * toy.h -- a small program to try common/cli on: verbs train, wrap and none.
 *
 * A test program is the toy itself when it is called by the toy's name (toy_main), so that a test
 * can run it as a process of its own.
 */
#ifndef TESTS_UNIT_CLI_TOY_H
#define TESTS_UNIT_CLI_TOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/cli/verb.h"

struct toy_input {
    const char *target;
    struct opt_strings extra;
};

struct toy_options {
    struct common_options common;
    struct toy_input input;
    int64_t n_trees, max_depth;
    double fraction, rate;
    int criterion;
    bool replace, extra_trees;
    char delimiter;
    const char *act; /* how run() behaves */
};

extern const struct toy_options toy_defaults;
extern const struct opt toy_opts[];
extern const struct verb toy_train, toy_wrap, toy_none;
extern const struct program toy_program;

/* First in main(): when argv[0] is the toy's, runs it and returns true with its exit status. */
bool toy_main(int argc, char **argv, int *status);

/* How a call of the toy ended: its exit status, or minus the signal that killed it. */
struct toy_result {
    int status;
    char out[16384], err[16384];
};

/* Runs "name words..." (toy, toy-train, single) with standard input from /dev/null. Words end with
 * NULL. */
void toy_run(struct toy_result *r, const char *name, const char *const *words);
#define TOY_RUN(r, name, ...) toy_run((r), (name), (const char *const[]){__VA_ARGS__, NULL})

/* Starts it with these as descriptors 0, 1 and 2 (-1: closed); toy_wait() returns as status does.
 */
pid_t toy_start(const char *name, const char *const *words, int in, int out, int err);
int toy_wait(pid_t pid);

/* The folder that holds the links toy, toy-train, toy-wrap, toy-none and single. */
const char *toy_folder(void);

#endif
