// SPDX-License-Identifier: LGPL-2.1-or-later
/* One packet, one program, one verdict. The interfaces are those of bpf.h, each with a policy of its own. */
#include "bpf.h"

/* A row: the packet, the program that it goes through, and what comes of it. */
struct row {
	const char *name;
	int nic;
	bool to_guest;
	int verdict;
	unsigned int reason;
	struct spec spec;
};

#define IP(nic) (0x0a000000 + (nic))
#define SENT TC_ACT_REDIRECT
#define DELIVERED TC_ACT_OK
#define DROPPED TC_ACT_SHOT

static void check(const struct row *row)
{
	uint8_t frame[MAX_PACKET];
	struct outcome outcome;
	size_t len = build_frame(frame, &row->spec);

	if (row->to_guest)
		run_to(&outcome, row->nic, frame, len);
	else
		run_from(&outcome, row->nic, frame, len);
	ok(outcome.verdict == row->verdict && outcome.reason == row->reason,
	   "%s: verdict %d (%s), expected %d (%s)", row->name, outcome.verdict,
	   ec2_vpc_drop_name(outcome.reason), row->verdict, ec2_vpc_drop_name(row->reason));
}

static void check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}
#define CHECK(rows) check_all(rows, sizeof(rows) / sizeof(rows[0]))

#define TCP_PACKET(from, to, sp, dp, flags)                                                        \
	{.src = IP(from), .dst = IP(to), .proto = 6, .sport = (sp), .dport = (dp), .tcp = (flags)}
#define UDP_PACKET(from, to, sp, dp)                                                               \
	{.src = IP(from), .dst = IP(to), .proto = 17, .sport = (sp), .dport = (dp)}
#define ICMP_PACKET(from, to, t, c, ident)                                                         \
	{.src = IP(from), .dst = IP(to), .proto = 1, .type = (t), .code = (c), .sport = (ident)}

static void rules_of_one_policy(void)
{
	static const struct row rows[] = {
		{"the port of the rule", B, true, DELIVERED, 0, TCP_PACKET(10, 11, 999, 22, TCP_SYN)},
		{"another port", B, true, DROPPED, EC2_DROP_POLICY_INGRESS, TCP_PACKET(10, 11, 999, 23, TCP_SYN)},
		{"another protocol", B, true, DROPPED, EC2_DROP_POLICY_INGRESS, UDP_PACKET(10, 11, 999, 22)},
		{"out, where everything may", A, false, SENT, 0, UDP_PACKET(10, 11, 999, 22)},
		{"out, where nothing may", B, false, DROPPED, EC2_DROP_POLICY_EGRESS, UDP_PACKET(11, 10, 999, 22)},
		{"the answer of a known flow", B, false, SENT, 0, TCP_PACKET(11, 10, 22, 999, TCP_SYN | TCP_ACK)},
		{"an answer of no flow", B, false, DROPPED, EC2_DROP_POLICY_EGRESS,
		 TCP_PACKET(11, 10, 22, 998, TCP_SYN | TCP_ACK)},
	};

	policy_set(1, NO_RULES, RULES(ANY));
	policy_set(2, RULES({.protocol = 6, .from_port = 22, .to_port = 22, .prefix = {htonl(0x0a000000)}, .prefix_len = 16}),
		   NO_RULES);
	CHECK(rows);
}

void test_verdicts(void)
{
	static const struct row without_policy[] = {
		{"no policy: out", A, false, DROPPED, EC2_DROP_NO_POLICY, UDP_PACKET(10, 11, 1, 2)},
		{"no policy: in", A, true, DROPPED, EC2_DROP_NO_POLICY, UDP_PACKET(11, 10, 1, 2)},
	};

	CHECK(without_policy);
	rules_of_one_policy();
}
