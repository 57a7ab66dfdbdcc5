// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "irq.h"
#include "kvm.h"
#include "layout.h"
#include "vmm.h"

/* KVM takes the whole table at every change. Pins first, then messages in the order they came. */
static struct {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entries[GSI_PINS + IRQ_MAX_MESSAGES];
} table;

static struct kvm_irq_routing_entry *add(unsigned int gsi, unsigned int type)
{
	struct kvm_irq_routing_entry *entry = &table.entries[table.head.nr++];

	entry->gsi = gsi;
	entry->type = type;
	return entry;
}

int irq_pin(unsigned int gsi)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct kvm_irq_routing_entry *entry;
	int error;

	if (fd < 0)
		die("eventfd: %s", strerror(errno));
	entry = add(gsi, KVM_IRQ_ROUTING_IRQCHIP);
	entry->u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
	entry->u.irqchip.pin = gsi;
	error = kvm_routes(&table.head);
	if (!error)
		error = kvm_irqfd(gsi, fd, true);
	if (error)
		die("interrupt %u: %s", gsi, strerror(-error));
	return fd;
}

void irq_raise(int eventfd)
{
	uint64_t one = 1;
	ssize_t written;

	/* a full counter is an interrupt that is pending already */
	written = write(eventfd, &one, sizeof(one));
	(void)written;
}

static struct kvm_irq_routing_entry *find_message(unsigned int gsi)
{
	unsigned int i;

	for (i = 0; i < table.head.nr; i++)
		if (table.entries[i].gsi == gsi)
			return &table.entries[i];
	return add(gsi, KVM_IRQ_ROUTING_MSI);
}

int irq_route_message(unsigned int message, uint64_t address, uint32_t data)
{
	struct kvm_irq_routing_entry *entry;

	if (message >= IRQ_MAX_MESSAGES)
		return -ENOSPC;
	entry = find_message(GSI_MSI + message);
	if (entry->u.msi.address_lo == (uint32_t)address &&
	    entry->u.msi.address_hi == address >> 32 && entry->u.msi.data == data)
		return 0;
	entry->u.msi.address_lo = (uint32_t)address;
	entry->u.msi.address_hi = address >> 32;
	entry->u.msi.data = data;
	return kvm_routes(&table.head);
}
