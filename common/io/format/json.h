/*
 * json.h -- JSON by jansson, with limits, and errors in the suite's form.
 */
#ifndef COMMON_IO_FORMAT_JSON_H
#define COMMON_IO_FORMAT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"

/* Parses untrusted text: duplicate keys refused, jansson's depth limit kept.  json_decref() the
 * result. */
json_t *json_parse(const char *text, size_t len, struct err *err) MUST_CHECK;

/* Members of an object, checked: -1 with a message naming the key when absent or of another type or
 * range. */
int json_get_int(const json_t *object, const char *key, int64_t min, int64_t max, int64_t *value,
    struct err *err) MUST_CHECK;
int json_get_real(const json_t *object, const char *key, double *value, struct err *err) MUST_CHECK;
int json_get_string(const json_t *object, const char *key, const char **value,
    struct err *err) MUST_CHECK; /* owned by the object; has no NUL inside */
int json_get_bool(const json_t *object, const char *key, bool *value, struct err *err) MUST_CHECK;
int json_get_array(
    const json_t *object, const char *key, const json_t **value, struct err *err) MUST_CHECK;
int json_get_object(
    const json_t *object, const char *key, const json_t **value, struct err *err) MUST_CHECK;

/* The value as compact text in insertion order, reals with the shortest text that round-trips;
 * appended to out. */
int json_write(const json_t *value, struct buf *out, struct err *err) MUST_CHECK;
/* A JSON string literal of any bytes: what is not UTF-8 is refused. */
int json_write_string(struct buf *out, const char *text, size_t len, struct err *err) MUST_CHECK;

#endif
