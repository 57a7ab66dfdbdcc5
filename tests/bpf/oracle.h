/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What should become of a packet, by brute force: rules tried one by one, flows in a list, every byte read where
 * the RFC has it. It shares nothing with the programs but the rules' structure. One interface (A of bpf.h, all
 * destinations routed somewhere); time stands still.
 */
#ifndef EC2_TESTS_ORACLE_H
#define EC2_TESTS_ORACLE_H

#include "bpf.h"

#define ORACLE_FLOWS 65536

struct oracle_flow {
	uint8_t kind, proto; /* kind: 0; 1, 2: query out, in; 3, 4: fragments out, in */
	uint32_t remote;
	uint16_t lport, rport;
	int origin;
	bool fin[2], rst;
};

struct oracle {
	const uint8_t *mac;
	uint32_t ip;
	const struct ec2_policy_rules *rules[2]; /* by enum ec2_direction */
	const struct ec2_policy_set *sets;
	size_t n_sets;
	struct {
		uint32_t ip, set;
	} mapping[N_NICS];
	size_t n_flows;
	struct oracle_flow flow[ORACLE_FLOWS];
};

enum oracle_verdict {
	ORACLE_DROP,
	ORACLE_PASS,
	ORACLE_ANSWER,
	ORACLE_MAY_ANSWER, /* a message to the DHCP server: answered or dropped, but not passed */
};

enum oracle_verdict oracle_judge(struct oracle *oracle, int direction, const uint8_t *frame, size_t len);

#endif
