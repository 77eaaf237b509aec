/* interrupt.c -- see interrupt.h. */
#include "common/base/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t noted;

int interrupt_signal(void)
{
    return noted;
}

void interrupt_note(int signal)
{
    noted = signal;
}
