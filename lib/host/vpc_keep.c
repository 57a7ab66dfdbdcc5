// SPDX-License-Identifier: LGPL-2.1-or-later
/* Forgetting what should not be there. */
#include "vpc_keep.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include "vpc_priv.h"

/* A list of keys, all of one size. */
struct keys {
	size_t size;
	char *key;
	size_t n, room;
};

static int add_key(struct keys *keys, const void *key)
{
	if (keys->n == keys->room) {
		size_t room = keys->room ? 2 * keys->room : 64;
		char *more = reallocarray(keys->key, room, keys->size);

		if (!more)
			return -ENOMEM;
		keys->key = more;
		keys->room = room;
	}
	memcpy(keys->key + keys->n++ * keys->size, key, keys->size);
	return 0;
}

static int compare(const void *a, const void *b, void *size)
{
	return memcmp(a, b, *(size_t *)size);
}

static void sort(struct keys *keys)
{
	if (keys->n)
		qsort_r(keys->key, keys->n, keys->size, compare, &keys->size);
}

static bool has(const struct keys *keys, const void *key)
{
	size_t low = 0, high = keys->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(key, keys->key + middle * keys->size, keys->size);

		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* A walk begins anew when the key that it stands on has gone: all are read before any is deleted. */
static int read_keys(int map, struct keys *keys)
{
	char key[16];
	void *last = NULL;
	int ret = 0;

	while (!ret && !bpf_map_get_next_key(map, last, key)) {
		last = key;
		ret = add_key(keys, key);
	}
	return ret;
}

/* All keys of a map but those that stay go. @stay is freed. */
static int keep(struct ec2_vpc_card *vpc, int map, struct keys *stay,
		int (*forget)(struct ec2_vpc_card *vpc, int map, const void *key))
{
	struct keys found = {.size = stay->size};
	int ret = read_keys(map, &found);

	sort(stay);
	for (size_t i = 0; !ret && i < found.n; i++) {
		const void *key = found.key + i * found.size;

		if (!has(stay, key))
			ret = forget(vpc, map, key);
		ret = ret == -ENOENT ? 0 : ret;
	}
	free(found.key);
	free(stay->key);
	return ret;
}

static int forget_key(struct ec2_vpc_card *vpc, int map, const void *key)
{
	(void)vpc;
	return bpf_map_delete_elem(map, key) ? -errno : 0;
}

static int forget_eni(struct ec2_vpc_card *vpc, int map, const void *key)
{
	(void)map;
	return ec2_vpc_delete_eni(vpc, *(const uint32_t *)key);
}

static int keep_mappings(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	struct keys stay = {.size = sizeof(struct ec2_mapping_key)};
	int ret = 0;

	for (size_t i = 0; i < state->n_interfaces; i++) {
		const struct ec2_vpc_interface *interface = &state->interface[i];

		for (size_t a = 0; !ret && interface->eni.ifindex && a < interface->n_addresses;
		     a++) {
			const struct ec2_mapping_key key = {interface->eni.vpc,
							    interface->address[a].s_addr};

			ret = add_key(&stay, &key);
		}
	}
	if (!ret)
		return keep(vpc, vpc->fd[EC2_FD_mappings], &stay, forget_key);
	free(stay.key);
	return ret;
}

static int keep_enis(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	struct keys stay = {.size = sizeof(uint32_t)};
	int ret = 0;

	for (size_t i = 0; !ret && i < state->n_interfaces; i++) {
		const uint32_t ifindex = state->interface[i].eni.ifindex;

		if (ifindex)
			ret = add_key(&stay, &ifindex);
	}
	if (!ret)
		return keep(vpc, vpc->fd[EC2_FD_enis], &stay, forget_eni);
	free(stay.key);
	return ret;
}

static int keep_routes(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	struct keys stay = {.size = sizeof(struct ec2_route_key)};
	int ret = 0;

	for (size_t i = 0; !ret && i < state->n_routes; i++) {
		const struct ec2_vpc_route *route = &state->route[i].route;
		const struct ec2_route_key key =
			ec2_vpc_route_key(route->table, route->destination, route->len);

		ret = add_key(&stay, &key);
	}
	if (!ret)
		return keep(vpc, vpc->fd[EC2_FD_routes], &stay, forget_key);
	free(stay.key);
	return ret;
}

static int keep_policies(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	bool stay[EC2_BPF_MAX_POLICIES] = {false};
	int ret = 0;

	for (size_t i = 0; i < state->n_sets; i++)
		stay[state->set[i].number] = true;
	for (uint32_t number = 1; !ret && number < EC2_BPF_MAX_POLICIES; number++)
		if (!stay[number] && __atomic_load_n(&vpc->live[number], __ATOMIC_ACQUIRE))
			ret = ec2_vpc_delete_policy(vpc, number);
	return ret == -ENOENT ? 0 : ret;
}

/* First what leads to an interface, then the interface, then what it reads. */
int ec2_vpc_keep(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	int ret = keep_mappings(vpc, state);

	if (!ret)
		ret = keep_enis(vpc, state);
	if (!ret)
		ret = keep_routes(vpc, state);
	return ret ? ret : keep_policies(vpc, state);
}
