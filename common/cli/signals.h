/*
 * signals.h -- what signals do to a program of the suite.
 *
 * SIGINT, SIGTERM and SIGHUP set the flag of common/base/interrupt.h, unless they were ignored when
 * the program started (nohup, a background job); the next one kills.  SIGPIPE and SIGXFSZ are
 * ignored, so that a write fails and what was begun can be cleaned up.
 */
#ifndef COMMON_CLI_SIGNALS_H
#define COMMON_CLI_SIGNALS_H

void signals_install(void);

/* Around the start of threads: those started between never handle SIGINT, SIGTERM or SIGHUP, so
 * that these interrupt the main thread's system calls. */
void signals_hold(void);
void signals_let(void);

/* In a child process before exec: SIGPIPE and SIGXFSZ act as usual again. */
void signals_before_exec(void);

/* Dies of the signal by its default action. */
_Noreturn void signals_die(int signal_number);

#endif
