/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a board has besides its buses: reset and power, the power button, and the hot-plug registers
 * that the ACPI tables' methods use. The registers, from PORT_PLATFORM:
 *   SLEEP_CONTROL, SLEEP_STATUS  as ACPI has them
 *   EVENTS   read: what has happened since the last read (EVENT_…), and clear
 *   PLUGGED  read: PCI devices that came or went, a bit each, and clear
 *   UNPLUG   read: PCI devices that the guest is asked to let go of, and clear
 *   EJECT    write: PCI devices that the guest has let go of
 */
#ifndef VMM_PLATFORM_H
#define VMM_PLATFORM_H

#define EVENT_POWER_BUTTON 1
#define EVENT_HOT_PLUG 2

void platform_create(void);

void platform_power_button(void);

/* PCI device number `device` came, or is gone without asking. */
void platform_plugged(unsigned int device);
/* Ask the guest to let go of it. */
void platform_unplug(unsigned int device);

#endif
