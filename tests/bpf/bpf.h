/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the BPF data path share. */
#ifndef EC2_TESTS_BPF_H
#define EC2_TESTS_BPF_H

#include <arpa/inet.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "host/vpc.h"

/* ---- results ---- */
/* One line of result. Return: @good */
bool ok(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A step without which the test means nothing: ends the program, as failed, when it does not hold. */
#define must(what)                                                                                 \
	do {                                                                                       \
		if (!(what))                                                                       \
			must_failed(__FILE__, __LINE__, #what);                                    \
	} while (0)
void must_failed(const char *file, int line, const char *what) __attribute__((noreturn));

/* Run a shell command. Return: whether it ended well */
bool sh(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- packets ---- */
struct spec {
	const uint8_t *smac, *dmac; /* NULL: of the sender; of the router */
	uint32_t src, dst; /* host order */
	uint8_t proto, tos, ttl;
	uint16_t sport, dport; /* ICMP: identifier and sequence number */
	uint8_t tcp; /* flags */
	uint8_t type, code;
	uint16_t id, frag; /* as in the header, host order */
	size_t payload;
};

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16
#define MAX_PACKET 2048

/* A datagram in a frame. @frame: MAX_PACKET bytes. Return: its length */
size_t build_frame(uint8_t *frame, const struct spec *spec);

uint16_t internet_checksum(const void *data, size_t size, uint32_t sum);

/* ---- the world: interfaces of two VPCs with the same addresses ---- */
/*
 *   VPC 1, 10.0.0.0/16                        VPC 2, 10.0.0.0/16
 *   subnet 10.0.0.0/24      10.0.1.0/24       subnet 10.0.0.0/24
 *   A .10   B .11           C .12             D .10   E .11
 */
enum {
	A,
	B,
	C,
	D,
	E,
	N_NICS
};

struct nic {
	const char *name;
	unsigned int ifindex;
	uint8_t mac[6];
	uint32_t ip;
	struct ec2_vpc_eni eni;
};

extern struct nic nics[N_NICS];
extern struct ec2_vpc_card *vpc;
extern const uint8_t router_mac[6];

/* Namespaces of the program's own, a bpffs in them, the programs loaded. Ends the program where that fails. */
void world_open(void);
/* The five interfaces, without policies; programs are run over packets that nobody sends. */
void world_nics(void);
/* Set one interface and its address's mapping, with that set of groups. */
void nic_set(int nic, uint32_t groups);

/* Forget all flows of the interfaces. */
void forget_flows(void);

/* Set a policy of a few rules. */
#define RULES(...)                                                                                 \
	(&(struct ec2_policy_rules){(struct ec2_policy_rule[]){__VA_ARGS__},                       \
				    sizeof((struct ec2_policy_rule[]){__VA_ARGS__}) /              \
					    sizeof(struct ec2_policy_rule)})
#define NO_RULES (&(struct ec2_policy_rules){NULL, 0})
#define ANY {.protocol = -1, .from_port = -1, .to_port = -1}
void policy_set(uint32_t groups, const struct ec2_policy_rules *ingress,
		const struct ec2_policy_rules *egress);

/* ---- running a program over a packet ---- */
struct outcome {
	int verdict; /* TC_ACT_OK, TC_ACT_SHOT, TC_ACT_REDIRECT */
	unsigned int reason; /* enum ec2_drop where it was dropped */
	uint32_t mark;
	uint8_t frame[MAX_PACKET];
	size_t len;
};

/* The programs that the slots have. */
extern int from_guest_fd, to_guest_fd;

void run(struct outcome *outcome, int program, unsigned int ifindex, uint32_t mark, const uint8_t *frame,
	 size_t len);

/* From the guest of one interface; and, where it is sent on, to the guest of another. Return: the last's verdict */
void run_from(struct outcome *outcome, int nic, const uint8_t *frame, size_t len);
void run_to(struct outcome *outcome, int nic, const uint8_t *frame, size_t len);

/* Nanoseconds of one run, of @repeat. */
uint32_t run_timed(int program, unsigned int ifindex, uint32_t mark, const uint8_t *frame, size_t len,
		   int repeat);

/* ---- the parts ---- */
void test_verifier(void);
void test_cost(void);
void test_verdicts(void);
void test_local(void);
void test_sockets(void);
void test_sweep(void);
void test_random(void);
void test_fuzz(void);
void test_state(void);

#endif
