/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Interrupts: eventfds that KVM turns into an I/O APIC pin or a message (irqfd), and the table that
 * says which. Calls that change it are made under device_lock (device.h) or before the guest runs.
 */
#ifndef VMM_IRQ_H
#define VMM_IRQ_H

#include <stdint.h>

#define IRQ_MAX_MESSAGES 512

/* An eventfd that pulses I/O APIC pin `gsi`. Ends the process on failure. */
int irq_pin(unsigned int gsi);

/* Raise what an eventfd stands for; never waits. */
void irq_raise(int eventfd);

/* Let GSI_MSI + `message` stand for this MSI address and data. Return: 0 or -errno. */
int irq_route_message(unsigned int message, uint64_t address, uint32_t data);

#endif
