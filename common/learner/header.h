/*
 * header.h -- the names of an output's columns, none of them twice.
 */
#ifndef COMMON_LEARNER_HEADER_H
#define COMMON_LEARNER_HEADER_H

#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/io/stream/output.h"
#include "common/table/dict.h"

struct header {
    char delimiter;
    const char *prefix; /* before names of ours: "", or ends with '.' */
    /* a name that is there already: "BEFORE 'name' AFTER" */
    enum err_kind kind;
    const char *before, *after;
    struct dict *names;
    struct buf line;
};

int header_init(struct header *h, struct err *err) MUST_CHECK; /* the fields up to after are set */
void header_release(struct header *h);
/* The next column: as it is, or a name of ours, prefix, stem and name. */
int header_keep(struct header *h, const char *name, struct err *err) MUST_CHECK;
int header_add(struct header *h, const char *stem, const char *name, struct err *err) MUST_CHECK;
/* stem_FIRST to stem_LAST */
int header_add_numbered(
    struct header *h, const char *stem, int64_t first, int64_t last, struct err *err) MUST_CHECK;
/* Writes the line. */
int header_put(const struct header *h, struct output *out, struct err *err) MUST_CHECK;

#endif
