// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../lib/host/launch.h"
#include "disk.h"
#include "events.h"
#include "irq.h"
#include "kvm.h"
#include "net.h"
#include "platform.h"
#include "uart.h"
#include "vmm.h"

#define BATCH 16
#define POLLS 3 /* beside the console's */

static int wake_fd = -1;

void events_create(void)
{
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		die("eventfd: %s", strerror(errno));
}

static void handle(const struct ec2_event *event)
{
	switch (event->type) {
	case EC2_EVENT_DISK_ATTACHED:
		disk_attached(event->slot);
		break;
	case EC2_EVENT_DISK_DETACHING:
		disk_detaching(event->slot);
		break;
	case EC2_EVENT_DISK_DETACHED:
		disk_detached(event->slot);
		break;
	case EC2_EVENT_DISK_RESIZED:
		disk_resized(event->slot, event->value);
		break;
	case EC2_EVENT_LOST:
		disks_look_again();
		break;
	case EC2_EVENT_POWER_BUTTON:
		platform_power_button();
		break;
	case EC2_EVENT_RESET:
		vmm_end(EC2_VMM_RESET);
	case EC2_EVENT_STOP:
		vmm_end(EC2_VMM_POWER_OFF);
	}
}

void events_drain(void)
{
	struct ec2_event events[BATCH];
	int i, n;

	while ((n = kvm_events(events, BATCH)) > 0)
		for (i = 0; i < n; i++)
			handle(&events[i]);
	if (n == -ENODEV)
		vmm_end(EC2_VMM_POWER_OFF);
}

void events_wake(void)
{
	irq_raise(wake_fd);
}

void events_run(void)
{
	struct pollfd polls[POLLS + UART_POLLS];
	uint64_t count;

	for (;;) {
		polls[0] = (struct pollfd){.fd = kvm_event_fd(), .events = POLLIN};
		polls[1] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
		/* -1 where there is none: never ready */
		polls[2] = (struct pollfd){.fd = net_control_fd(), .events = POLLIN};
		uart_poll_prepare(polls + POLLS);
		if (poll(polls, POLLS + UART_POLLS, -1) < 0)
			continue;
		if (polls[1].revents && read(wake_fd, &count, sizeof(count)) < 0)
			count = 0;
		if (polls[0].revents)
			events_drain();
		if (polls[2].revents)
			net_serve_control();
		uart_poll_done(polls + POLLS);
	}
}
