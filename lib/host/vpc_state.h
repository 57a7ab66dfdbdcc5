/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network of the instances as it should be, and how the VPC card (vpc.h) is made so. What is not in it is
 * forgotten. The taps say which of the interfaces are there: an instance that has none yet, or none any more, is
 * left out until its tap is made.
 */
#ifndef EC2_HOST_VPC_STATE_H
#define EC2_HOST_VPC_STATE_H

#include "links.h"
#include "vpc.h"

/* The rules of one set of security groups, by enum ec2_direction. */
struct ec2_vpc_set {
	uint32_t number;
	uint32_t *group;
	size_t n_groups;
	struct ec2_policy_rule *rule[2];
	size_t n_rules[2];
};

struct ec2_vpc_interface {
	char instance[EC2_LINK_OWNER]; /* the owner of its tap */
	struct ec2_vpc_eni eni; /* its ifindex is the tap's: filled in by ec2_vpc_apply() */
	struct in_addr *address; /* all private addresses, the primary one too */
	size_t n_addresses;
};

struct ec2_vpc_target {
	/* EC2_ROUTE_INTERFACE: the tap of `instance`, or a black hole while there is none */
	struct ec2_vpc_route route;
	char instance[EC2_LINK_OWNER];
};

struct ec2_vpc_state {
	struct ec2_vpc_set *set;
	size_t n_sets;
	struct ec2_vpc_interface *interface;
	size_t n_interfaces;
	struct ec2_vpc_target *route;
	size_t n_routes;
};

/* Free what it points to; a state of zeroes is fine. */
void ec2_vpc_state_clear(struct ec2_vpc_state *state);

/*
 * Make the card so: policies, then routes, interfaces and addresses, and last what is to be forgotten. May be
 * killed at any point and done again; one at a time on a host. Nothing is loaded where no interface has a tap.
 * @fresh: the instance whose tap has just been made, closed: its programs are attached, with no flows from
 *	before. NULL: none
 * @what: on failure, what could not be done, static: "load its filters into the kernel"
 * Return: 0; -ENODEV: the fresh tap is not there, or not in the state; otherwise as the calls of vpc.h
 */
int ec2_vpc_apply(struct ec2_vpc_state *state, const char *fresh, const char **what);

/* What to do where ec2_vpc_apply() failed so. NULL: nothing in particular */
const char *ec2_vpc_advice(int error);

#endif
