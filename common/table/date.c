/* date.c -- see date.h. */
#include "common/table/date.h"

#include <stdint.h>

struct scan {
    const char *p, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool at(const struct scan *s, char c)
{
    return s->p < s->end && *s->p == c;
}

static bool skip(struct scan *s, char c)
{
    if (!at(s, c))
        return false;
    s->p++;
    return true;
}

static int count_digits(const struct scan *s)
{
    const char *p = s->p;
    while (p < s->end && is_digit(*p))
        p++;
    return p - s->p > 20 ? 20 : (int)(p - s->p);
}

/* Exactly n digits, within [low, high]. */
static bool number(struct scan *s, int n, int low, int high, int *value)
{
    *value = 0;
    if (count_digits(s) < n)
        return false;
    while (n-- > 0)
        *value = *value * 10 + (*s->p++ - '0');
    return *value >= low && *value <= high;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static const int days_before[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static int month_length(int year, int month)
{
    return days_before[month] - days_before[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to January 1 of the year, from 0 on; year 0 is leap. */
static int64_t year_start(int year)
{
    int64_t y = year - 1;
    int64_t leaps = year > 0 ? 1 + y / 4 - y / 100 + y / 400 : 0;
    return 365 * (int64_t)year + leaps - 719528;
}

static bool calendar_date(int year, int month, int day, int64_t *days)
{
    if (day > month_length(year, month))
        return false;
    *days = year_start(year) + days_before[month - 1] + (month > 2 && is_leap(year)) + day - 1;
    return true;
}

/* Week 1 is the week, Monday to Sunday, that has January 4. */
static bool week_date(int year, int week, int day, int64_t *days)
{
    int64_t fourth = year_start(year) + 3;
    int64_t weekday = ((fourth + 3) % 7 + 7) % 7; /* Monday 0; 1970-01-01 was a Thursday */
    int64_t next = year_start(year + 1) + 3, next_weekday = ((next + 3) % 7 + 7) % 7;

    *days = fourth - weekday + 7 * (week - 1) + day - 1;
    return fourth - weekday + 7 * (week - 1) < next - next_weekday;
}

static bool after_year(struct scan *s, int year, bool extended, bool digits, int64_t *days)
{
    int month, day = 1, week, n;

    if (skip(s, 'W')) {
        if (!number(s, 2, 1, 53, &week))
            return false;
        bool more = extended ? skip(s, '-') : s->p < s->end && is_digit(*s->p);
        if (more && !number(s, 1, 1, 7, &day))
            return false;
        return week_date(year, week, day, days);
    }
    n = count_digits(s);
    if (n == 3) {
        if (!number(s, 3, 1, 365 + is_leap(year), &day))
            return false;
        *days = year_start(year) + day - 1;
        return true;
    }
    if (extended) {
        if (n != 2 || !number(s, 2, 1, 12, &month))
            return false;
        if (skip(s, '-') && (count_digits(s) != 2 || !number(s, 2, 1, 31, &day)))
            return false;
        return calendar_date(year, month, day, days);
    }
    if (n == 0 && digits && s->p == s->end)
        return calendar_date(year, 1, 1, days);
    return n == 4 && number(s, 2, 1, 12, &month) && number(s, 2, 1, 31, &day) &&
           calendar_date(year, month, day, days);
}

/* ".25" or ",25" as a fraction of one. */
static bool fraction(struct scan *s, double *value)
{
    double scale = 0.1;
    *value = 0;
    if (!at(s, '.') && !at(s, ','))
        return true;
    s->p++;
    if (count_digits(s) == 0)
        return false;
    for (int64_t whole = 0, power = 1; s->p < s->end && is_digit(*s->p); s->p++) {
        if (power < 1000000000000000) { /* further digits are below a double's seconds */
            whole = whole * 10 + (*s->p - '0');
            power *= 10;
        }
        scale = (double)whole / (double)power;
    }
    *value = scale;
    return true;
}

static bool time_of_day(struct scan *s, double *seconds)
{
    int hour, minute = 0, second = 0;
    double part = 0;

    if (!number(s, 2, 0, 24, &hour))
        return false;
    bool colon = skip(s, ':');
    if (colon || (s->p < s->end && is_digit(*s->p))) {
        if (!number(s, 2, 0, 59, &minute))
            return false;
        if (colon ? skip(s, ':') : s->p < s->end && is_digit(*s->p)) {
            if (!number(s, 2, 0, 60, &second) || !fraction(s, &part))
                return false;
        }
    }
    *seconds = hour * 3600 + minute * 60 + second + part;
    return hour < 24 || *seconds == 24 * 3600;
}

static bool zone(struct scan *s, double *east)
{
    int hour, minute = 0;

    *east = 0;
    if (s->p == s->end || skip(s, 'Z') || skip(s, 'z'))
        return true;
    int sign = at(s, '-') ? -1 : 1;
    if (!skip(s, '+') && !skip(s, '-'))
        return false;
    if (!number(s, 2, 0, 23, &hour))
        return false;
    if (s->p < s->end) {
        skip(s, ':');
        if (!number(s, 2, 0, 59, &minute))
            return false;
    }
    *east = sign * (hour * 3600.0 + minute * 60.0);
    return true;
}

bool date_read(const char *text, size_t len, bool digits, double *seconds)
{
    struct scan s = {text, text + len};
    int year;
    int64_t days;
    double time = 0, east = 0;

    if (len < 4 || !number(&s, 4, 0, 9999, &year))
        return false;
    bool extended = skip(&s, '-');
    if (!after_year(&s, year, extended, digits, &days))
        return false;
    if (s.p == s.end) {
        if (!digits && len == (size_t)(count_digits(&(struct scan){text, text + len})))
            return false;
    } else {
        if (!skip(&s, 'T') && !skip(&s, 't') && !skip(&s, ' '))
            return false;
        if (!time_of_day(&s, &time) || !zone(&s, &east) || s.p != s.end)
            return false;
    }
    *seconds = (double)days * 86400.0 + time - east;
    return true;
}
