/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compiled rules of security groups: shared.h has their layout. The searches have no branches, so that neither
 * the verifier nor the processor has paths to try.
 */
#ifndef EC2_BPF_POLICY_H
#define EC2_BPF_POLICY_H

#include "parse.h"
#include "../maps.h"

/* What a policy is asked. */
struct query {
	__u32 addr; /* remote address, host order */
	__u32 groups; /* the remote's set of security groups, 0: none */
	__u16 port;
	__u8 proto;
};

/*
 * 1 where bound <= x, else 0; in assembly, for the compiler would make a branch of it. A logical shift: of an
 * arithmetic one, newer verifiers follow both results, and a search has 2^11 of them.
 */
static __always_inline __u64 below(__u64 bound, __u64 x)
{
	__u64 diff = bound - x - 1;

	asm volatile("%0 >>= 63" : "+r"(diff));
	return diff;
}

#define SEARCH(bounds, half, x)                                                                    \
	({                                                                                         \
		__u64 at_ = 0;                                                                     \
		_Pragma("unroll") for (__u64 step_ = (half); step_; step_ >>= 1) at_ +=            \
			step_ * below((bounds)[at_ + step_], (x));                                 \
		at_;                                                                               \
	})

/*
 * A vector's number, 0 (the empty one) where it is none. In assembly: the compiler checks one register and uses
 * another, and 6.1's verifier does not know that they are the same.
 */
#define VECTOR(number, vectors)                                                                    \
	({                                                                                         \
		__u64 n_ = (number);                                                               \
		asm volatile("if %0 < %1 goto +1\n\t%0 = 0" : "+r"(n_) : "i"(vectors));            \
		n_;                                                                                \
	})

#define POLICY_SIZE(rules, intervals, sets, vectors)                                               \
	static __noinline bool allowed_##rules(const struct ec2_policy_##rules *t,                 \
					       const struct query *q)                              \
	{                                                                                          \
		__u64 set = SEARCH(t->set, (sets) / 2, q->groups);                                 \
		__u64 a = VECTOR(t->addr_vec[SEARCH(t->addr, (intervals) / 2, q->addr)], vectors); \
		__u64 p = VECTOR(t->port_vec[SEARCH(t->port, (intervals) / 2, q->port)], vectors); \
		__u64 s = VECTOR(t->set[set] == q->groups ? t->set_vec[set] : 0, vectors);         \
		__u64 n = VECTOR(t->head.proto_vec[q->proto], vectors);                            \
                                                                                                   \
		for (int i = 0; i < (rules) / 64; i++)                                             \
			if ((t->vec[a][i] | t->vec[s][i]) & t->vec[p][i] & t->vec[n][i])           \
				return true;                                                       \
		return false;                                                                      \
	}                                                                                          \
                                                                                                   \
	static __always_inline __u32 open_at_##rules(const struct ec2_policy_##rules *t,           \
						     __u16 port)                                   \
	{                                                                                          \
		return t->port_open[SEARCH(t->port, (intervals) / 2, port)];                       \
	}                                                                                          \
                                                                                                   \
	/* A flow needs no tracking where all addresses may open it, and everything may answer. */ \
	static __noinline bool untracked_##rules(const struct ec2_policy_##rules *out,             \
						 const struct ec2_policy_##rules *in, __u32 bit,   \
						 __u32 ports)                                      \
	{                                                                                          \
		if ((out->head.open & bit) && (open_at_##rules(in, ports >> 16) & bit))            \
			return true;                                                               \
		return (in->head.open & bit) && (open_at_##rules(out, ports & 0xffff) & bit);      \
	}                                                                                          \
                                                                                                   \
	static __always_inline const void *tables_##rules(__u32 policy, __u32 element)             \
	{                                                                                          \
		void *inner = bpf_map_lookup_elem(&policies_##rules, &policy);                     \
                                                                                                   \
		return inner ? bpf_map_lookup_elem(inner, &element) : NULL;                        \
	}

POLICY_SIZE(64, 128, 64, 512)
POLICY_SIZE(256, 512, 256, 1536)
POLICY_SIZE(1024, 2048, 1024, 5632)

/*
 * Both directions' tables of a policy, of the half that is live. @live: as policy_live had it at the packet's
 * start, so that one packet sees one version.
 */
static __always_inline __u32 policy_word(__u32 policy)
{
	const volatile __u64 *live = bpf_map_lookup_elem(&policy_live, &policy);

	return live ? *live : 0;
}

static __always_inline __u32 policy_element(__u32 live, __u32 direction)
{
	return (live & EC2_LIVE_HALF) * 2 + direction;
}

/*
 * Whether the rules of that direction allow it. Nothing is where there is no policy. Global, as the next one:
 * the verifier looks at such a function once, and not in each state of its callers.
 */
__weak __noinline int policy_allows(__u32 policy, __u32 live, __u32 direction, const struct query *q)
{
	__u32 element = policy_element(live, direction);
	const void *t;

	if (!q)
		return false;

#define CASE(class, rules)                                                                         \
	case class:                                                                                \
		t = tables_##rules(policy, element);                                               \
		return t && allowed_##rules(t, q)
	switch (live >> EC2_LIVE_CLASS_SHIFT & EC2_LIVE_CLASS_MASK) {
		CASE(1, 64);
		CASE(2, 256);
		CASE(3, 1024);
	}
#undef CASE
	return false;
}

/* @lport, @rport: the guest's and the far end's, host order */
__weak __noinline int policy_untracked(__u32 policy, __u32 live, __u32 proto, __u32 lport,
				       __u32 rport)
{
	__u32 bit = proto == IPPROTO_TCP ? EC2_OPEN_TCP : proto == IPPROTO_UDP ? EC2_OPEN_UDP : 0;
	__u32 ports = lport << 16 | (rport & 0xffff);
	const void *out, *in;

	if (!bit)
		return false;
#define CASE(class, rules)                                                                         \
	case class:                                                                                \
		out = tables_##rules(policy, policy_element(live, EC2_EGRESS));                    \
		in = tables_##rules(policy, policy_element(live, EC2_INGRESS));                    \
		return out && in && untracked_##rules(out, in, bit, ports)
	switch (live >> EC2_LIVE_CLASS_SHIFT & EC2_LIVE_CLASS_MASK) {
		CASE(1, 64);
		CASE(2, 256);
		CASE(3, 1024);
	}
#undef CASE
	return false;
}

#endif
