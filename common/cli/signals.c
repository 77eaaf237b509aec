/* signals.c -- see signals.h. */
#include "common/cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "common/base/interrupt.h"

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
static const int ignored[] = {SIGPIPE, SIGXFSZ};
enum {
    N_STOPPING = sizeof stopping / sizeof *stopping,
    N_IGNORED = sizeof ignored / sizeof *ignored
};

static void signal_handle(int signal_number)
{
    if (interrupt_signal() == 0) {
        interrupt_note(signal_number);
        return;
    }
    raise(signal_number); /* another kind than the first: by default it kills, once we return */
}

/* Without SA_RESTART, so that waiting calls return with EINTR; each kind is caught once. */
void signals_install(void)
{
    struct sigaction note = {.sa_handler = signal_handle, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;

    sigemptyset(&note.sa_mask);
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < N_STOPPING; i++)
        if (sigaction(stopping[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(stopping[i], &note, NULL);
    for (size_t i = 0; i < N_IGNORED; i++)
        sigaction(ignored[i], &ignore, NULL);
}

static void signals_mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < N_STOPPING; i++)
        sigaddset(&set, stopping[i]);
    pthread_sigmask(how, &set, NULL);
}

void signals_hold(void)
{
    signals_mask(SIG_BLOCK);
}

void signals_let(void)
{
    signals_mask(SIG_UNBLOCK);
}

void signals_before_exec(void)
{
    for (size_t i = 0; i < N_IGNORED; i++)
        signal(ignored[i], SIG_DFL);
}

_Noreturn void signals_die(int signal_number)
{
    sigset_t set;

    signal(signal_number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    _exit(128 + signal_number); /* a signal whose default does not kill */
}
