/* unit.c -- see unit.h. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_close(double a, double b, double rtol, double atol)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b))
        return a == b;
    return fabs(a - b) <= atol + rtol * fabs(b);
}

void unit_close(
    double a, double b, double rtol, double atol, const char *what, const char *file, int line)
{
    if (is_close(a, b, rtol, atol))
        return;
    print_error("%s is %.17g, not %.17g (difference %.3g)\n", what, a, b, a - b);
    _fail(file, line);
}

void unit_all_close(const double *a, const double *b, size_t n, double rtol, double atol,
    const char *what, const char *file, int line)
{
    for (size_t i = 0; i < n; i++) {
        if (is_close(a[i], b[i], rtol, atol))
            continue;
        print_error(
            "%s[%zu] is %.17g, not %.17g (difference %.3g)\n", what, i, a[i], b[i], a[i] - b[i]);
        _fail(file, line);
    }
}

void unit_all_close_f32(const float *a, const float *b, size_t n, double rtol, double atol,
    const char *what, const char *file, int line)
{
    for (size_t i = 0; i < n; i++) {
        if (is_close((double)a[i], (double)b[i], rtol, atol))
            continue;
        print_error("%s[%zu] is %.9g, not %.9g\n", what, i, (double)a[i], (double)b[i]);
        _fail(file, line);
    }
}

void unit_ok(int ret, const struct err *err, const char *what, const char *file, int line)
{
    if (ret >= 0)
        return;
    print_error("%s failed: %s\n", what, err->text);
    _fail(file, line);
}

void unit_err(int ret, const struct err *err, enum err_kind kind, const char *text,
    const char *what, const char *file, int line)
{
    if (ret == -1 && err->kind == kind && strstr(err->text, text))
        return;
    print_error("%s returned %d, kind %d, message '%s'; not -1, kind %d, '...%s...'\n", what, ret,
        (int)err->kind, err->text, (int)kind, text);
    _fail(file, line);
}

/* ---- files ---- */

enum { FILES_MAX = 256, PATH_LENGTH = 256 };

static struct {
    pid_t owner; /* a forked child leaves the folder to its parent */
    char folder[64];
    char path[FILES_MAX][PATH_LENGTH];
    int n;
} scratch;

static void scratch_remove(void)
{
    if (getpid() != scratch.owner)
        return;
    for (int i = 0; i < scratch.n; i++)
        unlink(scratch.path[i]);
    rmdir(scratch.folder);
}

const char *unit_path(const char *name)
{
    if (!scratch.owner) {
        strncpy(scratch.folder, "/tmp/learnutils-unit.XXXXXX", sizeof scratch.folder - 1);
        assert_non_null(mkdtemp(scratch.folder));
        scratch.owner = getpid();
        assert_int_equal(atexit(scratch_remove), 0);
    }
    for (int i = 0; i < scratch.n; i++)
        if (strcmp(scratch.path[i] + strlen(scratch.folder) + 1, name) == 0)
            return scratch.path[i];
    assert_true(scratch.n < FILES_MAX);
    char *path = scratch.path[scratch.n++];
    int length = snprintf(path, PATH_LENGTH, "%s/%s", scratch.folder, name);
    assert_true(length > 0 && length < PATH_LENGTH);
    return path;
}

const char *unit_file(const char *name, const void *bytes, size_t n)
{
    const char *path = unit_path(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}
