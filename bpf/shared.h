/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1-or-later */
/*
 * Keys and values of the pinned maps, shared by the BPF programs and the library. Addresses and ports are in
 * network order unless said otherwise. Pinned layouts are versioned by EC2_BPF_LAYOUT: a new layout is a new
 * folder of pins.
 */
#ifndef EC2_BPF_SHARED_H
#define EC2_BPF_SHARED_H

#include <linux/types.h>

#define EC2_BPF_LAYOUT 1

#define EC2_BPF_MAX_ENIS 4096
#define EC2_BPF_MAX_POLICIES 4096
#define EC2_BPF_MAX_MAPPINGS 65536
#define EC2_BPF_MAX_ROUTES 16384
#define EC2_BPF_MAX_VPC (1 << 20) /* a VPC's number fits the mark's low bits */
#define EC2_BPF_FLOWS 65536 /* quota of an interface, unless it has its own */

/* the VPC's router, towards every guest */
#define EC2_ROUTER_MAC {0x02, 0xec, 0x2c, 0x00, 0x00, 0x01}

/* skb marks: who sent a packet on to vnic_to_guest; no packet from elsewhere has one */
#define EC2_MARK_FORWARD 0xec200000u /* | VPC: from another interface of the VPC */
#define EC2_MARK_ANSWER 0xec300000u /* | slot: built here for the interface that asked */
#define EC2_MARK_KIND 0xfff00000u

/* ---- why a packet was dropped: name in C, name in lists ---- */
#define EC2_DROP_REASONS(X)                                                                        \
	X(NONE, "none")                                                                            \
	X(NO_INTERFACE, "no-interface")                                                            \
	X(NO_MARK, "no-mark")                                                                      \
	X(OTHER_VPC, "other-vpc")                                                                  \
	X(NO_POLICY, "no-policy")                                                                  \
	X(NO_FLOW_TABLE, "no-flow-table")                                                          \
	X(TRUNCATED, "truncated")                                                                  \
	X(MALFORMED, "malformed")                                                                  \
	X(VLAN, "vlan")                                                                            \
	X(ETHERTYPE, "ethertype")                                                                  \
	X(IPV6, "ipv6")                                                                            \
	X(ARP, "arp")                                                                              \
	X(SPOOFED_MAC, "spoofed-mac")                                                              \
	X(SPOOFED_IP, "spoofed-ip")                                                                \
	X(SPOOFED_ARP, "spoofed-arp")                                                              \
	X(MULTICAST, "multicast")                                                                  \
	X(LINK_LOCAL, "link-local")                                                                \
	X(DHCP, "dhcp")                                                                            \
	X(FRAGMENT, "fragment")                                                                    \
	X(NOT_ITS_ADDRESS, "not-its-address")                                                      \
	X(NO_ROUTE, "no-route")                                                                    \
	X(BLACKHOLE, "blackhole")                                                                  \
	X(NO_GATEWAY, "no-gateway")                                                                \
	X(NO_MAPPING, "no-mapping")                                                                \
	X(POLICY_EGRESS, "policy-egress")                                                          \
	X(POLICY_INGRESS, "policy-ingress")                                                        \
	X(FLOW_TABLE_FULL, "conntrack-allowance-exceeded")

enum ec2_drop {
#define EC2_DROP_ENUM(name, text) EC2_DROP_##name,
	EC2_DROP_REASONS(EC2_DROP_ENUM)
#undef EC2_DROP_ENUM
	EC2_N_DROPS
};

/* counters: ifindex -> this, per CPU; ifindex 0: packets of interfaces that are not known */
#define EC2_BPF_COUNTERS 48
struct ec2_counters {
	__u64 drops[EC2_BPF_COUNTERS];
};

/* ---- enis: ifindex -> this ---- */
enum ec2_eni_flags {
	EC2_ENI_CHECK = 1, /* source/dest check */
	EC2_ENI_ROUTES = 2, /* its route table has routes inside the local range: search it always */
};

struct ec2_eni {
	__u32 ifindex;
	__u32 slot; /* index into the flow tables */
	__u32 vpc;
	__u32 policy;
	__be32 ip;
	__be32 subnet, subnet_mask;
	__be32 local, local_mask; /* the VPC's first range */
	__be32 dns;
	__u32 route_table;
	__u32 flags;
	__u32 mtu;
	__u32 tcp_established_s, udp_s, udp_stream_s;
	__u8 mac[6];
	__u8 pad[2];
	__u32 reserved[6];
};

/* ---- mappings: an address of a VPC -> whose it is ---- */
struct ec2_mapping_key {
	__u32 vpc;
	__be32 ip;
};

struct ec2_mapping {
	__u32 ifindex;
	__u32 groups; /* the interface's set of security groups, the number of its policy */
	__u8 mac[6];
	__u8 pad[2];
	__u32 reserved[4];
};

/* ---- routes: longest prefix of {table, destination} ---- */
enum ec2_route_kind {
	EC2_ROUTE_LOCAL = 1,
	EC2_ROUTE_BLACKHOLE,
	EC2_ROUTE_INTERFACE, /* target: ifindex */
	EC2_ROUTE_GATEWAY,
};

struct ec2_route_key {
	__u32 prefixlen; /* 32 + the destination's */
	__be32 table;
	__be32 ip;
};

struct ec2_route_value {
	__u32 kind;
	__u32 target;
	__u32 reserved[2];
};

/* ---- flow tables: one hash per interface, as large as its quota ---- */
enum ec2_direction {
	EC2_EGRESS, /* from the guest */
	EC2_INGRESS,
};

enum ec2_flow_kind {
	EC2_FLOW_PLAIN, /* by protocol, addresses, ports */
	EC2_FLOW_ICMP_OUT, /* a query that the guest sent, by identifier */
	EC2_FLOW_ICMP_IN,
	EC2_FLOW_FRAGMENT_OUT, /* a datagram whose first fragment passed: lport is the id */
	EC2_FLOW_FRAGMENT_IN,
	EC2_FLOW_NONE, /* other ICMP is no flow: never in a table */
};

struct ec2_flow_key {
	__be32 local, remote;
	__be16 lport, rport;
	__u8 proto;
	__u8 kind;
	__u16 pad;
};

enum ec2_flow_state {
	EC2_TCP_OPENING,
	EC2_TCP_REPLIED,
	EC2_TCP_ESTABLISHED,
	EC2_TCP_FIN_ORIGIN, /* the side that opened has said FIN */
	EC2_TCP_FIN_REPLY,
	EC2_TCP_CLOSING,
	EC2_TCP_CLOSED,
	EC2_N_TCP_STATES,
	EC2_UDP_NEW = EC2_N_TCP_STATES,
	EC2_UDP_REPLIED,
	EC2_UDP_STREAM,
	EC2_ICMP_QUERY,
	EC2_OTHER,
	EC2_FRAGMENT,
	EC2_N_FLOW_STATES
};

struct ec2_flow {
	__u64 expires; /* coarse monotonic clock, ns */
	__u8 state;
	__u8 origin; /* enum ec2_direction */
	__u8 pad[6];
	__u64 reserved[2];
};

/* seconds; those of an interface's own (TCP established, UDP, UDP stream) are in its entry */
#define EC2_TIMEOUT_TCP_ESTABLISHED 432000
#define EC2_TIMEOUT_UDP 30
#define EC2_TIMEOUT_UDP_STREAM 180
#define EC2_TIMEOUT_TCP_OPENING 60
#define EC2_TIMEOUT_TCP_CLOSING 120
#define EC2_TIMEOUT_TCP_CLOSED 10
#define EC2_TIMEOUT_ICMP 30
#define EC2_TIMEOUT_OTHER 600
#define EC2_TIMEOUT_FRAGMENT 30

/* ---- policies ---- */
/*
 * A policy is what the rules of one set of security groups compile to. A look-up in each dimension gives a
 * bit vector of the rules that match there; a packet is allowed when
 *	(vec[remote address] | vec[remote's set of groups]) & vec[protocol] & vec[port]
 * has a bit. Addresses and ports are searched by the lower bounds of intervals, in host order and ascending;
 * bound 0 is 0, and unused ones at the end repeat the last interval's vector. For ICMP the port is type << 8 |
 * code. vec[0] is empty. Three sizes: a policy takes the smallest that it fits.
 */
enum ec2_policy_open {
	EC2_OPEN_TCP = 1,
	EC2_OPEN_UDP = 2,
};

struct ec2_policy_head {
	__u32 n_rules;
	__u32 open; /* protocols open to all addresses on all ports: enum ec2_policy_open */
	__u16 proto_vec[256];
};

#define EC2_POLICY_TABLES(rules, intervals, sets, vectors)                                         \
	struct ec2_policy_##rules {                                                                \
		struct ec2_policy_head head;                                                       \
		__u32 addr[intervals];                                                             \
		__u32 set[sets]; /* numbers of sets, ascending; unused: 2^32 - 1 */                \
		__u16 addr_vec[intervals];                                                         \
		__u16 set_vec[sets];                                                               \
		__u16 port[intervals];                                                             \
		__u16 port_vec[intervals];                                                         \
		__u8 port_open[intervals]; /* protocols open there to all addresses */             \
		__u64 vec[vectors][(rules) / 64];                                                  \
	}

EC2_POLICY_TABLES(64, 128, 64, 512);
EC2_POLICY_TABLES(256, 512, 256, 1536);
EC2_POLICY_TABLES(1024, 2048, 1024, 5632);

/*
 * policy_live: one word a policy, in memory that the library maps. An edit fills the idle half of the tables
 * and then writes this word. 0: there is no policy, and everything is dropped.
 */
#define EC2_LIVE_HALF 1u
#define EC2_LIVE_CLASS_SHIFT 1
#define EC2_LIVE_CLASS_MASK 3u /* 1, 2, 3: 64, 256, 1,024 rules */
#define EC2_LIVE_BUSY 8u /* the library's: programs may still be reading the idle half */

/* element of a policy's tables: half * 2 + direction */
#define EC2_POLICY_ELEMENTS 4

/* slots of the program array that the hooks tail-call */
enum ec2_slot {
	EC2_SLOT_FROM_GUEST,
	EC2_SLOT_TO_GUEST,
	EC2_N_SLOTS
};

_Static_assert(sizeof(struct ec2_counters) == 384, "counters");
_Static_assert(EC2_N_DROPS <= EC2_BPF_COUNTERS, "more reasons than counters");
_Static_assert(sizeof(struct ec2_eni) == 96, "eni");
_Static_assert(sizeof(struct ec2_mapping_key) == 8, "mapping key");
_Static_assert(sizeof(struct ec2_mapping) == 32, "mapping");
_Static_assert(sizeof(struct ec2_route_key) == 12, "route key");
_Static_assert(sizeof(struct ec2_route_value) == 16, "route");
_Static_assert(sizeof(struct ec2_flow_key) == 16, "flow key");
_Static_assert(sizeof(struct ec2_flow) == 32, "flow");
_Static_assert(sizeof(struct ec2_policy_64) % 8 == 0, "policy 64");
_Static_assert(sizeof(struct ec2_policy_256) % 8 == 0, "policy 256");
_Static_assert(sizeof(struct ec2_policy_1024) % 8 == 0, "policy 1024");

#endif
