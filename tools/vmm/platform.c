// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdatomic.h>

#include "../../lib/host/launch.h"
#include "bus.h"
#include "disk.h"
#include "irq.h"
#include "layout.h"
#include "platform.h"
#include "vmm.h"

#define SLEEP_ENABLE 0x20
#define RESET_CPU 0x04
#define KEYBOARD_RESET 0xfe

static atomic_uint events, plugged, unplug;
static int irq = -1;

static void raise_event(unsigned int event)
{
	atomic_fetch_or(&events, event);
	irq_raise(irq);
}

void platform_power_button(void)
{
	raise_event(EVENT_POWER_BUTTON);
}

void platform_plugged(unsigned int device)
{
	atomic_fetch_or(&plugged, 1U << device);
	raise_event(EVENT_HOT_PLUG);
}

void platform_unplug(unsigned int device)
{
	atomic_fetch_or(&unplug, 1U << device);
	raise_event(EVENT_HOT_PLUG);
}

static void eject(uint32_t devices)
{
	unsigned int device;

	for (device = 0; device < 32; device++)
		if (devices & 1U << device)
			disk_eject(device);
}

static void write_platform(const struct bus_access *access)
{
	switch (access->offset) {
	case PLATFORM_SLEEP_CONTROL:
		if (access->value & SLEEP_ENABLE && (access->value >> 2 & 7) == SLEEP_TYPE_S5)
			vmm_end(EC2_VMM_POWER_OFF);
		break;
	case PLATFORM_EJECT:
		eject((uint32_t)access->value);
		break;
	}
}

static uint32_t read_platform(uint64_t offset)
{
	switch (offset) {
	case PLATFORM_EVENTS:
		return atomic_exchange(&events, 0);
	case PLATFORM_PLUGGED:
		return atomic_exchange(&plugged, 0);
	case PLATFORM_UNPLUG:
		return atomic_exchange(&unplug, 0);
	default:
		return 0;
	}
}

static void access_platform(struct bus_access *access)
{
	if (access->write)
		write_platform(access);
	else
		access->value = read_platform(access->offset);
}

static void access_reset(struct bus_access *access)
{
	if (access->write && access->value & RESET_CPU)
		vmm_end(EC2_VMM_RESET);
	access->value = 0;
}

/* There is no keyboard; but its controller's reset is how some kernels restart a machine. */
static void access_keyboard(struct bus_access *access)
{
	if (access->write && access->offset == 4 && (access->value & 0xff) == KEYBOARD_RESET)
		vmm_end(EC2_VMM_RESET);
	access->value = 0;
}

void platform_create(void)
{
	irq = irq_pin(GSI_EVENTS);
	bus_add(BUS_PORTS, PORT_PLATFORM, PLATFORM_PORTS, access_platform);
	bus_add(BUS_PORTS, PORT_RESET, 1, access_reset);
	bus_add(BUS_PORTS, PORT_KEYBOARD, 5, access_keyboard);
}
