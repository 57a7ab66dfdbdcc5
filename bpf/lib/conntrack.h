/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows of one interface. Its table is a map of its own: full, it refuses this interface's new flows only, and
 * it goes with the interface. Entries expire when they are looked up, and by one timer for each table.
 */
#ifndef EC2_BPF_CONNTRACK_H
#define EC2_BPF_CONNTRACK_H

#include "eni.h"
#include "policy.h"

#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC 1
#endif

#define SECOND 1000000000ull
#define SWEEP_EVERY (30 * SECOND)

static const __u8 tcp_next[EC2_N_TCP_STATES][2][N_TCP_EVENTS] = {
#define S(state) EC2_TCP_##state
	/* the side that opened, then the other: SYN, SYN+ACK, FIN, RST, else */
	[S(OPENING)] = {{S(OPENING), S(OPENING), S(FIN_ORIGIN), S(CLOSED), S(OPENING)},
			{S(REPLIED), S(REPLIED), S(FIN_REPLY), S(CLOSED), S(REPLIED)}},
	[S(REPLIED)] = {{S(REPLIED), S(REPLIED), S(FIN_ORIGIN), S(CLOSED), S(ESTABLISHED)},
			{S(REPLIED), S(REPLIED), S(FIN_REPLY), S(CLOSED), S(REPLIED)}},
	[S(ESTABLISHED)] = {{S(ESTABLISHED), S(ESTABLISHED), S(FIN_ORIGIN), S(CLOSED), S(ESTABLISHED)},
			    {S(ESTABLISHED), S(ESTABLISHED), S(FIN_REPLY), S(CLOSED), S(ESTABLISHED)}},
	[S(FIN_ORIGIN)] = {{S(FIN_ORIGIN), S(FIN_ORIGIN), S(FIN_ORIGIN), S(CLOSED), S(FIN_ORIGIN)},
			   {S(FIN_ORIGIN), S(FIN_ORIGIN), S(CLOSING), S(CLOSED), S(FIN_ORIGIN)}},
	[S(FIN_REPLY)] = {{S(FIN_REPLY), S(FIN_REPLY), S(CLOSING), S(CLOSED), S(FIN_REPLY)},
			  {S(FIN_REPLY), S(FIN_REPLY), S(FIN_REPLY), S(CLOSED), S(FIN_REPLY)}},
	[S(CLOSING)] = {{S(CLOSING), S(CLOSING), S(CLOSING), S(CLOSED), S(CLOSING)},
			{S(CLOSING), S(CLOSING), S(CLOSING), S(CLOSED), S(CLOSING)}},
	[S(CLOSED)] = {{S(CLOSED), S(CLOSED), S(CLOSED), S(CLOSED), S(CLOSED)},
		       {S(CLOSED), S(CLOSED), S(CLOSED), S(CLOSED), S(CLOSED)}},
#undef S
};

static __always_inline __u64 timeout(const struct ec2_eni *eni, __u8 state)
{
	__u32 seconds = EC2_TIMEOUT_OTHER;

	switch (state) {
	case EC2_TCP_OPENING:
	case EC2_TCP_REPLIED:
		seconds = EC2_TIMEOUT_TCP_OPENING;
		break;
	case EC2_TCP_ESTABLISHED:
		seconds = eni->tcp_established_s;
		break;
	case EC2_TCP_FIN_ORIGIN:
	case EC2_TCP_FIN_REPLY:
	case EC2_TCP_CLOSING:
		seconds = EC2_TIMEOUT_TCP_CLOSING;
		break;
	case EC2_TCP_CLOSED:
		seconds = EC2_TIMEOUT_TCP_CLOSED;
		break;
	case EC2_UDP_NEW:
	case EC2_UDP_REPLIED:
		seconds = eni->udp_s;
		break;
	case EC2_UDP_STREAM:
		seconds = eni->udp_stream_s;
		break;
	case EC2_ICMP_QUERY:
		seconds = EC2_TIMEOUT_ICMP;
		break;
	case EC2_FRAGMENT:
		seconds = EC2_TIMEOUT_FRAGMENT;
		break;
	}
	return seconds * SECOND;
}

static __always_inline __u8 next_state(const struct ec2_flow *flow, const struct packet *p,
				       __u32 direction)
{
	bool reply = flow->origin != direction;
	__u8 state = flow->state;
	__u32 row = (state * 2 + reply) * N_TCP_EVENTS + p->event;

	/* one index that is checked as the one that is used: the verifier sees registers, not variables */
	asm volatile("" : "+r"(row));
	if (state < EC2_N_TCP_STATES)
		return row < sizeof(tcp_next) ? ((const __u8 *)tcp_next)[row] : state;
	if (state == EC2_UDP_NEW && reply)
		return EC2_UDP_REPLIED;
	if (state == EC2_UDP_REPLIED && !reply)
		return EC2_UDP_STREAM;
	return state;
}

static __always_inline __u8 first_state(const struct packet *p)
{
	switch (p->proto) {
	case IPPROTO_TCP:
		return p->event == TCP_EVENT_FIN ? EC2_TCP_FIN_ORIGIN : EC2_TCP_OPENING;
	case IPPROTO_UDP:
		return EC2_UDP_NEW;
	case IPPROTO_ICMP:
		return EC2_ICMP_QUERY;
	}
	return EC2_OTHER;
}

/* Writes only what changes by a second or more: processors share this line. */
static __always_inline void touch(struct ec2_flow *flow, const struct ec2_eni *eni, __u8 state,
				  __u64 now)
{
	__u64 expires = now + timeout(eni, state);

	if (flow->state != state) {
		flow->state = state;
		flow->expires = expires;
	} else if (expires - flow->expires > SECOND) {
		flow->expires = expires;
	}
}

/* ---- the sweep ---- */
struct sweep_arg {
	__u64 now;
	__u32 left; /* whether any is: a count would have no end for the verifier */
};

static long sweep_one(void *table, struct ec2_flow_key *key, struct ec2_flow *flow,
		      struct sweep_arg *arg)
{
	if (flow->expires <= arg->now)
		bpf_map_delete_elem(table, key);
	else
		arg->left = 1;
	return 0;
}

static int sweep_run(void *map, __u32 *slot, struct sweep *sweep)
{
	struct sweep_arg arg = {.now = bpf_ktime_get_coarse_ns()};
	void *table = bpf_map_lookup_elem(&flows, slot);

	/* an empty table needs no timer: the next flow arms it again */
	sweep->armed = 0;
	if (!table)
		return 0;
	bpf_for_each_map_elem(table, sweep_one, &arg, 0);
	if (arg.left && !__sync_lock_test_and_set(&sweep->armed, 1))
		bpf_timer_start(&sweep->timer, SWEEP_EVERY, 0);
	return 0;
}

static __always_inline void sweep_arm(__u32 slot)
{
	struct sweep *sweep = bpf_map_lookup_elem(&sweeps, &slot);

	if (!sweep || sweep->armed || __sync_lock_test_and_set(&sweep->armed, 1))
		return;
	/* -EBUSY: it was made before */
	bpf_timer_init(&sweep->timer, &sweeps, CLOCK_MONOTONIC);
	bpf_timer_set_callback(&sweep->timer, sweep_run);
	bpf_timer_start(&sweep->timer, SWEEP_EVERY, 0);
}

/* ---- fragments: an entry for a datagram whose first fragment passed ---- */
static __always_inline struct ec2_flow_key fragment_key(const struct packet *p, __u32 direction)
{
	bool out = direction == EC2_EGRESS;

	return (struct ec2_flow_key){.local = out ? p->src : p->dst,
				     .remote = out ? p->dst : p->src,
				     .lport = p->id,
				     .proto = p->proto,
				     .kind = out ? EC2_FLOW_FRAGMENT_OUT : EC2_FLOW_FRAGMENT_IN};
}

static __always_inline int fragment_later(void *table, const struct packet *p, __u32 direction)
{
	struct ec2_flow_key key = fragment_key(p, direction);
	const struct ec2_flow *first = bpf_map_lookup_elem(table, &key);

	return first && first->expires > bpf_ktime_get_coarse_ns() ? 0 : -EC2_DROP_FRAGMENT;
}

static __always_inline int flow_insert(void *table, const struct ec2_eni *eni,
				       const struct ec2_flow_key *key, __u8 state, __u32 direction)
{
	struct ec2_flow flow = {.expires = bpf_ktime_get_coarse_ns() + timeout(eni, state),
				.state = state,
				.origin = direction};

	if (bpf_map_update_elem(table, key, &flow, BPF_ANY))
		return -EC2_DROP_FLOW_TABLE_FULL;
	sweep_arm(eni->slot);
	return 0;
}

static __always_inline int fragment_first(void *table, const struct ec2_eni *eni,
					  const struct packet *p, __u32 direction)
{
	struct ec2_flow_key key = fragment_key(p, direction);

	return flow_insert(table, eni, &key, EC2_FRAGMENT, direction);
}

/* ---- ICMP errors: let in and out with the flow that they are about ---- */
/*
 * The flow of the datagram that an error quotes. It went the other way, and its near end is the interface that
 * the error goes to, or comes from.
 * Return: whether there is one
 */
static __always_inline bool quoted(struct __sk_buff *skb, const struct packet *p, __u32 direction,
				   struct ec2_flow_key *key)
{
	const __u32 offset = p->l4 + sizeof(struct icmphdr);
	struct iphdr ip;
	__be16 ports[4] = {}, source, dest;
	bool out = direction == EC2_EGRESS;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5 ||
	    (ip.frag_off & bpf_htons(IP_OFFSET)))
		return false;
	if (out ? ip.daddr != p->src : ip.saddr != p->dst)
		return false;
	if (p->l4_len < sizeof(struct icmphdr) + ip.ihl * 4 + sizeof(ports) ||
	    bpf_skb_load_bytes(skb, offset + ip.ihl * 4, ports, sizeof(ports)))
		return false;
	*key = (struct ec2_flow_key){.local = out ? ip.daddr : ip.saddr,
				     .remote = out ? ip.saddr : ip.daddr,
				     .proto = ip.protocol};
	if (ip.protocol == IPPROTO_TCP || ip.protocol == IPPROTO_UDP) {
		source = ports[0];
		dest = ports[1];
		key->lport = out ? dest : source;
		key->rport = out ? source : dest;
	} else if (ip.protocol == IPPROTO_ICMP) {
		/* type and code, checksum, identifier; only queries are flows, and it is their sender that is told */
		__u8 class = icmp_class(*(const __u8 *)ports);

		if (class != ICMP_QUERY && class != ICMP_REPLY)
			return false;
		key->lport = key->rport = ports[2];
		key->kind = (class == ICMP_QUERY) == out ? EC2_FLOW_ICMP_IN : EC2_FLOW_ICMP_OUT;
	}
	return true;
}

__weak __noinline int related(struct __sk_buff *skb, const struct packet *p,
			      const struct ec2_eni *eni, __u32 live, __u32 direction)
{
	const struct ec2_flow *flow;
	struct ec2_flow_key key;
	void *table;
	__u32 slot;

	if (!p || !eni)
		return false;
	/* 6.1 takes no key out of what a global function is given */
	slot = eni->slot;
	table = bpf_map_lookup_elem(&flows, &slot);
	if (!table || !quoted(skb, p, direction, &key))
		return false;
	flow = bpf_map_lookup_elem(table, &key);
	if (flow && flow->expires > bpf_ktime_get_coarse_ns())
		return true;
	return policy_untracked(eni->policy, live, key.proto, bpf_ntohs(key.lport),
				bpf_ntohs(key.rport));
}

/* ---- the decision ---- */
static __always_inline struct ec2_flow_key flow_key(const struct packet *p, __u32 direction)
{
	bool out = direction == EC2_EGRESS;
	struct ec2_flow_key key = {.local = out ? p->src : p->dst,
				   .remote = out ? p->dst : p->src,
				   .lport = out ? p->sport : p->dport,
				   .rport = out ? p->dport : p->sport,
				   .proto = p->proto};

	if (p->icmp == ICMP_QUERY || p->icmp == ICMP_REPLY)
		key.kind = (p->icmp == ICMP_QUERY) == out ? EC2_FLOW_ICMP_OUT : EC2_FLOW_ICMP_IN;
	else if (p->icmp)
		key.kind = EC2_FLOW_NONE;
	return key;
}

/* A connection that is over opens anew: the rules decide again. */
static __always_inline bool reopens(const struct ec2_flow *flow, const struct packet *p)
{
	return (flow->state == EC2_TCP_CLOSING || flow->state == EC2_TCP_CLOSED) &&
	       p->event == TCP_EVENT_SYN;
}

/* The far end's set of security groups, which the sender's route has found already. */
static __always_inline __u32 groups_of(const struct ec2_eni *eni, __be32 remote, __u32 direction,
				       __u32 groups)
{
	const struct ec2_mapping *mapping;

	if (direction == EC2_EGRESS)
		return groups;
	mapping = mapping_find(eni->vpc, remote);
	return mapping ? mapping->groups : 0;
}

/* A packet that belongs to no flow: by the rules, and a flow from now on where one is to be tracked. */
static __always_inline int flow_new(struct __sk_buff *skb, void *table, const struct ec2_eni *eni,
				    const struct packet *p, const struct ec2_flow_key *key,
				    __u32 direction, __u32 groups)
{
	__u32 live = policy_word(eni->policy);
	struct query q = {.addr = bpf_ntohl(key->remote),
			  .groups = groups_of(eni, key->remote, direction, groups),
			  .port = p->rule_port,
			  .proto = p->proto};

	if (!live)
		return -EC2_DROP_NO_POLICY;
	if (policy_untracked(eni->policy, live, p->proto, bpf_ntohs(key->lport),
			     bpf_ntohs(key->rport)))
		return 0;
	if (p->icmp == ICMP_ERROR && related(skb, p, eni, live, direction))
		return 0;
	if (!policy_allows(eni->policy, live, direction, &q))
		return direction == EC2_EGRESS ? -EC2_DROP_POLICY_EGRESS : -EC2_DROP_POLICY_INGRESS;
	/* nothing will follow these */
	if (p->icmp > ICMP_QUERY || (p->proto == IPPROTO_TCP && p->event == TCP_EVENT_RST))
		return 0;
	return flow_insert(table, eni, key, first_state(p), direction);
}

/*
 * Let a packet of an interface pass or not, by its flow, else by its rules.
 * @groups: on egress the destination's set of security groups
 * Return: 0 or a negative reason
 */
static __always_inline int conntrack(struct __sk_buff *skb, const struct ec2_eni *eni,
				     const struct packet *p, __u32 direction, __u32 groups)
{
	void *table = bpf_map_lookup_elem(&flows, &eni->slot);
	struct ec2_flow_key key;
	struct ec2_flow *flow;
	__u64 now;
	int ret = 0;

	if (!table)
		return -EC2_DROP_NO_FLOW_TABLE;
	if (p->fragment == FRAGMENT_LATER)
		return fragment_later(table, p, direction);
	key = flow_key(p, direction);
	flow = bpf_map_lookup_elem(table, &key);
	now = bpf_ktime_get_coarse_ns();
	if (flow && flow->expires > now && !reopens(flow, p)) {
		touch(flow, eni, next_state(flow, p, direction), now);
	} else {
		if (flow)
			bpf_map_delete_elem(table, &key);
		ret = flow_new(skb, table, eni, p, &key, direction, groups);
	}
	if (!ret && p->fragment == FRAGMENT_FIRST)
		ret = fragment_first(table, eni, p, direction);
	return ret;
}

#endif
