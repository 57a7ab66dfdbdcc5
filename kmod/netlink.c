// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <net/genetlink.h>

#include "compat.h"
#include "event.h"
#include "instance.h"
#include "netlink.h"
#include "object.h"
#include "uapi/ec2ctl_netlink.h"

static struct genl_family family;

static const struct genl_multicast_group groups[] = {
	{.name = EC2_GENL_GROUP_EVENTS, EC2_GENL_MCAST_FLAGS},
};

/* ---- events ---- */

static int put_event(struct sk_buff *skb, const struct ec2_event *event)
{
	void *head = genlmsg_put(skb, 0, 0, &family, 0, EC2_CMD_EVENT);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, EC2_ATTR_ID, event->id) ||
	    nla_put_u64_64bit(skb, EC2_ATTR_SEQ, event->seq, EC2_ATTR_PAD) ||
	    nla_put_u64_64bit(skb, EC2_ATTR_TIME, event->time, EC2_ATTR_PAD) ||
	    nla_put_u32(skb, EC2_ATTR_TYPE, event->type) ||
	    nla_put_u32(skb, EC2_ATTR_SLOT, event->slot) ||
	    nla_put_u64_64bit(skb, EC2_ATTR_VALUE, event->value, EC2_ATTR_PAD))
		return -EMSGSIZE;
	genlmsg_end(skb, head);
	return 0;
}

/* One worker empties the backlog, so that the order is that of the numbers. */
static void send_work(struct work_struct *work)
{
	struct ec2_event event;
	struct sk_buff *skb;

	while (ec2_event_take_netlink(&event)) {
		if (!genl_has_listeners(&family, &init_net, 0))
			continue;
		/* without memory there is a gap in the numbers, which listeners look for */
		skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
		if (!skb)
			continue;
		if (put_event(skb, &event))
			nlmsg_free(skb);
		else
			genlmsg_multicast(&family, skb, 0, 0, GFP_KERNEL);
	}
}

static DECLARE_WORK(sender, send_work);

void ec2_netlink_wake(void)
{
	queue_work(ec2_workqueue, &sender);
}

/* ---- dumps ---- */

struct value {
	int attr;
	u64 value;
};

static int put_values(struct sk_buff *skb, const struct value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (nla_put_u64_64bit(skb, values[i].attr, values[i].value, EC2_ATTR_PAD))
			return -EMSGSIZE;
	return 0;
}

/*
 * Where a dump is, in the callback's longs. `seq` is taken before anything is looked at: changes
 * are made before their events are numbered, so all up to it are in the dump.
 */
struct dump {
	u64 pos; /* the last instance that was sent whole */
	u64 slot; /* the next one of the instance after it */
	u64 seq;
	u64 begun;
};
static_assert(sizeof(struct dump) <= sizeof_field(struct netlink_callback, args));

static struct dump *dump_of(struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args;

	if (!d->begun) {
		d->seq = ec2_event_seq();
		d->begun = 1;
	}
	return d;
}

static void *put_head(struct sk_buff *skb, struct netlink_callback *cb, int cmd, const char *id)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &family,
				 NLM_F_MULTI, cmd);

	if (!head)
		return NULL;
	if (nla_put_string(skb, EC2_ATTR_ID, id) ||
	    nla_put_u64_64bit(skb, EC2_ATTR_SEQ, dump_of(cb)->seq, EC2_ATTR_PAD)) {
		genlmsg_cancel(skb, head);
		return NULL;
	}
	return head;
}

static int put_instance(struct sk_buff *skb, struct netlink_callback *cb, struct ec2_instance *inst)
{
	struct ec2_instance_stats s = {};
	void *head;

	ec2_instance_stats(inst, &s);
	const struct value values[] = {
		{EC2_ATTR_RUNNING_NS, s.running_ns},
		{EC2_ATTR_VCPU_NS, s.vcpu_ns},
		{EC2_ATTR_CREDITS_EARNED, s.credits_earned},
		{EC2_ATTR_CREDITS_SPENT, s.credits_spent},
		{EC2_ATTR_CREDITS_SURPLUS, s.credits_surplus},
		{EC2_ATTR_CREDIT_BALANCE, s.credit_balance},
		{EC2_ATTR_THROTTLED_NS, s.throttled_ns},
	};
	head = put_head(skb, cb, EC2_CMD_GET_INSTANCES, inst->named.id);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, EC2_ATTR_STATE, s.state) ||
	    (s.vm_on && nla_put_flag(skb, EC2_ATTR_VM_ON)) ||
	    nla_put_u32(skb, EC2_ATTR_VMM_PID, s.vmm_pid) ||
	    put_values(skb, values, ARRAY_SIZE(values))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int put_disk(struct sk_buff *skb, struct netlink_callback *cb, struct ec2_instance *inst,
		    u32 slot)
{
	struct ec2_disk_stats s = {.slot = slot};
	void *head;

	/* it may have gone since the mask was read */
	if (ec2_disk_stats(inst, &s))
		return 0;
	const struct value values[] = {
		{EC2_ATTR_CAPACITY, s.capacity},	 {EC2_ATTR_READ_OPS, s.read_ops},
		{EC2_ATTR_READ_BYTES, s.read_bytes},	 {EC2_ATTR_WRITE_OPS, s.write_ops},
		{EC2_ATTR_WRITE_BYTES, s.write_bytes},	 {EC2_ATTR_ERRORS, s.errors},
		{EC2_ATTR_THROTTLED_NS, s.throttled_ns},
	};
	head = put_head(skb, cb, EC2_CMD_GET_DISKS, inst->named.id);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, EC2_ATTR_SLOT, slot) || put_values(skb, values, ARRAY_SIZE(values))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int put_disks(struct sk_buff *skb, struct netlink_callback *cb, struct ec2_instance *inst)
{
	struct dump *d = dump_of(cb);
	u64 mask = ec2_disk_mask(inst);

	for (; d->slot < EC2_MAX_DISKS; d->slot++)
		if (mask & BIT_ULL(d->slot) && put_disk(skb, cb, inst, d->slot))
			return -EMSGSIZE;
	d->slot = 0;
	return 0;
}

/* The message is full when it takes no more: what did not fit comes first in the next one. */
static int dump(struct sk_buff *skb, struct netlink_callback *cb,
		int (*put)(struct sk_buff *, struct netlink_callback *, struct ec2_instance *))
{
	struct dump *d = dump_of(cb);
	struct ec2_instance *inst;
	u64 pos = d->pos;
	int ret = 0;

	while (!ret && (inst = ec2_instance_next(&pos))) {
		ret = put(skb, cb, inst);
		ec2_instance_put(inst);
		if (!ret)
			d->pos = pos;
	}
	return skb->len ?: ret;
}

static int dump_instances(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, put_instance);
}

static int dump_disks(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, put_disks);
}

/* ---- the family ---- */

/* Everything needs CAP_NET_ADMIN in the initial namespaces; requests have no attributes yet. */
static const struct nla_policy policy[EC2_ATTR_MAX + 1] = {};

static const struct genl_small_ops ops[] = {
	{
		.cmd = EC2_CMD_GET_INSTANCES,
		.flags = GENL_ADMIN_PERM,
		.dumpit = dump_instances,
	},
	{
		.cmd = EC2_CMD_GET_DISKS,
		.flags = GENL_ADMIN_PERM,
		.dumpit = dump_disks,
	},
};

static struct genl_family family __ro_after_init = {
	.name = EC2_GENL_NAME,
	.version = EC2_GENL_VERSION,
	.maxattr = EC2_ATTR_MAX,
	.policy = policy,
	.netnsok = false,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.resv_start_op = __EC2_CMD_MAX,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int __init ec2_netlink_init(void)
{
	return genl_register_family(&family);
}

void ec2_netlink_exit(void)
{
	/* no instance is left to send anything */
	cancel_work_sync(&sender);
	genl_unregister_family(&family);
}
