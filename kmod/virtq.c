// SPDX-License-Identifier: GPL-2.0
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/virtio_ring.h>

#include <guest.h>

#include "virtq.h"

/* Offsets in the rings, as the specification draws them. */
#define AVAIL_FLAGS 0
#define AVAIL_IDX 2
#define AVAIL_RING 4
#define USED_FLAGS 0
#define USED_IDX 2
#define USED_RING 4
#define DESC_SIZE 16
#define USED_ELEM_SIZE 8

struct desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

static struct desc desc_decode(const u64 raw[2])
{
	u64 rest = le64_to_cpu((__force __le64)raw[1]);

	return (struct desc){
		.addr = le64_to_cpu((__force __le64)raw[0]),
		.len = rest,
		.flags = rest >> 32,
		.next = rest >> 48,
	};
}

/* Both have the event index of the other side behind the ring. */
static u64 avail_size(u32 num)
{
	return AVAIL_RING + 2 * num + 2;
}

static u64 used_size(u32 num)
{
	return USED_RING + USED_ELEM_SIZE * num + 2;
}

static void __user *used_event(const struct ec2_virtq *vq)
{
	return vq->avail + AVAIL_RING + 2 * vq->num;
}

static void __user *avail_event(const struct ec2_virtq *vq)
{
	return vq->used + USED_RING + USED_ELEM_SIZE * vq->num;
}

static int broken(struct ec2_virtq *vq, int error)
{
	vq->broken = true;
	return error;
}

int ec2_virtq_init(struct ec2_virtq *vq, const struct ec2_gmem *gmem,
		   const struct ec2_virtq_layout *l)
{
	if (!l->num || l->num > EC2_MAX_QUEUE_SIZE || !is_power_of_2(l->num))
		return -EINVAL;
	if (!IS_ALIGNED(l->desc, 16) || !IS_ALIGNED(l->avail, 2) || !IS_ALIGNED(l->used, 4))
		return -EINVAL;
	*vq = (struct ec2_virtq){
		.gmem = gmem,
		.desc = ec2_gmem_ptr(gmem, l->desc, DESC_SIZE * (u64)l->num),
		.avail = ec2_gmem_ptr(gmem, l->avail, avail_size(l->num)),
		.used = ec2_gmem_ptr(gmem, l->used, used_size(l->num)),
		.num = l->num,
		.event_idx = l->event_idx,
		.indirect = l->indirect,
		.signal_all = true,
	};
	return vq->desc && vq->avail && vq->used ? 0 : -EINVAL;
}

int ec2_virtq_pending(struct ec2_virtq *vq)
{
	u16 idx, pending;

	if (vq->broken)
		return -EPROTO;
	if (ec2_guest_get16(&idx, vq->avail + AVAIL_IDX))
		return broken(vq, -EFAULT);
	pending = idx - vq->last_avail;
	if (pending > vq->num)
		return broken(vq, -EPROTO);
	/* The index before the ring entries and descriptors that it covers. */
	if (pending)
		smp_rmb();
	return pending;
}

/*
 * Add one descriptor to the chain. What is wrong with it is remembered, not returned: the walk goes
 * on, to find out whether there is a place for the error status.
 */
static void chain_add(struct ec2_chain *chain, const struct ec2_gmem *gmem, const struct desc *d)
{
	void __user *base = ec2_gmem_ptr(gmem, d->addr, d->len);
	u16 i = chain->n_out + chain->n_in;

	if (!base)
		chain->bad = true;
	chain->iov[i].iov_base = base;
	chain->iov[i].iov_len = base ? d->len : 0;
	if (d->flags & VRING_DESC_F_WRITE) {
		chain->n_in++;
		chain->in_len += chain->iov[i].iov_len;
		return;
	}
	/* What is read stands before what is written. */
	if (chain->n_in)
		chain->bad = true;
	chain->n_out++;
	chain->out_len += chain->iov[i].iov_len;
}

/* The walk came to its end: the last descriptor decides whether an error can be told. */
static int chain_end(struct ec2_virtq *vq, struct ec2_chain *chain, const struct desc *last)
{
	u16 n = chain->n_out + chain->n_in;

	if (!chain->bad)
		return 0;
	if ((last->flags & VRING_DESC_F_WRITE) && chain->iov[n - 1].iov_len)
		return 0;
	return broken(vq, -EPROTO);
}

/*
 * An indirect table: copied once, then walked in our copy. Descriptors may stand before the one that
 * names it, none after; whether that one is marked as writable means nothing (2.7.5.3.2).
 */
static int pop_indirect(struct ec2_virtq *vq, struct ec2_chain *chain, const struct desc *table)
{
	u32 n = table->len / DESC_SIZE;
	void __user *at;
	u32 i = 0, walked;
	struct desc d;

	if (!vq->indirect || (table->flags & VRING_DESC_F_NEXT))
		return broken(vq, -EPROTO);
	if (!n || n > EC2_MAX_CHAIN || table->len % DESC_SIZE)
		return broken(vq, -EPROTO);
	at = ec2_gmem_ptr(vq->gmem, table->addr, table->len);
	if (!at)
		return broken(vq, -EPROTO);
	if (ec2_guest_read(chain->table, at, table->len))
		return broken(vq, -EFAULT);

	for (walked = 0;; walked++) {
		d = desc_decode(chain->table[i]);
		/* More than the table has: a loop. */
		if ((d.flags & VRING_DESC_F_INDIRECT) || walked == n ||
		    chain->n_out + chain->n_in == EC2_MAX_CHAIN)
			return broken(vq, -EPROTO);
		chain_add(chain, vq->gmem, &d);
		if (!(d.flags & VRING_DESC_F_NEXT))
			return chain_end(vq, chain, &d);
		if (d.next >= n)
			return broken(vq, -EPROTO);
		i = d.next;
	}
}

static int pop_direct(struct ec2_virtq *vq, struct ec2_chain *chain, u16 head)
{
	u32 max = min_t(u32, vq->num, EC2_MAX_CHAIN);
	u64 raw[2];
	struct desc d;
	u16 i = head;

	for (;;) {
		if (ec2_guest_get_desc(raw, vq->desc + DESC_SIZE * (u32)i))
			return broken(vq, -EFAULT);
		d = desc_decode(raw);
		if (d.flags & VRING_DESC_F_INDIRECT)
			return pop_indirect(vq, chain, &d);
		/* More than the queue has: a loop. */
		if (chain->n_out + chain->n_in == max)
			return broken(vq, -EPROTO);
		chain_add(chain, vq->gmem, &d);
		if (!(d.flags & VRING_DESC_F_NEXT))
			return chain_end(vq, chain, &d);
		if (d.next >= vq->num)
			return broken(vq, -EPROTO);
		i = d.next;
	}
}

int ec2_virtq_pop(struct ec2_virtq *vq, struct ec2_chain *chain)
{
	u16 head;

	if (ec2_guest_get16(&head, vq->avail + AVAIL_RING + 2 * (vq->last_avail & (vq->num - 1))))
		return broken(vq, -EFAULT);
	vq->last_avail++;
	if (head >= vq->num)
		return broken(vq, -EPROTO);
	chain->head = head;
	chain->bad = false;
	chain->n_out = 0;
	chain->n_in = 0;
	chain->out_len = 0;
	chain->in_len = 0;
	return pop_direct(vq, chain, head);
}

void ec2_virtq_push(struct ec2_virtq *vq, u16 head, u32 written)
{
	void __user *at = vq->used + USED_RING;

	if (vq->broken)
		return;
	at += USED_ELEM_SIZE * (u32)(vq->next_used & (vq->num - 1));
	if (ec2_guest_put_used(head, written, at))
		broken(vq, -EFAULT);
	vq->next_used++;
}

bool ec2_virtq_show(struct ec2_virtq *vq)
{
	u16 old = vq->shown_used, new = vq->next_used;
	u16 value;

	if (vq->broken || old == new)
		return false;
	/* Data, status and used elements before the index that covers them. */
	smp_wmb();
	if (ec2_guest_put16(new, vq->used + USED_IDX)) {
		broken(vq, -EFAULT);
		return false;
	}
	vq->shown_used = new;
	/*
	 * The index before the guest's wish is read: the guest writes its wish and then looks at the
	 * index, so one of the two sees the other.
	 */
	smp_mb();
	if (ec2_guest_get16(&value, vq->event_idx ? used_event(vq) : vq->avail + AVAIL_FLAGS)) {
		broken(vq, -EFAULT);
		return false;
	}
	if (!vq->event_idx)
		return !(value & VRING_AVAIL_F_NO_INTERRUPT);
	if (vq->signal_all) {
		vq->signal_all = false;
		return true;
	}
	return vring_need_event(value, new, old);
}

void ec2_virtq_notify_off(struct ec2_virtq *vq)
{
	/* With the event index the old one is simply left behind. */
	if (vq->broken || vq->event_idx || vq->notify_off)
		return;
	vq->notify_off = true;
	if (ec2_guest_put16(VRING_USED_F_NO_NOTIFY, vq->used + USED_FLAGS))
		broken(vq, -EFAULT);
}

int ec2_virtq_notify_on(struct ec2_virtq *vq)
{
	int ret;

	if (vq->broken)
		return -EPROTO;
	if (vq->event_idx)
		ret = ec2_guest_put16(vq->last_avail, avail_event(vq));
	else
		ret = vq->notify_off ? ec2_guest_put16(0, vq->used + USED_FLAGS) : 0;
	if (ret)
		return broken(vq, -EFAULT);
	vq->notify_off = false;
	/*
	 * Our wish before the guest's index: the guest moves its index and then looks at our wish, so
	 * either it kicks or we see what it added.
	 */
	smp_mb();
	return ec2_virtq_pending(vq);
}
