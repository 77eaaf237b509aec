/*
 * constraints.h -- the texts of monotone and interaction constraints.
 */
#ifndef CMD_XGB_CONSTRAINTS_H
#define CMD_XGB_CONSTRAINTS_H

#include "common/base/err.h"
#include "common/table/schema.h"
#include "common/tree/grow.h"

/*
 * "(1,0,-1)": by position among the features, brackets optional, those left out 0; or
 * "NAME:1,NAME:-1".  Into direction[n_cols], all 0 before.
 */
int monotone_parse(
    const char *text, const struct schema *schema, int8_t *direction, struct err *err) MUST_CHECK;

/* "[[0,1],[2,3]]": positions from 0 among the features, or names (quoted or not).  Release with
 * interactions_release(). */
int interactions_parse(const char *text, const struct schema *schema, struct interactions *in,
    struct err *err) MUST_CHECK;
void interactions_release(struct interactions *in);

#endif
