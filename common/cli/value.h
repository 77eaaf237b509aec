/* value.h -- the value of one option: from text, and back. */
#ifndef COMMON_CLI_VALUE_H
#define COMMON_CLI_VALUE_H

#include "common/cli/opt.h"

/* Does the option take a value? */
bool value_wanted(const struct opt *opt);

/* Reads text into the field; ERR_USAGE without the option's name. Flags take no text. */
int value_set(const struct opt *opt, void *field, const char *text, struct err *err) MUST_CHECK;

/* Appends the default as help shows it; nothing when there is none to show.  -1: no memory. */
int value_show(const struct opt *opt, const void *field, struct buf *out) MUST_CHECK;

/* Appends the allowed values of an ENUM, with between two of them.  -1: no memory. */
int value_names(const struct opt *opt, const char *between, struct buf *out) MUST_CHECK;

#endif
