// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "vmm.h"

#define MAX_RANGES 8

static struct range {
	uint64_t base, size;
	bus_handler handler;
} ranges[2][MAX_RANGES];
static unsigned int n_ranges[2];

void bus_add(enum bus_space space, uint64_t base, uint64_t size, bus_handler handler)
{
	if (n_ranges[space] == MAX_RANGES)
		die("too many devices on the bus");
	ranges[space][n_ranges[space]++] = (struct range){base, size, handler};
}

static const struct range *find(enum bus_space space, uint64_t address, unsigned int length)
{
	unsigned int i;

	for (i = 0; i < n_ranges[space]; i++) {
		const struct range *range = &ranges[space][i];

		if (address >= range->base && address - range->base < range->size &&
		    length <= range->size - (address - range->base))
			return range;
	}
	return NULL;
}

void bus_do(enum bus_space space, uint64_t address, unsigned int length, bool write, void *data)
{
	const struct range *range = find(space, address, length);
	struct bus_access access = {.length = length, .write = write, .value = UINT64_MAX};

	if (length != 1 && length != 2 && length != 4 && length != 8) {
		if (!write)
			memset(data, 0xff, length);
		return;
	}
	if (write) {
		access.value = 0;
		memcpy(&access.value, data, length);
	}
	if (range) {
		access.offset = address - range->base;
		range->handler(&access);
	}
	if (!write)
		memcpy(data, &access.value, length);
}
