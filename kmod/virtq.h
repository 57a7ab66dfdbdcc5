/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Split virtqueues (virtio 1.2, section 2.7) over guest memory, seen from the device.
 *
 * All calls are made under the queue's lock, in a thread that has the VM's mm. Whatever breaks a
 * rule that leaves nobody to answer marks the queue broken: it is not looked at again until it is
 * bound anew.
 */
#ifndef EC2_VIRTQ_H
#define EC2_VIRTQ_H

#include <linux/types.h>
#include <linux/uio.h>

#include "gmem.h"
#include "limits.h"

/* Descriptors in a chain: the data and the two that virtio-blk puts around it. */
#define EC2_MAX_CHAIN (EC2_MAX_SEGMENTS + 2)

struct ec2_virtq {
	/* fixed while bound */
	const struct ec2_gmem *gmem;
	void __user *desc;
	void __user *avail;
	void __user *used;
	u16 num; /* a power of two */
	bool event_idx;
	bool indirect;
	/* state */
	bool broken;
	bool signal_all; /* no event index is known yet: notify in any case */
	bool notify_off; /* the guest was told not to kick (without event_idx) */
	u16 last_avail; /* next to take */
	u16 next_used; /* next to fill */
	u16 shown_used; /* what the guest sees of next_used */
};

struct ec2_virtq_layout {
	u64 desc;
	u64 avail;
	u64 used;
	u32 num;
	bool event_idx;
	bool indirect;
};

/*
 * A chain, translated: out[] is what the device reads, in[] what it writes. `bad`: some rule is
 * broken, but the last descriptor is one that the device may write, so that an error can be told.
 */
struct ec2_chain {
	u16 head;
	bool bad;
	u16 n_out;
	u16 n_in;
	u64 out_len;
	u64 in_len;
	struct iovec iov[EC2_MAX_CHAIN]; /* n_out, then n_in */
	/* an indirect table, as it was read once */
	u64 table[EC2_MAX_CHAIN][2];
};

/* EINVAL: num, alignment (16, 2, 4), or not all inside guest memory. */
int ec2_virtq_init(struct ec2_virtq *vq, const struct ec2_gmem *gmem,
		   const struct ec2_virtq_layout *layout);

/*
 * How many chains are waiting; negative: EFAULT, or EPROTO when the guest claims more than fit. The
 * queue is broken then.
 */
int ec2_virtq_pending(struct ec2_virtq *vq);

/*
 * Take the next chain, one that ec2_virtq_pending() counted. EPROTO, EFAULT: the queue is broken,
 * nobody can be answered.
 */
int ec2_virtq_pop(struct ec2_virtq *vq, struct ec2_chain *chain);

/* Give a chain back, with how many bytes were written into it. The guest does not see it yet. */
void ec2_virtq_push(struct ec2_virtq *vq, u16 head, u32 written);
/* Show the guest all that was pushed. True: it wants an interrupt. */
bool ec2_virtq_show(struct ec2_virtq *vq);

/* The guest need not kick while somebody serves. */
void ec2_virtq_notify_off(struct ec2_virtq *vq);
/* It must kick again. Returns what ec2_virtq_pending() does, looked at afterwards. */
int ec2_virtq_notify_on(struct ec2_virtq *vq);

#endif
