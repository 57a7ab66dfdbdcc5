// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "mem.h"
#include "vhost.h"

static int call(int fd, unsigned long request, const void *argument)
{
	return ioctl(fd, request, argument) < 0 ? -errno : 0;
}

int vhost_features(int vhost, uint64_t *features)
{
	return call(vhost, VHOST_GET_FEATURES, features);
}

static int set_memory(int vhost)
{
	union {
		struct vhost_memory table;
		uint8_t room[sizeof(struct vhost_memory) +
			     MEM_PIECES * sizeof(struct vhost_memory_region)];
	} memory = {0};
	struct mem_piece pieces[MEM_PIECES];
	unsigned int i, n = mem_pieces(pieces);

	memory.table.nregions = n;
	for (i = 0; i < n; i++)
		memory.table.regions[i] = (struct vhost_memory_region){
			.guest_phys_addr = pieces[i].gpa,
			.memory_size = pieces[i].size,
			.userspace_addr = (uintptr_t)pieces[i].host,
		};
	return call(vhost, VHOST_SET_MEM_TABLE, &memory);
}

int vhost_own(int vhost)
{
	int error = call(vhost, VHOST_SET_OWNER, NULL);

	return error ? error : set_memory(vhost);
}

int vhost_set_kick(int vhost, unsigned int index, int kick)
{
	struct vhost_vring_file file = {.index = index, .fd = kick};

	return call(vhost, VHOST_SET_VRING_KICK, &file);
}

int vhost_accept(int vhost, uint64_t features)
{
	return call(vhost, VHOST_SET_FEATURES, &features);
}

int vhost_start(int vhost, unsigned int index, const struct vhost_queue *queue)
{
	const struct vhost_vring_state size = {.index = index, .num = queue->size};
	const struct vhost_vring_state base = {.index = index};
	const struct vhost_vring_addr address = {
		.index = index,
		.desc_user_addr = (uintptr_t)queue->desc,
		.avail_user_addr = (uintptr_t)queue->avail,
		.used_user_addr = (uintptr_t)queue->used,
	};
	const struct vhost_vring_file interrupt = {.index = index, .fd = queue->call};
	const struct vhost_vring_file backend = {.index = index, .fd = queue->backend};
	int error = call(vhost, VHOST_SET_VRING_NUM, &size);

	if (!error)
		error = call(vhost, VHOST_SET_VRING_BASE, &base);
	if (!error)
		error = call(vhost, VHOST_SET_VRING_ADDR, &address);
	if (!error)
		error = call(vhost, VHOST_SET_VRING_CALL, &interrupt);
	/* last: this begins */
	return error ? error : call(vhost, VHOST_NET_SET_BACKEND, &backend);
}

void vhost_stop(int vhost, unsigned int index)
{
	const struct vhost_vring_file none = {.index = index, .fd = -1};

	/* it fails only where there is no owner, and then nothing runs */
	call(vhost, VHOST_NET_SET_BACKEND, &none);
}

int tap_offload(int tap, unsigned int offloads)
{
	return call(tap, TUNSETOFFLOAD, (void *)(uintptr_t)offloads);
}

int tap_attach(int tap, bool attach)
{
	struct ifreq request = {
		.ifr_flags = attach ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE,
	};

	return call(tap, TUNSETQUEUE, &request);
}
