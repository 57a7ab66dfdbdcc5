/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device thread: what comes from outside, which is the module's events, the network
 * interface's control queue and the console.
 */
#ifndef VMM_EVENTS_H
#define VMM_EVENTS_H

void events_create(void);

/* Handle what is there already, without waiting: the disks attached before the machine was made. */
void events_drain(void);

/* Until the machine's end. */
void events_run(void) __attribute__((noreturn));

/* Make the device thread look anew at what it polls. From any thread. */
void events_wake(void);

#endif
