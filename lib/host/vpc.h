/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The VPC card: BPF programs on every instance's interface, and the pinned maps that they read. Everything here
 * is derived from the database and may be set again at any time; what a map does not know is dropped.
 *
 * Errors are -errno: -EPERM without CAP_BPF and CAP_NET_ADMIN, -ENOMEM, and those that a call names. Numbers of
 * VPCs, sets of groups and route tables are the caller's own (row ids). A handle is for one thread at a time;
 * handles of several processes take turns by a lock on the folder of pins.
 *
 * A change that a kill cuts short leaves the old state or the new one of the map that it was about.
 */
#ifndef EC2_HOST_VPC_H
#define EC2_HOST_VPC_H

#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/shared.h"
#include "host/policy.h"

struct ec2_vpc_card;

#define EC2_VPC_PINS "/sys/fs/bpf/ec2ctl"

/*
 * Open the card: load the programs and pin everything, unless this build's programs are there already. Maps that
 * are pinned are kept, with their flows, and programs of another build are replaced on all interfaces at once.
 * @pins: folder below a mounted bpffs, NULL: EC2_VPC_PINS (a bpffs is mounted where there is none)
 * @vpc: the caller's, to be closed with ec2_vpc_close
 * Return: 0; -EOPNOTSUPP: the folder is not on a bpffs; -EINVAL: the kernel refuses a program or map
 */
int ec2_vpc_open(struct ec2_vpc_card **vpc, const char *pins);

/* Close the handle; programs, maps and interfaces go on. NULL is fine. */
void ec2_vpc_close(struct ec2_vpc_card *vpc);

/*
 * Remove everything that is pinned. Interfaces whose hooks are still there drop all packets from then on.
 * @pins: as for ec2_vpc_open, and no handle of it should be open
 * Return: 0, also where there was nothing
 */
int ec2_vpc_remove(const char *pins);

/* ---- hooks ---- */
/*
 * Put the programs on an interface of the caller's network namespace: the filter that drops first, so that
 * nothing passes at any time. Until ec2_vpc_set_eni everything is dropped. Again: fine.
 * Return: 0; -ENODEV: no such interface
 */
int ec2_vpc_attach(struct ec2_vpc_card *vpc, unsigned int ifindex);

/* Take both hooks away, dropping filter and all: for an interface that the caller deletes. Return: 0 */
int ec2_vpc_detach(struct ec2_vpc_card *vpc, unsigned int ifindex);

/* ---- interfaces ---- */
struct ec2_vpc_eni {
	unsigned int ifindex; /* of the tap, in its own namespace */
	uint32_t vpc; /* number of the VPC, below EC2_BPF_MAX_VPC */
	uint32_t groups; /* number of the set of its security groups: 1 to EC2_BPF_MAX_POLICIES - 1 */
	struct in_addr address; /* primary private address */
	struct in_addr subnet; /* the subnet's first address; the router is the next one */
	unsigned int subnet_len;
	struct in_addr range; /* the VPC's first range */
	unsigned int range_len;
	struct in_addr dns; /* what DHCP tells; 0.0.0.0: the VPC's first address + 2 */
	uint32_t route_table;
	bool routes_inside; /* the route table has routes to destinations within the range, besides local */
	bool source_dest_check;
	uint16_t mtu; /* what DHCP tells; 0: 9001 */
	uint8_t mac[ETH_ALEN];
	uint32_t tcp_established_s, udp_s, udp_stream_s; /* timeouts in seconds, 0: EC2's defaults */
	uint32_t max_flows; /* quota of tracked flows, 0: EC2_BPF_FLOWS; taken when the interface is first set */
};

/*
 * Make an interface known, or change it: one atomic switch. Its flows live on when it is changed, groups
 * included. The policy of its groups should be there before, else everything is dropped.
 * Return: 0; -EINVAL: a number or length out of range; -ENOSPC: EC2_BPF_MAX_ENIS interfaces are known
 */
int ec2_vpc_set_eni(struct ec2_vpc_card *vpc, const struct ec2_vpc_eni *eni);

/* Forget an interface, its flows and its counters. Return: 0; -ENOENT */
int ec2_vpc_delete_eni(struct ec2_vpc_card *vpc, unsigned int ifindex);

/*
 * Walk the known interfaces, in no order, to find those that should not be.
 * @ifindex: in: the last one, 0 to begin; out: the next one
 * Return: 1; 0 at the end; when one is deleted on the way, the walk may begin anew
 */
int ec2_vpc_next_eni(struct ec2_vpc_card *vpc, unsigned int *ifindex);

/* ---- addresses ---- */
struct ec2_vpc_mapping {
	uint32_t vpc;
	struct in_addr address; /* primary or secondary private address of the interface */
	unsigned int ifindex;
	uint32_t groups; /* number of the interface's set of groups, by which rules refer to it */
	uint8_t mac[ETH_ALEN];
};

/* Say whose an address of a VPC is. Return: 0; -EINVAL; -E2BIG: EC2_BPF_MAX_MAPPINGS are there */
int ec2_vpc_set_mapping(struct ec2_vpc_card *vpc, const struct ec2_vpc_mapping *mapping);

/* Return: 0; -ENOENT */
int ec2_vpc_delete_mapping(struct ec2_vpc_card *vpc, uint32_t number, struct in_addr address);

/* ---- routes ---- */
struct ec2_vpc_route {
	uint32_t table;
	struct in_addr destination;
	unsigned int len;
	enum ec2_route_kind kind;
	unsigned int ifindex; /* EC2_ROUTE_INTERFACE: the target */
};

/*
 * Set a route; the longest prefix wins. The VPC's first range needs none: it is local.
 * Return: 0; -EINVAL; -ENOSPC: EC2_BPF_MAX_ROUTES are there
 */
int ec2_vpc_set_route(struct ec2_vpc_card *vpc, const struct ec2_vpc_route *route);

/* Return: 0; -ENOENT */
int ec2_vpc_delete_route(struct ec2_vpc_card *vpc, uint32_t table, struct in_addr destination,
			 unsigned int len);

/* ---- policies ---- */
/*
 * Set the policy of one set of security groups: the rules of all of them together. It is filled into the idle
 * half of the policy's tables, unless the other one is the same, and takes effect on all its interfaces by one
 * word; the call returns when no program reads the old rules any more. Tracked flows live on, untracked ones
 * follow the new rules at once.
 * When a set appears that has a group to which a rule refers, policies with such rules are to be set again, and
 * that before a mapping carries the new set.
 * @groups: the set's number, 1 to EC2_BPF_MAX_POLICIES - 1
 * Return: 0; as ec2_policy_compile
 */
int ec2_vpc_set_policy(struct ec2_vpc_card *vpc, uint32_t groups, const struct ec2_policy_rules *ingress,
		       const struct ec2_policy_rules *egress, const struct ec2_policy_set *sets,
		       size_t n_sets);

/* Forget a policy: interfaces that have it drop all but known flows. Return: 0; -ENOENT; -EINVAL */
int ec2_vpc_delete_policy(struct ec2_vpc_card *vpc, uint32_t groups);

/* ---- counters ---- */
/*
 * How many packets an interface has dropped, by reason, since it was set.
 * @ifindex: 0: packets of interfaces that are not known
 * Return: 0; -ENOENT
 */
int ec2_vpc_get_drops(struct ec2_vpc_card *vpc, unsigned int ifindex, uint64_t drops[EC2_N_DROPS]);

/* A reason's name, "spoofed-ip"; static. NULL: there is no such reason */
const char *ec2_vpc_drop_name(unsigned int reason);

/* Tracked flows of an interface now, expired ones that were not swept yet included. Return: 0 or more; -ENOENT */
long ec2_vpc_count_flows(struct ec2_vpc_card *vpc, unsigned int ifindex);

#endif
