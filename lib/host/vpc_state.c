// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vpc_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"
#include "vpc_keep.h"

void ec2_vpc_state_clear(struct ec2_vpc_state *state)
{
	for (size_t i = 0; i < state->n_sets; i++) {
		free(state->set[i].group);
		free(state->set[i].rule[EC2_EGRESS]);
		free(state->set[i].rule[EC2_INGRESS]);
	}
	for (size_t i = 0; i < state->n_interfaces; i++)
		free(state->interface[i].address);
	free(state->set);
	free(state->interface);
	free(state->route);
	memset(state, 0, sizeof(*state));
}

const char *ec2_vpc_advice(int error)
{
	static const struct {
		int error;
		const char *advice;
	} table[] = {
		{-EPERM, "it takes root with CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN"},
		{-EACCES, "it takes root with CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN"},
		{-EINVAL, "it takes Linux 6.1 or later with CONFIG_BPF_SYSCALL"},
		{-ENOSYS, "it takes Linux 6.1 or later with CONFIG_BPF_SYSCALL"},
		{-ENODEV, "it takes a kernel with CONFIG_BPF_SYSCALL"},
		{-EOPNOTSUPP, EC2_VPC_PINS " must be on a bpffs: mount -t bpf bpf /sys/fs/bpf"},
		{-EROFS, "/sys/fs/bpf must be writable: mount -o remount,rw /sys/fs/bpf"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].error == error)
			return table[i].advice;
	return NULL;
}

/* ---- which taps there are ---- */

static unsigned int tap_of(const struct ec2_link *links, int n, const char *instance)
{
	for (int i = 0; i < n; i++)
		if (strcmp(links[i].owner, instance) == 0)
			return links[i].ifindex;
	return 0;
}

/* Return: how many interfaces have one, or -errno */
static int find_taps(struct ec2_vpc_state *state)
{
	struct ec2_link *links = NULL;
	int n = state->n_interfaces ? ec2_links_list(&links) : 0, found = 0;

	if (n < 0)
		return n;
	for (size_t i = 0; i < state->n_interfaces; i++) {
		struct ec2_vpc_interface *interface = &state->interface[i];

		interface->eni.ifindex = tap_of(links, n, interface->instance);
		found += interface->eni.ifindex != 0;
	}
	for (size_t i = 0; i < state->n_routes; i++) {
		struct ec2_vpc_route *route = &state->route[i].route;

		if (route->kind != EC2_ROUTE_INTERFACE)
			continue;
		route->ifindex = tap_of(links, n, state->route[i].instance);
		if (!route->ifindex)
			route->kind = EC2_ROUTE_BLACKHOLE;
	}
	free(links);
	return found;
}

/* ---- what should be there ---- */

static int set_policies(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	struct ec2_policy_set *sets = calloc(state->n_sets + 1, sizeof(*sets));
	int ret = sets ? 0 : -ENOMEM;

	for (size_t i = 0; !ret && i < state->n_sets; i++)
		sets[i] = (struct ec2_policy_set){state->set[i].number, state->set[i].group,
						  state->set[i].n_groups};
	for (size_t i = 0; !ret && i < state->n_sets; i++) {
		const struct ec2_vpc_set *set = &state->set[i];
		const struct ec2_policy_rules ingress = {set->rule[EC2_INGRESS],
							 set->n_rules[EC2_INGRESS]};
		const struct ec2_policy_rules egress = {set->rule[EC2_EGRESS],
							set->n_rules[EC2_EGRESS]};

		ret = ec2_vpc_set_policy(vpc, set->number, &ingress, &egress, sets, state->n_sets);
	}
	free(sets);
	return ret;
}

static int set_routes(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < state->n_routes; i++)
		ret = ec2_vpc_set_route(vpc, &state->route[i].route);
	return ret;
}

static int set_addresses(struct ec2_vpc_card *vpc, const struct ec2_vpc_interface *interface)
{
	struct ec2_vpc_mapping mapping = {
		.vpc = interface->eni.vpc,
		.ifindex = interface->eni.ifindex,
		.groups = interface->eni.groups,
	};
	int ret = 0;

	memcpy(mapping.mac, interface->eni.mac, sizeof(mapping.mac));
	for (size_t i = 0; !ret && i < interface->n_addresses; i++) {
		mapping.address = interface->address[i];
		ret = ec2_vpc_set_mapping(vpc, &mapping);
	}
	return ret;
}

static int set_interfaces(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < state->n_interfaces; i++) {
		const struct ec2_vpc_interface *interface = &state->interface[i];

		if (!interface->eni.ifindex)
			continue;
		ret = ec2_vpc_set_eni(vpc, &interface->eni);
		if (!ret)
			ret = set_addresses(vpc, interface);
	}
	return ret;
}

/* The kernel gives an ifindex anew when the namespace was made anew: no flow of its last owner is kept. */
static int forget_last_owner(struct ec2_vpc_card *vpc, unsigned int ifindex)
{
	int ret = ec2_vpc_delete_eni(vpc, ifindex);

	return ret == -ENOENT ? 0 : ret;
}

/* ---- the fresh tap ---- */

struct attach {
	struct ec2_vpc_card *vpc;
	unsigned int ifindex;
};

static int attach(void *arg)
{
	const struct attach *attach = arg;

	return ec2_vpc_attach(attach->vpc, attach->ifindex);
}

static unsigned int fresh_tap(const struct ec2_vpc_state *state, const char *fresh)
{
	for (size_t i = 0; i < state->n_interfaces; i++)
		if (strcmp(state->interface[i].instance, fresh) == 0)
			return state->interface[i].eni.ifindex;
	return 0;
}

static int apply(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state, unsigned int fresh,
		 const char **what)
{
	struct attach job = {vpc, fresh};
	int ret = 0;

	*what = "compile the rules of its security groups";
	ret = set_policies(vpc, state);
	if (ret)
		return ret;
	*what = "set its routes and addresses";
	if (fresh)
		ret = forget_last_owner(vpc, fresh);
	if (!ret)
		ret = set_routes(vpc, state);
	if (!ret)
		ret = set_interfaces(vpc, state);
	if (!ret)
		ret = ec2_vpc_keep(vpc, state);
	if (ret || !fresh)
		return ret;
	*what = "attach its filters";
	return ec2_netns_run(attach, &job);
}

int ec2_vpc_apply(struct ec2_vpc_state *state, const char *fresh, const char **what)
{
	unsigned int fresh_ifindex = 0;
	struct ec2_vpc_card *vpc;
	int ret, taps;

	*what = "list the taps";
	ret = find_taps(state);
	if (ret < 0)
		return ret;
	if (!ret && !fresh && access(EC2_VPC_PINS, F_OK))
		return 0;
	if (fresh) {
		*what = "find its tap";
		fresh_ifindex = fresh_tap(state, fresh);
		if (!fresh_ifindex)
			return -ENODEV;
	}
	*what = "load its filters into the kernel";
	taps = ret;
	ret = ec2_vpc_open(&vpc, NULL);
	/* without a tap there is nothing that could pass, whatever the maps say */
	if (ret)
		return taps ? ret : 0;
	ret = apply(vpc, state, fresh_ifindex, what);
	ec2_vpc_close(vpc);
	return ret;
}
