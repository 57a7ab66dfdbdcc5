// SPDX-License-Identifier: LGPL-2.1-or-later
/* Interfaces, addresses, routes, policies, counters. */
#include "vpc_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* ---- inner maps ---- */
/* The map in a slot of a map of maps. Return: descriptor or -errno, -ENOENT: none */
static int inner_get(int outer, uint32_t slot)
{
	uint32_t id;
	int fd;

	if (bpf_map_lookup_elem(outer, &slot, &id))
		return -errno;
	fd = bpf_map_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

static int inner_put(int outer, uint32_t slot, int fd)
{
	return bpf_map_update_elem(outer, &slot, &fd, BPF_ANY) ? -errno : 0;
}

static int inner_delete(int outer, uint32_t slot)
{
	return bpf_map_delete_elem(outer, &slot) && errno != ENOENT ? -errno : 0;
}

static int make_flow_table(uint32_t max_flows)
{
	struct bpf_map_create_opts opts = {.sz = sizeof(opts), .map_flags = BPF_F_NO_PREALLOC};
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "flow_table", sizeof(struct ec2_flow_key),
				sizeof(struct ec2_flow), max_flows ? max_flows : EC2_BPF_FLOWS, &opts);

	return fd < 0 ? -errno : fd;
}

static int make_policy_table(size_t size)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "policy_table", sizeof(uint32_t), size,
				EC2_POLICY_ELEMENTS, NULL);

	return fd < 0 ? -errno : fd;
}

/* ---- interfaces ---- */
static in_addr_t mask(unsigned int len)
{
	return len ? htonl(~0u << (32 - len)) : 0;
}

static bool groups_valid(uint32_t groups)
{
	return groups && groups < EC2_BPF_MAX_POLICIES;
}

static bool eni_valid(const struct ec2_vpc_eni *eni)
{
	return eni->ifindex && eni->vpc < EC2_BPF_MAX_VPC && groups_valid(eni->groups) &&
	       eni->subnet_len <= 30 && eni->range_len <= 32;
}

static uint32_t or_default(uint32_t value, uint32_t or_else)
{
	return value ? value : or_else;
}

static void eni_fill(struct ec2_eni *to, const struct ec2_vpc_eni *eni, uint32_t slot)
{
	*to = (struct ec2_eni){
		.ifindex = eni->ifindex,
		.slot = slot,
		.vpc = eni->vpc,
		.policy = eni->groups,
		.ip = eni->address.s_addr,
		.subnet = eni->subnet.s_addr & mask(eni->subnet_len),
		.subnet_mask = mask(eni->subnet_len),
		.local = eni->range.s_addr & mask(eni->range_len),
		.local_mask = mask(eni->range_len),
		.dns = eni->dns.s_addr,
		.route_table = eni->route_table,
		.flags = (eni->source_dest_check ? EC2_ENI_CHECK : 0) | (eni->routes_inside ? EC2_ENI_ROUTES : 0),
		.mtu = or_default(eni->mtu, 9001),
		.tcp_established_s = or_default(eni->tcp_established_s, EC2_TIMEOUT_TCP_ESTABLISHED),
		.udp_s = or_default(eni->udp_s, EC2_TIMEOUT_UDP),
		.udp_stream_s = or_default(eni->udp_stream_s, EC2_TIMEOUT_UDP_STREAM),
	};
	if (!to->dns)
		to->dns = htonl(ntohl(to->local) + 2);
	memcpy(to->mac, eni->mac, ETH_ALEN);
}

/* Return: a slot that has no flow table, or -ENOSPC */
static int find_slot(struct ec2_vpc_card *vpc)
{
	for (uint32_t slot = 0; slot < EC2_BPF_MAX_ENIS; slot++) {
		uint32_t id;

		if (bpf_map_lookup_elem(vpc->fd[EC2_FD_flows], &slot, &id))
			return errno == ENOENT ? (int)slot : -errno;
	}
	return -ENOSPC;
}

static int make_counters(struct ec2_vpc_card *vpc, uint32_t ifindex)
{
	int cpus = libbpf_num_possible_cpus();
	void *zero = cpus > 0 ? calloc(cpus, sizeof(struct ec2_counters)) : NULL;
	int ret = 0;

	if (!zero)
		return -ENOMEM;
	if (bpf_map_update_elem(vpc->fd[EC2_FD_counters], &ifindex, zero, BPF_ANY))
		ret = -errno;
	free(zero);
	return ret;
}

static int new_eni(struct ec2_vpc_card *vpc, const struct ec2_vpc_eni *eni)
{
	struct ec2_eni value;
	uint32_t ifindex = eni->ifindex;
	int slot = find_slot(vpc), table, ret;

	if (slot < 0)
		return slot;
	table = make_flow_table(eni->max_flows);
	if (table < 0)
		return table;
	ret = inner_put(vpc->fd[EC2_FD_flows], slot, table);
	close(table);
	if (ret)
		return ret;
	ret = make_counters(vpc, ifindex);
	if (ret)
		goto undo_table;
	eni_fill(&value, eni, slot);
	if (!bpf_map_update_elem(vpc->fd[EC2_FD_enis], &ifindex, &value, BPF_NOEXIST))
		return 0;
	ret = errno == E2BIG ? -ENOSPC : -errno;
	bpf_map_delete_elem(vpc->fd[EC2_FD_counters], &ifindex);
undo_table:
	inner_delete(vpc->fd[EC2_FD_flows], slot);
	return ret;
}

int ec2_vpc_set_eni(struct ec2_vpc_card *vpc, const struct ec2_vpc_eni *eni)
{
	struct ec2_eni value;
	uint32_t ifindex = eni->ifindex;
	int ret;

	if (!eni_valid(eni))
		return -EINVAL;
	ret = ec2_vpc_lock(vpc);
	if (ret)
		return ret;
	if (bpf_map_lookup_elem(vpc->fd[EC2_FD_enis], &ifindex, &value)) {
		ret = errno == ENOENT ? new_eni(vpc, eni) : -errno;
	} else {
		eni_fill(&value, eni, value.slot);
		if (bpf_map_update_elem(vpc->fd[EC2_FD_enis], &ifindex, &value, BPF_EXIST))
			ret = -errno;
	}
	ec2_vpc_unlock(vpc);
	return ret;
}

int ec2_vpc_delete_eni(struct ec2_vpc_card *vpc, unsigned int ifindex)
{
	struct ec2_eni value;
	uint32_t key = ifindex;
	int ret = ec2_vpc_lock(vpc);

	if (ret)
		return ret;
	if (bpf_map_lookup_elem(vpc->fd[EC2_FD_enis], &key, &value) ||
	    bpf_map_delete_elem(vpc->fd[EC2_FD_enis], &key)) {
		ret = -errno;
	} else {
		ret = inner_delete(vpc->fd[EC2_FD_flows], value.slot);
		bpf_map_delete_elem(vpc->fd[EC2_FD_counters], &key);
	}
	ec2_vpc_unlock(vpc);
	return ret;
}

int ec2_vpc_next_eni(struct ec2_vpc_card *vpc, unsigned int *ifindex)
{
	uint32_t key = *ifindex, next;

	if (bpf_map_get_next_key(vpc->fd[EC2_FD_enis], key ? &key : NULL, &next))
		return errno == ENOENT ? 0 : -errno;
	*ifindex = next;
	return 1;
}

/* ---- addresses ---- */
int ec2_vpc_set_mapping(struct ec2_vpc_card *vpc, const struct ec2_vpc_mapping *mapping)
{
	struct ec2_mapping_key key = {mapping->vpc, mapping->address.s_addr};
	struct ec2_mapping value = {.ifindex = mapping->ifindex, .groups = mapping->groups};

	if (!mapping->ifindex || mapping->vpc >= EC2_BPF_MAX_VPC || !groups_valid(mapping->groups))
		return -EINVAL;
	memcpy(value.mac, mapping->mac, ETH_ALEN);
	return bpf_map_update_elem(vpc->fd[EC2_FD_mappings], &key, &value, BPF_ANY) ? -errno : 0;
}

int ec2_vpc_delete_mapping(struct ec2_vpc_card *vpc, uint32_t number, struct in_addr address)
{
	struct ec2_mapping_key key = {number, address.s_addr};

	return bpf_map_delete_elem(vpc->fd[EC2_FD_mappings], &key) ? -errno : 0;
}

/* ---- routes ---- */
struct ec2_route_key ec2_vpc_route_key(uint32_t table, struct in_addr destination, unsigned int len)
{
	return (struct ec2_route_key){32 + len, htonl(table), destination.s_addr & mask(len)};
}

int ec2_vpc_set_route(struct ec2_vpc_card *vpc, const struct ec2_vpc_route *route)
{
	struct ec2_route_value value = {.kind = route->kind, .target = route->ifindex};
	struct ec2_route_key key;

	if (route->len > 32 || route->kind < EC2_ROUTE_LOCAL || route->kind > EC2_ROUTE_GATEWAY ||
	    (route->kind == EC2_ROUTE_INTERFACE) != (route->ifindex != 0))
		return -EINVAL;
	key = ec2_vpc_route_key(route->table, route->destination, route->len);
	return bpf_map_update_elem(vpc->fd[EC2_FD_routes], &key, &value, BPF_ANY) ? -errno : 0;
}

int ec2_vpc_delete_route(struct ec2_vpc_card *vpc, uint32_t table, struct in_addr destination,
			 unsigned int len)
{
	struct ec2_route_key key;

	if (len > 32)
		return -ENOENT;
	key = ec2_vpc_route_key(table, destination, len);
	return bpf_map_delete_elem(vpc->fd[EC2_FD_routes], &key) ? -errno : 0;
}

/* ---- policies ---- */
static const struct {
	enum ec2_vpc_fd outer;
	size_t size;
} classes[] = {
	[1] = {EC2_FD_policies_64, sizeof(struct ec2_policy_64)},
	[2] = {EC2_FD_policies_256, sizeof(struct ec2_policy_256)},
	[3] = {EC2_FD_policies_1024, sizeof(struct ec2_policy_1024)},
};
#define N_CLASSES 4

/*
 * Wait until every program that runs now has ended: a write to a map of maps does. Policy 0 is nobody's.
 */
static int grace(struct ec2_vpc_card *vpc)
{
	if (vpc->spare_fd < 0) {
		int fd = make_policy_table(classes[1].size);

		if (fd < 0)
			return fd;
		vpc->spare_fd = fd;
	}
	return inner_put(vpc->fd[EC2_FD_policies_64], 0, vpc->spare_fd);
}

/* The words are written by this side only, under the lock. */
static uint32_t live_read(const struct ec2_vpc_card *vpc, uint32_t groups)
{
	return __atomic_load_n(&vpc->live[groups], __ATOMIC_ACQUIRE);
}

static void live_write(struct ec2_vpc_card *vpc, uint32_t groups, uint32_t word)
{
	__atomic_store_n(&vpc->live[groups], word, __ATOMIC_RELEASE);
}

static unsigned int live_class(uint32_t word)
{
	return word >> EC2_LIVE_CLASS_SHIFT & EC2_LIVE_CLASS_MASK;
}

/* The tables of a policy in a size, made if need be. Return: descriptor or -errno */
static int policy_tables(struct ec2_vpc_card *vpc, uint32_t groups, unsigned int class)
{
	int outer = vpc->fd[classes[class].outer], fd = inner_get(outer, groups), ret;

	if (fd != -ENOENT)
		return fd;
	fd = make_policy_table(classes[class].size);
	if (fd < 0)
		return fd;
	ret = inner_put(outer, groups, fd);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

static int fill_half(struct ec2_vpc_card *vpc, uint32_t groups, const struct ec2_policy *policy, uint32_t half)
{
	int fd = policy_tables(vpc, groups, policy->class), ret = 0;

	if (fd < 0)
		return fd;
	for (uint32_t direction = 0; direction < 2 && !ret; direction++) {
		uint32_t element = half * 2 + direction;

		if (bpf_map_update_elem(fd, &element, policy->tables[direction], BPF_ANY))
			ret = -errno;
	}
	close(fd);
	return ret;
}

/* Free the tables of sizes other than @class. */
static void drop_tables(struct ec2_vpc_card *vpc, uint32_t groups, unsigned int class)
{
	for (unsigned int i = 1; i < N_CLASSES; i++) {
		uint32_t id;

		if (i != class && !bpf_map_lookup_elem(vpc->fd[classes[i].outer], &groups, &id))
			inner_delete(vpc->fd[classes[i].outer], groups);
	}
}

/* Programs may still read the half that a flip has left, until a grace period; busy says that it is due. */
static int settle(struct ec2_vpc_card *vpc, uint32_t groups)
{
	uint32_t word = live_read(vpc, groups);
	int ret;

	if (!(word & EC2_LIVE_BUSY))
		return 0;
	ret = grace(vpc);
	if (!ret)
		live_write(vpc, groups, word & ~EC2_LIVE_BUSY);
	return ret;
}

/* Whether the programs read these tables already: most of what is derived anew has not changed. */
static bool is_live(struct ec2_vpc_card *vpc, uint32_t groups, const struct ec2_policy *policy)
{
	uint32_t word = live_read(vpc, groups);
	bool same;
	void *table;
	int fd;

	if (live_class(word) != policy->class)
		return false;
	fd = inner_get(vpc->fd[classes[policy->class].outer], groups);
	table = fd < 0 ? NULL : malloc(policy->size);
	same = table != NULL;
	for (uint32_t direction = 0; same && direction < 2; direction++) {
		uint32_t element = (word & EC2_LIVE_HALF) * 2 + direction;

		same = !bpf_map_lookup_elem(fd, &element, table) &&
		       !memcmp(table, policy->tables[direction], policy->size);
	}
	if (fd >= 0)
		close(fd);
	free(table);
	return same;
}

static int switch_policy(struct ec2_vpc_card *vpc, uint32_t groups, const struct ec2_policy *policy)
{
	uint32_t half, word;
	int ret;

	if (is_live(vpc, groups, policy))
		return 0;
	ret = settle(vpc, groups);
	if (ret)
		return ret;
	word = live_read(vpc, groups);
	half = word ? !(word & EC2_LIVE_HALF) : 0;
	ret = fill_half(vpc, groups, policy, half);
	if (ret)
		return ret;
	live_write(vpc, groups, half | policy->class << EC2_LIVE_CLASS_SHIFT | EC2_LIVE_BUSY);
	/* done: what follows makes the next edit quick, and is made up for by it where it fails */
	if (!settle(vpc, groups))
		drop_tables(vpc, groups, policy->class);
	return 0;
}

int ec2_vpc_set_policy(struct ec2_vpc_card *vpc, uint32_t groups, const struct ec2_policy_rules *ingress,
		       const struct ec2_policy_rules *egress, const struct ec2_policy_set *sets,
		       size_t n_sets)
{
	struct ec2_policy policy;
	int ret;

	if (!groups_valid(groups))
		return -EINVAL;
	ret = ec2_policy_compile(&policy, ingress, egress, sets, n_sets);
	if (ret)
		return ret;
	ret = ec2_vpc_lock(vpc);
	if (!ret) {
		ret = switch_policy(vpc, groups, &policy);
		ec2_vpc_unlock(vpc);
	}
	ec2_policy_free(&policy);
	return ret;
}

int ec2_vpc_delete_policy(struct ec2_vpc_card *vpc, uint32_t groups)
{
	int ret;

	if (!groups_valid(groups))
		return -EINVAL;
	ret = ec2_vpc_lock(vpc);
	if (ret)
		return ret;
	if (!live_class(live_read(vpc, groups)))
		ret = -ENOENT;
	live_write(vpc, groups, 0);
	/* deleting from a map of maps waits for the programs too */
	drop_tables(vpc, groups, 0);
	ec2_vpc_unlock(vpc);
	return ret;
}

/* ---- counters ---- */
int ec2_vpc_get_drops(struct ec2_vpc_card *vpc, unsigned int ifindex, uint64_t drops[EC2_N_DROPS])
{
	int cpus = libbpf_num_possible_cpus();
	struct ec2_counters *counters = cpus > 0 ? calloc(cpus, sizeof(*counters)) : NULL;
	uint32_t key = ifindex;
	int ret = 0;

	if (!counters)
		return -ENOMEM;
	memset(drops, 0, EC2_N_DROPS * sizeof(*drops));
	if (bpf_map_lookup_elem(vpc->fd[EC2_FD_counters], &key, counters))
		ret = -errno;
	for (int cpu = 0; cpu < cpus && !ret; cpu++)
		for (int i = 0; i < EC2_N_DROPS; i++)
			drops[i] += counters[cpu].drops[i];
	free(counters);
	return ret;
}

const char *ec2_vpc_drop_name(unsigned int reason)
{
	static const char *const names[] = {
#define X(name, text) text,
		EC2_DROP_REASONS(X)
#undef X
	};

	return reason < EC2_N_DROPS ? names[reason] : NULL;
}

long ec2_vpc_count_flows(struct ec2_vpc_card *vpc, unsigned int ifindex)
{
	struct ec2_flow_key key, next;
	struct ec2_eni eni;
	uint32_t eni_key = ifindex;
	long n = 0;
	int fd;

	if (bpf_map_lookup_elem(vpc->fd[EC2_FD_enis], &eni_key, &eni))
		return -errno;
	fd = inner_get(vpc->fd[EC2_FD_flows], eni.slot);
	if (fd < 0)
		return fd;
	for (void *last = NULL; !bpf_map_get_next_key(fd, last, &next); last = &key) {
		key = next;
		n++;
	}
	close(fd);
	return n;
}
