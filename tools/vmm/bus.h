/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who answers at a port or memory address. Built before the guest runs, then only read. */
#ifndef VMM_BUS_H
#define VMM_BUS_H

#include <stdbool.h>
#include <stdint.h>

/* One access of 1, 2, 4 or 8 bytes at `offset` in the range; a read fills *value. */
struct bus_access {
	uint64_t offset;
	unsigned int length;
	bool write;
	uint64_t value;
};

typedef void (*bus_handler)(struct bus_access *access);

enum bus_space { BUS_PORTS, BUS_MEMORY };

void bus_add(enum bus_space space, uint64_t base, uint64_t size, bus_handler handler);

/* Do one access for the guest: reads of nothing give all ones, writes to nothing are lost. */
void bus_do(enum bus_space space, uint64_t address, unsigned int length, bool write, void *data);

#endif
