/*
 * number.h -- decimal text to double and back, exactly, whatever the locale.
 */
#ifndef COMMON_IO_FORMAT_NUMBER_H
#define COMMON_IO_FORMAT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_MAX 32 /* room for any number_write*() text with its NUL */

/*
 * Reads all of text[0..len) as a decimal number: optional sign, digits with at most one point,
 * optional exponent; inf, infinity with a sign in any case.  Not numbers: hexadecimal, nan(...),
 * surrounding blanks, and what overflows double.  The result is correctly rounded.
 */
bool number_read(const char *text, size_t len, double *value);

/* The shortest text that reads back as the same double (float); "nan", "inf", "-inf", "-0".
 * Returns its length; text has NUMBER_MAX bytes. */
int number_write(double value, char *text);
int number_write_float(float value, char *text);

#endif
