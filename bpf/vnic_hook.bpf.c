// SPDX-License-Identifier: GPL-2.0
/*
 * What hangs on an interface's hooks, and stays there: a stub that calls the program in the slot, so that one
 * write of the slot replaces it on all interfaces, and behind it a filter that drops.
 */
#include "lib/drop.h"

/* which build of the programs is in the slots: the library's alone */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} build EC2_MAP;

SEC("tc")
int hook_from_guest(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &slots, EC2_SLOT_FROM_GUEST);
	return TC_ACT_SHOT; /* the slot is empty */
}

SEC("tc")
int hook_to_guest(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &slots, EC2_SLOT_TO_GUEST);
	return TC_ACT_SHOT;
}

SEC("tc")
int hook_drop(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
