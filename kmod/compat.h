/* SPDX-License-Identifier: GPL-2.0 */
/* Every test of the kernel's version, once. */
#ifndef EC2_COMPAT_H
#define EC2_COMPAT_H

#include <linux/eventfd.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* 6.10 took the source away from __assign_str(): __string() remembers it. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define ec2_assign_str(dst, src) __assign_str(dst)
#else
#define ec2_assign_str(dst, src) __assign_str(dst, src)
#endif

/* 6.8 took the count away. */
static inline void ec2_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/* 6.12 took no_llseek away: it is what NULL means. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define ec2_no_llseek NULL
#else
#define ec2_no_llseek no_llseek
#endif

/* 6.7 and the stable kernels after it let only CAP_NET_ADMIN join a multicast group. */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define EC2_GENL_MCAST_FLAGS .flags = GENL_MCAST_CAP_NET_ADMIN
#else
#define EC2_GENL_MCAST_FLAGS
#endif

#endif
