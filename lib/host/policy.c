// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "bpf/shared.h"

#define MAX_RULES 1024
#define MAX_INTERVALS 2048
#define MAX_SETS 1024
#define MAX_VECTORS 5632
#define WORDS (MAX_RULES / 64)
#define PORTS 65536u
#define BUCKETS 8192

/* Where the parts of a size's tables are. */
struct layout {
	unsigned int rules, intervals, sets, vectors;
	size_t size, addr, set, addr_vec, set_vec, port, port_vec, port_open, vec;
};

#define LAYOUT(n, intervals, sets, vectors)                                                        \
	{                                                                                          \
		n, intervals, sets, vectors, sizeof(struct ec2_policy_##n),                        \
			offsetof(struct ec2_policy_##n, addr),                                     \
			offsetof(struct ec2_policy_##n, set),                                      \
			offsetof(struct ec2_policy_##n, addr_vec),                                 \
			offsetof(struct ec2_policy_##n, set_vec),                                  \
			offsetof(struct ec2_policy_##n, port),                                     \
			offsetof(struct ec2_policy_##n, port_vec),                                 \
			offsetof(struct ec2_policy_##n, port_open),                                \
			offsetof(struct ec2_policy_##n, vec)                                       \
	}

static const struct layout layouts[] = {
	LAYOUT(64, 128, 64, 512), LAYOUT(256, 512, 256, 1536), LAYOUT(1024, 2048, 1024, 5632)};
#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

struct range {
	uint64_t first, last;
};

/* One direction, in the largest size; vectors are numbered as they first appear, 0 is empty. */
struct build {
	const struct ec2_policy_rules *rules;
	unsigned int n_addr, n_port, n_set, n_vec;
	uint32_t open;
	uint32_t addr[MAX_INTERVALS], port[MAX_INTERVALS], set[MAX_SETS];
	uint16_t addr_vec[MAX_INTERVALS], port_vec[MAX_INTERVALS], set_vec[MAX_SETS], proto_vec[256];
	uint8_t port_open[MAX_INTERVALS];
	uint16_t bucket[BUCKETS], chain[MAX_VECTORS];
	uint64_t vec[MAX_VECTORS][WORDS];
	uint64_t work[MAX_INTERVALS][WORDS];
};

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static bool rule_valid(const struct ec2_policy_rule *rule)
{
	int max = has_ports(rule->protocol) ? 65535 : 255;

	if (rule->protocol < -1 || rule->protocol > 255 || rule->prefix_len > 32)
		return false;
	if (!has_ports(rule->protocol) && rule->protocol != IPPROTO_ICMP)
		return true;
	if (rule->from_port < -1 || rule->from_port > max || rule->to_port < -1 || rule->to_port > max)
		return false;
	if (rule->protocol == IPPROTO_ICMP)
		return rule->from_port != -1 || rule->to_port == -1;
	return (rule->from_port == -1) == (rule->to_port == -1) && rule->from_port <= rule->to_port;
}

static struct range rule_ports(const struct ec2_policy_rule *rule)
{
	struct range all = {0, PORTS - 1};

	if (rule->from_port == -1)
		return all;
	if (has_ports(rule->protocol))
		return (struct range){rule->from_port, rule->to_port};
	if (rule->protocol != IPPROTO_ICMP)
		return all;
	if (rule->to_port == -1)
		return (struct range){rule->from_port << 8, rule->from_port << 8 | 255};
	return (struct range){rule->from_port << 8 | rule->to_port, rule->from_port << 8 | rule->to_port};
}

static struct range rule_addrs(const struct ec2_policy_rule *rule)
{
	uint64_t host = (1ull << (32 - rule->prefix_len)) - 1;
	uint64_t first = ntohl(rule->prefix.s_addr) & ~host;

	return (struct range){first, first | host};
}

/* ---- intervals ---- */
static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * The lower bounds of the intervals that the rules' ranges cut [0, end) into.
 * Return: how many, 0: too many
 */
static unsigned int cut(const struct ec2_policy_rules *rules,
			struct range (*range_of)(const struct ec2_policy_rule *), bool by_prefix,
			uint64_t end, uint32_t *bounds)
{
	uint32_t all[2 * MAX_RULES + 1] = {0};
	unsigned int n = 1, kept = 0;

	for (size_t i = 0; i < rules->n; i++) {
		struct range r = range_of(&rules->rule[i]);

		if (by_prefix && rules->rule[i].group)
			continue;
		all[n++] = r.first;
		if (r.last + 1 < end)
			all[n++] = r.last + 1;
	}
	qsort(all, n, sizeof(all[0]), compare_u32);
	for (unsigned int i = 0; i < n; i++) {
		if (i && all[i] == all[i - 1])
			continue;
		if (kept == MAX_INTERVALS)
			return 0;
		bounds[kept++] = all[i];
	}
	return kept;
}

static unsigned int find(const uint32_t *bounds, unsigned int n, uint32_t x)
{
	unsigned int at = 0;

	for (unsigned int step = MAX_INTERVALS / 2; step; step /= 2)
		if (at + step < n && bounds[at + step] <= x)
			at += step;
	return at;
}

/* ---- vectors ---- */
static void set_bit(uint64_t *vector, size_t bit)
{
	vector[bit / 64] |= 1ull << (bit % 64);
}

/* The number of a vector with these bits. Return: -1: no room */
static int vector_number(struct build *b, const uint64_t *bits)
{
	uint64_t hash = 0;
	unsigned int at;

	for (unsigned int i = 0; i < WORDS; i++)
		hash = (hash ^ bits[i]) * 0x9e3779b97f4a7c15ull;
	hash >>= 64 - 13;
	for (at = b->bucket[hash]; at; at = b->chain[at])
		if (!memcmp(b->vec[at], bits, sizeof(b->vec[at])))
			return at;
	if (!memcmp(b->vec[0], bits, sizeof(b->vec[0])))
		return 0;
	if (b->n_vec == MAX_VECTORS)
		return -1;
	at = b->n_vec++;
	memcpy(b->vec[at], bits, sizeof(b->vec[at]));
	b->chain[at] = b->bucket[hash];
	b->bucket[hash] = at;
	return at;
}

static int number_all(struct build *b, unsigned int n, uint16_t *numbers)
{
	for (unsigned int i = 0; i < n; i++) {
		int number = vector_number(b, b->work[i]);

		if (number < 0)
			return -E2BIG;
		numbers[i] = number;
	}
	return 0;
}

static int build_addrs(struct build *b)
{
	b->n_addr = cut(b->rules, rule_addrs, true, 1ull << 32, b->addr);
	if (!b->n_addr)
		return -E2BIG;
	memset(b->work, 0, sizeof(b->work));
	for (size_t i = 0; i < b->rules->n; i++) {
		struct range r = rule_addrs(&b->rules->rule[i]);

		if (b->rules->rule[i].group)
			continue;
		for (unsigned int k = find(b->addr, b->n_addr, r.first);
		     k < b->n_addr && b->addr[k] <= r.last; k++)
			set_bit(b->work[k], i);
	}
	return number_all(b, b->n_addr, b->addr_vec);
}

/* the protocols that a rule opens to all addresses */
static uint8_t rule_opens(const struct ec2_policy_rule *rule)
{
	if (rule->group || rule->prefix_len)
		return 0;
	switch (rule->protocol) {
	case -1:
		return EC2_OPEN_TCP | EC2_OPEN_UDP;
	case IPPROTO_TCP:
		return EC2_OPEN_TCP;
	case IPPROTO_UDP:
		return EC2_OPEN_UDP;
	}
	return 0;
}

static int build_ports(struct build *b)
{
	b->n_port = cut(b->rules, rule_ports, false, PORTS, b->port);
	if (!b->n_port)
		return -E2BIG;
	memset(b->work, 0, sizeof(b->work));
	for (size_t i = 0; i < b->rules->n; i++) {
		struct range r = rule_ports(&b->rules->rule[i]);

		for (unsigned int k = find(b->port, b->n_port, r.first);
		     k < b->n_port && b->port[k] <= r.last; k++) {
			set_bit(b->work[k], i);
			b->port_open[k] |= rule_opens(&b->rules->rule[i]);
		}
	}
	b->open = EC2_OPEN_TCP | EC2_OPEN_UDP;
	for (unsigned int k = 0; k < b->n_port; k++)
		b->open &= b->port_open[k];
	return number_all(b, b->n_port, b->port_vec);
}

static int build_protocols(struct build *b)
{
	memset(b->work, 0, sizeof(b->work));
	for (size_t i = 0; i < b->rules->n; i++) {
		int protocol = b->rules->rule[i].protocol;

		for (int k = MAX(protocol, 0); k <= (protocol < 0 ? 255 : protocol); k++)
			set_bit(b->work[k], i);
	}
	return number_all(b, 256, b->proto_vec);
}

static bool set_has(const struct ec2_policy_set *set, uint32_t group)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->group[i] == group)
			return true;
	return false;
}

static int compare_sets(const void *a, const void *b)
{
	const struct ec2_policy_set *const *x = a, *const *y = b;

	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* @sets: by number */
static int build_sets(struct build *b, const struct ec2_policy_set **sets, size_t n)
{
	b->n_set = 1; /* 0: no set, and nothing */
	for (size_t s = 0; s < n; s++) {
		uint64_t bits[WORDS] = {0};
		int number;

		for (size_t i = 0; i < b->rules->n; i++)
			if (b->rules->rule[i].group && set_has(sets[s], b->rules->rule[i].group))
				set_bit(bits, i);
		number = vector_number(b, bits);
		if (!number)
			continue;
		if (number < 0 || b->n_set == MAX_SETS)
			return -E2BIG;
		b->set[b->n_set] = sets[s]->id;
		b->set_vec[b->n_set++] = number;
	}
	return 0;
}

static int build(struct build *b, const struct ec2_policy_rules *rules,
		 const struct ec2_policy_set **sets, size_t n_sets)
{
	int ret;

	b->rules = rules;
	b->n_vec = 1;
	ret = build_addrs(b);
	if (!ret)
		ret = build_ports(b);
	if (!ret)
		ret = build_protocols(b);
	return ret ? ret : build_sets(b, sets, n_sets);
}

/* ---- tables ---- */
static bool fits(const struct build *b, const struct layout *l)
{
	return b->rules->n <= l->rules && b->n_addr <= l->intervals && b->n_port <= l->intervals &&
	       b->n_set <= l->sets && b->n_vec <= l->vectors;
}

static void write_tables(const struct build *b, const struct layout *l, void *tables)
{
	struct ec2_policy_head *head = tables;
	uint8_t *t = tables;
	uint32_t *addr = (void *)(t + l->addr), *set = (void *)(t + l->set);
	uint16_t *addr_vec = (void *)(t + l->addr_vec), *port_vec = (void *)(t + l->port_vec);
	uint16_t *port = (void *)(t + l->port);
	uint8_t *port_open = t + l->port_open, *vec = t + l->vec;
	size_t words = l->rules / 64;

	head->n_rules = b->rules->n;
	head->open = b->open;
	memcpy(head->proto_vec, b->proto_vec, sizeof(head->proto_vec));
	/* unused elements are above all others, and as good as the last: a search may end in them */
	for (unsigned int i = 0; i < l->intervals; i++) {
		unsigned int a = MIN(i, b->n_addr - 1), p = MIN(i, b->n_port - 1);

		addr[i] = i < b->n_addr ? b->addr[i] : UINT32_MAX;
		addr_vec[i] = b->addr_vec[a];
		port[i] = i < b->n_port ? b->port[i] : UINT16_MAX;
		port_vec[i] = b->port_vec[p];
		port_open[i] = b->port_open[p];
	}
	memset(set, 0xff, l->sets * sizeof(*set));
	memcpy(set, b->set, b->n_set * sizeof(*set));
	memcpy(t + l->set_vec, b->set_vec, b->n_set * sizeof(uint16_t));
	for (unsigned int i = 0; i < b->n_vec; i++)
		memcpy(vec + i * words * 8, b->vec[i], words * 8);
}

static int write_policy(struct ec2_policy *policy, const struct build *const builds[2])
{
	for (unsigned int i = 0; i < N_LAYOUTS; i++) {
		const struct layout *l = &layouts[i];

		if (!fits(builds[0], l) || !fits(builds[1], l))
			continue;
		policy->class = i + 1;
		policy->size = l->size;
		for (int d = 0; d < 2; d++) {
			policy->tables[d] = calloc(1, l->size);
			if (!policy->tables[d]) {
				ec2_policy_free(policy);
				return -ENOMEM;
			}
			write_tables(builds[d], l, policy->tables[d]);
		}
		return 0;
	}
	return -E2BIG;
}

static int check(const struct ec2_policy_rules *rules)
{
	if (rules->n > MAX_RULES)
		return -E2BIG;
	for (size_t i = 0; i < rules->n; i++)
		if (!rule_valid(&rules->rule[i]))
			return -EINVAL;
	return 0;
}

static const struct ec2_policy_set **sort_sets(const struct ec2_policy_set *sets, size_t n)
{
	const struct ec2_policy_set **sorted = calloc(n + 1, sizeof(const struct ec2_policy_set *));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &sets[i];
	qsort(sorted, n, sizeof(sorted[0]), compare_sets);
	return sorted;
}

int ec2_policy_compile(struct ec2_policy *policy, const struct ec2_policy_rules *ingress,
		       const struct ec2_policy_rules *egress, const struct ec2_policy_set *sets,
		       size_t n_sets)
{
	const struct ec2_policy_rules *rules[2] = {[EC2_EGRESS] = egress, [EC2_INGRESS] = ingress};
	const struct ec2_policy_set **sorted;
	struct build *builds[2];
	int ret = 0;

	memset(policy, 0, sizeof(*policy));
	for (int d = 0; d < 2 && !ret; d++)
		ret = check(rules[d]);
	for (size_t i = 0; i < n_sets && !ret; i++)
		ret = sets[i].id ? 0 : -EINVAL;
	if (ret)
		return ret;
	sorted = sort_sets(sets, n_sets);
	builds[0] = calloc(1, sizeof(*builds[0]));
	builds[1] = calloc(1, sizeof(*builds[1]));
	if (!sorted || !builds[0] || !builds[1])
		ret = -ENOMEM;
	for (int d = 0; d < 2 && !ret; d++)
		ret = build(builds[d], rules[d], sorted, n_sets);
	if (!ret)
		ret = write_policy(policy, (const struct build *const *)builds);
	free(builds[0]);
	free(builds[1]);
	free(sorted);
	return ret;
}

void ec2_policy_free(struct ec2_policy *policy)
{
	free(policy->tables[0]);
	free(policy->tables[1]);
	memset(policy, 0, sizeof(*policy));
}
