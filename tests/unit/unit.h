/*
 * unit.h -- what every unit test includes first: cmocka, and comparisons it lacks.
 *
 * A test program is one file, main() at its end:
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {cmocka_unit_test(test_this),
 * cmocka_unit_test(test_that)}; return cmocka_run_group_tests(tests, NULL, NULL);
 *     }
 *
 * It runs with the top of the sources as its working directory.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/err.h"
#include "tests/unit/fault.h"

/* |a - b| <= atol + rtol * |b|; equal infinities are close, and so are two NaNs. b is what is
 * right. */
#define assert_close(a, b, rtol, atol) unit_close((a), (b), (rtol), (atol), #a, __FILE__, __LINE__)

/* The same for n doubles (floats); names the first that differs. */
#define assert_all_close(a, b, n, rtol, atol)                                                      \
    unit_all_close((a), (b), (n), (rtol), (atol), #a, __FILE__, __LINE__)
#define assert_all_close_f32(a, b, n, rtol, atol)                                                  \
    unit_all_close_f32((a), (b), (n), (rtol), (atol), #a, __FILE__, __LINE__)

/* call returned 0 (not -1); else prints the message of err. */
#define assert_ok(call, err) unit_ok((call), (err), #call, __FILE__, __LINE__)

/* call returned -1 with this kind and a message that contains text. */
#define assert_err(call, err, kind, text)                                                          \
    unit_err((call), (err), (kind), (text), #call, __FILE__, __LINE__)

void unit_close(
    double a, double b, double rtol, double atol, const char *what, const char *file, int line);
void unit_all_close(const double *a, const double *b, size_t n, double rtol, double atol,
    const char *what, const char *file, int line);
void unit_all_close_f32(const float *a, const float *b, size_t n, double rtol, double atol,
    const char *what, const char *file, int line);
void unit_ok(int ret, const struct err *err, const char *what, const char *file, int line);
void unit_err(int ret, const struct err *err, enum err_kind kind, const char *text,
    const char *what, const char *file, int line);

/*
 * A file of these bytes in a folder of the test's own, removed when the program ends.  Returns its
 * path, which stays the test's until then.  unit_path() names a file there without making it.
 */
const char *unit_file(const char *name, const void *bytes, size_t n);
const char *unit_path(const char *name);

#endif
