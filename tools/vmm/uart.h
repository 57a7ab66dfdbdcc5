/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A 16550A at COM1. */
#ifndef VMM_UART_H
#define VMM_UART_H

#include <poll.h>

/* Put it on the bus, with `console` (a stream socket) behind it. */
void uart_create(int console);

/* The device thread's part: what to poll, in two entries, and what to do after. */
#define UART_POLLS 2
void uart_poll_prepare(struct pollfd *polls);
void uart_poll_done(const struct pollfd *polls);

/* Hand over what the guest has written so far: at the machine's end. */
void uart_flush(void);

#endif
