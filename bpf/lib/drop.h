/* SPDX-License-Identifier: GPL-2.0 */
/* Drop reasons. Steps return 0 or a negative reason, as the kernel's functions return errors. */
#ifndef EC2_BPF_DROP_H
#define EC2_BPF_DROP_H

#include <linux/pkt_cls.h>
#include "../maps.h"

/* Count the reason at the interface, or with the unknown ones, and drop. @ret: negative reason */
static __always_inline int drop(__u32 ifindex, int ret)
{
	__u64 reason = (__u32)-ret;
	__u32 unknown = 0;
	struct ec2_counters *counter = bpf_map_lookup_elem(&counters, &ifindex);

	if (!counter)
		counter = bpf_map_lookup_elem(&counters, &unknown);
	/* in assembly, that 6.1's verifier sees the bound of the register that is used */
	asm volatile("if %0 < %1 goto +1\n\t%0 = 0" : "+r"(reason) : "i"(EC2_BPF_COUNTERS));
	if (counter)
		counter->drops[reason]++;
	return TC_ACT_SHOT;
}

#endif
