/*
 * date.h -- ISO 8601 dates to seconds.
 *
 *   dates   2024-02-29  20240229  2024-060 (ordinal)  2024060  2024-W09-4 (week)  2024W094
 *           2024-02  2024-W09  2024 (the first day of them)
 *   times   after T, t or one blank: 17  17:30  1730  17:30:15  173015  17:30:15.25  (or ,25)
 *           24:00:00 is the next day's start, a leap second :60 the next minute's
 *   zones   Z  z  +01  -0530  +05:30; without one: UTC
 */
#ifndef COMMON_TABLE_DATE_H
#define COMMON_TABLE_DATE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * All of text as a date: UTC seconds since 1970, proleptic Gregorian.  Dates of digits alone (2024,
 * 20240229) look like numbers and are taken only when digits says so.
 */
bool date_read(const char *text, size_t len, bool digits, double *seconds);

#endif
