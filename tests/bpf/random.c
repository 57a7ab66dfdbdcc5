// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random rules and packets, and mutated packets, against the oracle.
 *
 *   A 10.0.0.10, policy 1 ──► everything is routed to B
 *   B, C: members of the sets 2 and 3; rules of A refer to their groups (102, 103, both: 200)
 *
 * The packets' addresses and ports are taken from what the rules' bounds are, and one beside them.
 */
#include "oracle.h"

#include <stdlib.h>

#define POLICIES 400
#define PACKETS_EACH 60
#define FUZZED 100000
#define MAX_RULES 1000
#define REMOTES 12
#define PORTS 12

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
	/* xorshift64* */
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)(seed * 0x2545f4914f6cdd1dull >> 33) % n;
}

struct draw {
	struct ec2_policy_rule rule[2][MAX_RULES];
	struct ec2_policy_rules rules[2];
	uint32_t remote[REMOTES];
	uint16_t port[PORTS];
};

static struct oracle oracle;
static uint32_t groups[2 * N_NICS];
static struct ec2_policy_set sets[N_NICS];

/* ---- rules ---- */
static const int protocols[] = {-1, 6, 6, 6, 17, 17, 1, 47, 50, 132};

static void draw_ports(struct ec2_policy_rule *r)
{
	r->from_port = r->to_port = -1;
	if (r->protocol == 1 && rnd(4)) {
		r->from_port = (int[]){0, 3, 8, 11, 13, 5}[rnd(6)];
		r->to_port = rnd(2) ? -1 : (int)rnd(4);
	} else if ((r->protocol == 6 || r->protocol == 17) && rnd(6)) {
		r->from_port = rnd(8) ? rnd(65536) : 0;
		r->to_port = rnd(3) ? r->from_port + (int)rnd(65536 - r->from_port) : r->from_port;
	}
}

static void draw_rule(struct ec2_policy_rule *r)
{
	*r = (struct ec2_policy_rule){.protocol = protocols[rnd(10)]};
	draw_ports(r);
	if (!rnd(8)) {
		r->group = (uint32_t[]){102, 103, 200, 999}[rnd(4)];
		return;
	}
	r->prefix_len = rnd(6) ? rnd(33) : 0;
	/* close together, so that prefixes are within each other */
	r->prefix.s_addr = htonl(rnd(3) ? 0x0a000000 | rnd(65536) : rnd(1u << 31) << 1);
}

static void draw_rules(struct draw *d, int direction, size_t n)
{
	for (size_t i = 0; i < n; i++)
		draw_rule(&d->rule[direction][i]);
	/* untracked flows want the other way to be open */
	if (n && !rnd(3))
		d->rule[direction][rnd(n)] = (struct ec2_policy_rule)ANY;
	d->rules[direction] = (struct ec2_policy_rules){d->rule[direction], n};
}

static size_t draw_count(void)
{
	switch (rnd(20)) {
	case 0:
		return 65 + rnd(190);
	case 1:
		return 257 + rnd(744);
	case 2:
		return 0;
	}
	return 1 + rnd(24);
}

/* What packets are made of: the rules' bounds, one beside them, and B's and C's addresses. */
static void draw_pools(struct draw *d)
{
	for (int i = 0; i < REMOTES; i++) {
		const struct ec2_policy_rules *rules = &d->rules[rnd(2)];

		d->remote[i] = 0x0a000000 | rnd(65536);
		if (rules->n && rnd(3)) {
			const struct ec2_policy_rule *r = &rules->rule[rnd(rules->n)];
			uint32_t host = r->prefix_len ? (1ull << (32 - r->prefix_len)) - 1 : UINT32_MAX;
			uint32_t first = ntohl(r->prefix.s_addr) & ~host;

			d->remote[i] = (uint32_t[]){first, first - 1, first | host, (first | host) + 1}[rnd(4)];
		}
	}
	d->remote[0] = nics[B].ip;
	d->remote[1] = nics[C].ip;
	for (int i = 0; i < PORTS; i++) {
		const struct ec2_policy_rules *rules = &d->rules[rnd(2)];

		d->port[i] = rnd(65536);
		if (rules->n && rnd(4)) {
			const struct ec2_policy_rule *r = &rules->rule[rnd(rules->n)];

			d->port[i] = (rnd(2) ? r->from_port : r->to_port) + (int)rnd(3) - 1;
		}
	}
}

static void draw_policy(struct draw *d)
{
	draw_rules(d, EC2_EGRESS, draw_count());
	draw_rules(d, EC2_INGRESS, draw_count());
	draw_pools(d);
	must(ec2_vpc_set_policy(vpc, 1, &d->rules[EC2_INGRESS], &d->rules[EC2_EGRESS], sets, N_NICS) == 0);
	oracle.rules[0] = &d->rules[0];
	oracle.rules[1] = &d->rules[1];
}

/* ---- packets ---- */
static void draw_spec(const struct draw *d, int direction, struct spec *s)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_ACK, TCP_ACK | TCP_FIN,
					TCP_RST, TCP_RST | TCP_ACK, 0, TCP_SYN | TCP_FIN};
	static const uint8_t types[] = {0, 8, 8, 13, 14, 3, 11, 12, 5, 4, 17};
	uint32_t remote = d->remote[rnd(REMOTES)];

	*s = (struct spec){.src = direction ? remote : nics[A].ip, .dst = direction ? nics[A].ip : remote,
			   .smac = direction ? nics[B].mac : nics[A].mac,
			   .proto = protocols[1 + rnd(9)], .sport = d->port[rnd(PORTS)], .dport = d->port[rnd(PORTS)],
			   .tcp = flags[rnd(sizeof(flags))], .type = types[rnd(sizeof(types))],
			   .code = rnd(4) ? 0 : rnd(5), .payload = rnd(40), .id = rnd(6)};
	if (!rnd(8))
		s->frag = (uint16_t[]){0x2000, 0x2000, 0x2004, 0x0004, 0x2001}[rnd(5)];
	if (s->proto == 1 && rnd(2))
		s->sport = rnd(3);
}

/* Put a packet that went the other way into an ICMP error. */
static void quote(const struct draw *d, int direction, uint8_t *frame, size_t *len)
{
	uint8_t inner[MAX_PACKET];
	struct spec s;

	if (frame[23] != 1 || (frame[34] != 3 && frame[34] != 11 && frame[34] != 12) || *len > 60 + 14)
		return;
	draw_spec(d, !direction, &s);
	build_frame(inner, &s);
	/* now and then one that was not the guest's */
	if (!rnd(8))
		inner[26 + rnd(8)] ^= 1;
	memcpy(frame + 42, inner + 14, 28);
	*len = 42 + 28;
	frame[16] = 0;
	frame[17] = 56;
}

static void show(const char *what, int direction, const uint8_t *frame, size_t len, const struct outcome *outcome,
		 enum oracle_verdict expected)
{
	printf("# %s: %s, verdict %d (%s), oracle %d:", what, direction ? "in" : "out", outcome->verdict,
	       ec2_vpc_drop_name(outcome->reason), expected);
	for (size_t i = 0; i < len && i < 80; i++)
		printf(" %02x", frame[i]);
	printf("\n");
}

/* Return: whether program and oracle agree */
static bool agree(const char *what, int direction, const uint8_t *frame, size_t len, unsigned int *passed)
{
	struct outcome outcome;
	enum oracle_verdict expected = oracle_judge(&oracle, direction, frame, len);
	bool same, answer;

	if (direction)
		run_to(&outcome, A, frame, len);
	else
		run_from(&outcome, A, frame, len);
	answer = outcome.verdict == TC_ACT_REDIRECT && outcome.mark >> 20 == EC2_MARK_ANSWER >> 20;
	switch (expected) {
	case ORACLE_PASS:
		same = !answer && outcome.verdict == (direction ? TC_ACT_OK : TC_ACT_REDIRECT);
		break;
	case ORACLE_ANSWER:
		same = answer;
		break;
	case ORACLE_MAY_ANSWER:
		same = answer || outcome.verdict == TC_ACT_SHOT;
		break;
	default:
		same = outcome.verdict == TC_ACT_SHOT;
	}
	*passed += outcome.verdict != TC_ACT_SHOT;
	if (!same)
		show(what, direction, frame, len, &outcome, expected);
	return same;
}

static void oracle_begin(void)
{
	struct ec2_vpc_route route = {.table = 7, .kind = EC2_ROUTE_INTERFACE, .ifindex = nics[B].ifindex};

	for (uint32_t i = 0; i < N_NICS; i++) {
		groups[2 * i] = 101 + i;
		groups[2 * i + 1] = 200;
		sets[i] = (struct ec2_policy_set){i + 1, &groups[2 * i], i == B || i == C ? 2 : 1};
	}
	memset(&oracle, 0, sizeof(oracle));
	oracle.mac = nics[A].mac;
	oracle.ip = nics[A].ip;
	oracle.sets = sets;
	oracle.n_sets = N_NICS;
	for (uint32_t i = A; i <= C; i++) {
		oracle.mapping[i].ip = nics[i].ip;
		oracle.mapping[i].set = i + 1;
		nic_set(i, i + 1);
	}
	must(ec2_vpc_set_route(vpc, &route) == 0);
	nics[A].eni.routes_inside = true;
	nics[A].eni.route_table = 7;
	nic_set(A, 1);
	seed = 0x9e3779b97f4a7c15ull;
}

static void oracle_end(void)
{
	nics[A].eni.routes_inside = false;
	nics[A].eni.route_table = 0;
	forget_flows();
	must(ec2_vpc_delete_route(vpc, 7, (struct in_addr){0}, 0) == 0);
}

static void forget(void)
{
	must(ec2_vpc_delete_eni(vpc, nics[A].ifindex) == 0);
	must(ec2_vpc_set_eni(vpc, &nics[A].eni) == 0);
	oracle.n_flows = 0;
}

void test_random(void)
{
	unsigned int n = 0, passed = 0, differ = 0, sizes[4] = {0};
	static struct draw draw;
	uint8_t frame[MAX_PACKET];

	oracle_begin();
	for (int i = 0; i < POLICIES && differ < 10; i++) {
		/* every other policy takes the flows of the one before over */
		if (i % 2 == 0)
			forget();
		draw_policy(&draw);
		sizes[draw.rules[0].n > 256 || draw.rules[1].n > 256 ? 3 :
		      draw.rules[0].n > 64 || draw.rules[1].n > 64   ? 2 : 1]++;
		for (int k = 0; k < PACKETS_EACH; k++, n++) {
			int direction = rnd(2);
			struct spec s;
			size_t len;

			draw_spec(&draw, direction, &s);
			len = build_frame(frame, &s);
			quote(&draw, direction, frame, &len);
			differ += !agree("random", direction, frame, len, &passed);
		}
	}
	ok(!differ && n >= 20000 && passed > n / 10 && passed < n - n / 10 && sizes[2] && sizes[3],
	   "%u packets x %d random policies (%u, %u, %u of sizes 64, 256, 1,024): %u passed, %u differ from the oracle",
	   n, POLICIES, sizes[1], sizes[2], sizes[3], passed, differ);
	oracle_end();
}

/* ---- mutated packets ---- */
static size_t arp_frame(uint8_t *frame)
{
	uint32_t sender = htonl(nics[A].ip), target = htonl(rnd(2) ? nics[B].ip : 0x0a000001);

	memset(frame, 0, MAX_PACKET);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, nics[A].mac, 6);
	memcpy(frame + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01", 10);
	memcpy(frame + 22, nics[A].mac, 6);
	memcpy(frame + 28, &sender, 4);
	memcpy(frame + 38, &target, 4);
	return 42 + (rnd(2) ? 18 : 0);
}

static size_t dhcp_frame(uint8_t *frame)
{
	struct spec s = {.smac = nics[A].mac, .dst = 0xffffffff, .proto = 17, .sport = 68, .dport = 67, .payload = 300};
	size_t len = build_frame(frame, &s);

	memset(frame, 0xff, 6);
	memcpy(frame + 42, "\x01\x01\x06\x00", 4);
	memcpy(frame + 42 + 28, nics[A].mac, 6);
	memcpy(frame + 42 + 236, "\x63\x82\x53\x63\x35\x01\x01\xff", 8);
	return len;
}

static size_t mutate(uint8_t *frame, size_t len)
{
	for (uint32_t n = rnd(4); n; n--) {
		size_t at = rnd(3) ? 12 + rnd(60) : rnd(len);

		if (rnd(2))
			frame[at] ^= 1 << rnd(8);
		else
			frame[at] = rnd(3) ? rnd(256) : 0xff * rnd(2);
	}
	if (!rnd(4))
		len = 14 + rnd(len - 13);
	else if (!rnd(8))
		len += rnd(60);
	return len;
}

void test_fuzz(void)
{
	unsigned int passed = 0, differ = 0, n;
	static struct draw draw;
	uint8_t frame[MAX_PACKET];

	oracle_begin();
	seed = 0xec2;
	for (n = 0; n < FUZZED && differ < 10; n++) {
		int direction = rnd(2);
		struct spec s;
		size_t len;

		if (n % 500 == 0) {
			forget();
			draw_policy(&draw);
		}
		draw_spec(&draw, direction, &s);
		len = build_frame(frame, &s);
		quote(&draw, direction, frame, &len);
		if (!rnd(10))
			len = rnd(2) ? arp_frame(frame) : dhcp_frame(frame);
		differ += !agree("fuzz", direction, frame, mutate(frame, len), &passed);
	}
	ok(!differ && n == FUZZED && passed > n / 20,
	   "%u mutated packets: %u passed, %u differ from the oracle", n, passed, differ);
	oracle_end();
}
