/*
 * interrupt.h -- the signal flag.
 *
 * common/cli installs the handlers (SIGINT, SIGTERM); they only note the signal here.  Code that
 * waits in a system call looks at the flag when the call returns EINTR.
 */
#ifndef COMMON_BASE_INTERRUPT_H
#define COMMON_BASE_INTERRUPT_H

int interrupt_signal(void);      /* the signal that came, or 0 */
void interrupt_note(int signal); /* async-signal-safe */

#endif
