/*
 * model.h -- what every model file has: safetensors whose metadata describe it.
 *
 * Metadata: "learnutils" the format number (2; 1 is read too), "program" the algorithm ("rf"),
 * "crc32" (8 hex digits, verified on reading when present) of the arrays, the description and the
 * program, "description" a JSON object with everything else (schema, options, ...), written by the
 * parts that own it.  Files hold no file names, thread counts or times.
 */
#ifndef COMMON_IO_FORMAT_MODEL_H
#define COMMON_IO_FORMAT_MODEL_H

#include "common/base/err.h"
#include "common/io/format/json.h"
#include "common/io/format/safetensors.h"

enum { MODEL_FORMAT = 2 };

/* Adds the metadata and writes the file.  description is borrowed. */
int model_write(struct st_writer *w, const char *program, const json_t *description,
    struct output *out, struct err *err) MUST_CHECK;

struct model {
    struct input *in;
    struct st_file *st;
    char program[64];
    json_t *description;
};

#define MODEL_INIT                                                                                 \
    {                                                                                              \
        .in = NULL                                                                                 \
    }

/* Opens path ("-" standard input) and checks format and CRC.  program NULL takes any; otherwise
 * another program's model is refused ("this is a gbdt model: use gbdt-predict").  A file that is no
 * model says so. */
int model_open(struct model *m, const char *path, const char *program, struct err *err) MUST_CHECK;
int model_from_memory(
    struct model *m, const void *bytes, size_t n, const char *program, struct err *err) MUST_CHECK;
void model_release(struct model *m);

#endif
