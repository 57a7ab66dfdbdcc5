/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's end of the serial port: a socket, never waited for. Output is gathered and sent by the
 * line, or a moment after its first byte, so that a byte from the guest does not cost a system call.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Take the socket over. Ends the process with a message when it is not one. */
void console_create(int fd);

/* Called under the UART's lock. */
void console_put(uint8_t byte);
bool console_full(void);
void console_send(void);
/* Up to n bytes of input. Return: how many. */
size_t console_get(uint8_t *bytes, size_t n);

/* What the device thread polls: the socket (with these poll events), and the timer for output. */
int console_fd(void);
short console_wants(bool input);
int console_timer(void);

#endif
