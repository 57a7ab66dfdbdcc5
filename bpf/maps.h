/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maps, pinned by the library under /sys/fs/bpf/ec2ctl. Weak: every program's object defines them, and the
 * linker makes one of each. Inner maps are declared by sizes, not types: 6.1 compares the BTF of an inner map
 * with its template's, and the library makes inner maps without any.
 */
#ifndef EC2_BPF_MAPS_H
#define EC2_BPF_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "shared.h"

#define EC2_MAP __weak SEC(".maps")

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, EC2_N_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} slots EC2_MAP;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EC2_BPF_MAX_ENIS);
	__type(key, __u32);
	__type(value, struct ec2_eni);
} enis EC2_MAP;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EC2_BPF_MAX_MAPPINGS);
	__type(key, struct ec2_mapping_key);
	__type(value, struct ec2_mapping);
} mappings EC2_MAP;

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EC2_BPF_MAX_ROUTES);
	__type(key, struct ec2_route_key);
	__type(value, struct ec2_route_value);
} routes EC2_MAP;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EC2_BPF_MAX_ENIS + 1);
	__type(key, __u32);
	__type(value, struct ec2_counters);
} counters EC2_MAP;

struct flow_table {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EC2_BPF_FLOWS);
	__uint(key_size, sizeof(struct ec2_flow_key));
	__uint(value_size, sizeof(struct ec2_flow));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, EC2_BPF_MAX_ENIS);
	__type(key, __u32);
	__array(values, struct flow_table);
} flows EC2_MAP;

/* one timer for each flow table, that removes what has expired */
struct sweep {
	struct bpf_timer timer;
	__u32 armed;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EC2_BPF_MAX_ENIS);
	__type(key, __u32);
	__type(value, struct sweep);
} sweeps EC2_MAP;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EC2_BPF_MAX_POLICIES);
	__type(key, __u32);
	__type(value, __u64); /* elements of arrays are 8 bytes apart, whatever their size */
} policy_live EC2_MAP;

#define POLICY_MAP(rules)                                                                          \
	struct policy_table_##rules {                                                              \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, EC2_POLICY_ELEMENTS);                                          \
		__uint(key_size, sizeof(__u32));                                                   \
		__uint(value_size, sizeof(struct ec2_policy_##rules));                             \
	};                                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                          \
		__uint(max_entries, EC2_BPF_MAX_POLICIES);                                         \
		__type(key, __u32);                                                                \
		__array(values, struct policy_table_##rules);                                      \
	} policies_##rules EC2_MAP

POLICY_MAP(64);
POLICY_MAP(256);
POLICY_MAP(1024);

#endif
