/* about.h -- what a model's file says of itself, for people and for programs. */
#ifndef CMD_MODEL_ABOUT_H
#define CMD_MODEL_ABOUT_H

#include "cmd/model/facts.h"
#include "cmd/model/opened.h"

/* Both append to out.  facts is NULL where there are no trees; arrays: each of them, too. */
int about_text(const struct opened *o, const struct forest_facts *facts, bool arrays,
    struct buf *out, struct err *err) MUST_CHECK;
int about_json(const struct opened *o, const struct forest_facts *facts, struct buf *out,
    struct err *err) MUST_CHECK;

#endif
