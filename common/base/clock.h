/* clock.h -- time since some moment, in seconds, never going back. */
#ifndef COMMON_BASE_CLOCK_H
#define COMMON_BASE_CLOCK_H

double clock_seconds(void);

#endif
