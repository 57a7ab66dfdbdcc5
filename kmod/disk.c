// SPDX-License-Identifier: GPL-2.0
#include <linux/file.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "backing.h"
#include "disk.h"
#include "instance.h"

static void disk_free(struct ec2_object *obj)
{
	struct ec2_disk *disk = container_of(obj, struct ec2_disk, obj);

	if (disk->file)
		fput(disk->file);
	ec2_instance_put(disk->inst);
	kfree(disk);
}

struct ec2_disk *ec2_disk_in_slot(struct ec2_instance *inst, u32 slot)
{
	struct ec2_disk *disk;

	lockdep_assert_held(&inst->lock);
	if (slot >= EC2_MAX_DISKS)
		return NULL;
	disk = inst->blk.disk[slot];
	return disk && !disk->gone ? disk : NULL;
}

/* No queue is left, and there will be none. */
static void disk_gone(struct ec2_disk *disk)
{
	struct ec2_instance *inst = disk->inst;

	inst->blk.disk[disk->slot] = NULL;
	/* A queue that only answers errors may hold the disk for long, but the file is free now. */
	fput(disk->file);
	disk->file = NULL;
	ec2_event_send(inst, EC2_EVENT_DISK_DETACHED, disk->slot, 0, EC2_TO_ALL);
	ec2_object_put(&disk->obj);
}

void ec2_disk_let_go(struct ec2_disk *disk)
{
	struct ec2_instance *inst = disk->inst;
	u32 i;

	lockdep_assert_held(&inst->lock);
	if (disk->gone)
		return;
	WRITE_ONCE(disk->gone, true);
	/* Errors are no news from here on. */
	set_bit(0, &disk->error_told);
	if (!disk->queues) {
		disk_gone(disk);
		return;
	}
	/* Whoever serves answers errors and lets the disk go when nothing is in flight. */
	for (i = 0; inst->vm && i < EC2_MAX_QUEUES; i++)
		ec2_lent_wake(inst->vm, disk->slot * EC2_MAX_QUEUES + i, EC2_LEND_FAST);
}

void ec2_disk_queue_put(struct ec2_disk *disk)
{
	struct ec2_instance *inst = disk->inst;

	/* disk_gone() may drop the slot's reference, but the caller holds one. */
	mutex_lock(&inst->lock);
	if (!--disk->queues) {
		wake_up(&disk->idle);
		if (disk->gone)
			disk_gone(disk);
	}
	mutex_unlock(&inst->lock);
}

void ec2_disk_error(struct ec2_disk *disk, int error)
{
	if (!test_and_set_bit(0, &disk->error_told))
		ec2_event_send(disk->inst, EC2_EVENT_DISK_ERROR, disk->slot, -error,
			       EC2_TO_CONTROL | EC2_TO_INSTANCE);
}

/* ---- calls of the control file ---- */

static struct ec2_disk *disk_make(struct ec2_instance *inst, struct ec2_disk_attach *args,
				  struct file *file)
{
	struct ec2_disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!disk)
		return ERR_PTR(-ENOMEM);
	ret = ec2_backing_open(disk, file, args->flags & EC2_DISK_READONLY);
	if (ret) {
		kfree(disk);
		return ERR_PTR(ret);
	}
	disk->slot = args->slot;
	memcpy(disk->serial, args->serial, sizeof(disk->serial));
	init_waitqueue_head(&disk->idle);
	spin_lock_init(&disk->limit_lock);
	ec2_instance_get(inst);
	disk->inst = inst;
	ec2_object_init(&disk->obj, disk_free);
	return disk;
}

int ec2_disk_attach(struct ec2_instance *inst, struct ec2_disk_attach *args)
{
	struct ec2_disk *disk;
	struct file *file;
	int ret = 0;

	if (args->slot >= EC2_MAX_DISKS)
		return -EINVAL;
	file = fget(args->fd);
	if (!file)
		return -EBADF;
	disk = disk_make(inst, args, file);
	if (IS_ERR(disk)) {
		fput(file);
		return PTR_ERR(disk);
	}
	mutex_lock(&inst->lock);
	if (inst->ended)
		ret = -ENODEV;
	else if (inst->blk.disk[args->slot])
		ret = -EEXIST;
	if (!ret) {
		inst->blk.disk[args->slot] = disk;
		ec2_event_send(inst, EC2_EVENT_DISK_ATTACHED, disk->slot, disk->geo.capacity,
			       EC2_TO_ALL);
	}
	mutex_unlock(&inst->lock);
	if (ret)
		ec2_object_put(&disk->obj);
	return ret;
}

int ec2_disk_detach(struct ec2_instance *inst, struct ec2_disk_detach *args)
{
	struct ec2_disk *disk;

	mutex_lock(&inst->lock);
	disk = ec2_disk_in_slot(inst, args->slot);
	if (disk &&
	    ((args->flags & EC2_DISK_DETACH_FORCE) || !inst->vm || ec2_vm_is_off(inst->vm))) {
		ec2_disk_let_go(disk);
	} else if (disk) {
		disk->detaching = true;
		ec2_event_send(inst, EC2_EVENT_DISK_DETACHING, disk->slot, 0, EC2_TO_VM);
	}
	mutex_unlock(&inst->lock);
	return disk ? 0 : -ENOENT;
}

int ec2_disk_resize(struct ec2_instance *inst, struct ec2_disk_resize *args)
{
	struct ec2_disk *disk;
	int ret = -ENOENT;
	u64 capacity;

	mutex_lock(&inst->lock);
	disk = ec2_disk_in_slot(inst, args->slot);
	if (!disk)
		goto unlock;
	capacity = ec2_backing_capacity(disk);
	ret = capacity < disk->geo.capacity ? -EINVAL : 0;
	if (ret)
		goto unlock;
	args->capacity = capacity;
	if (capacity != disk->geo.capacity) {
		WRITE_ONCE(disk->geo.capacity, capacity);
		ec2_event_send(inst, EC2_EVENT_DISK_RESIZED, disk->slot, capacity, EC2_TO_ALL);
	}
unlock:
	mutex_unlock(&inst->lock);
	return ret;
}

int ec2_disk_limit(struct ec2_instance *inst, struct ec2_disk_limit *args)
{
	struct ec2_throttle_limit limit = {
		.iops = args->iops,
		.bytes_per_second = args->bytes_per_second,
		.burst_iops = args->burst_iops,
		.burst_credits = args->burst_credits,
	};
	struct ec2_disk *disk;
	int ret = -ENOENT;

	mutex_lock(&inst->lock);
	disk = ec2_disk_in_slot(inst, args->slot);
	if (disk) {
		spin_lock(&disk->limit_lock);
		ret = ec2_throttle_set(&disk->throttle, &limit, ktime_get_ns());
		WRITE_ONCE(disk->limited, disk->throttle.limited);
		spin_unlock(&disk->limit_lock);
	}
	mutex_unlock(&inst->lock);
	return ret;
}

static void add_counts(struct ec2_disk_stats *s, const struct ec2_disk_count *c)
{
	s->read_ops += READ_ONCE(c->read_ops);
	s->read_bytes += READ_ONCE(c->read_bytes);
	s->write_ops += READ_ONCE(c->write_ops);
	s->write_bytes += READ_ONCE(c->write_bytes);
	s->flush_ops += READ_ONCE(c->flush_ops);
	s->discard_ops += READ_ONCE(c->discard_ops);
	s->discard_bytes += READ_ONCE(c->discard_bytes);
	s->errors += READ_ONCE(c->errors);
	s->throttled_ns += READ_ONCE(c->throttled_ns);
	s->inline_ops += READ_ONCE(c->served[EC2_HOW_INLINE]);
	s->lent_ops += READ_ONCE(c->served[EC2_HOW_LENT]);
	s->slow_ops += READ_ONCE(c->served[EC2_HOW_SLOW]);
	s->interrupts += READ_ONCE(c->interrupts);
	s->malformed += READ_ONCE(c->malformed);
}

int ec2_disk_stats(struct ec2_instance *inst, struct ec2_disk_stats *args)
{
	struct ec2_disk_stats out = {
		.size = args->size,
		.slot = args->slot,
	};
	struct ec2_disk *disk = NULL;
	u32 i;

	memcpy(out.id, args->id, sizeof(out.id));
	mutex_lock(&inst->lock);
	if (args->slot < EC2_MAX_DISKS)
		disk = inst->blk.disk[args->slot];
	if (disk) {
		out.queues = disk->queues;
		out.capacity = disk->geo.capacity;
		for (i = 0; i < EC2_MAX_QUEUES; i++)
			add_counts(&out, &disk->count[i]);
	}
	mutex_unlock(&inst->lock);
	if (!disk)
		return -ENOENT;
	*args = out;
	return 0;
}

u64 ec2_disk_mask(struct ec2_instance *inst)
{
	u64 mask = 0;
	u32 i;

	for (i = 0; i < EC2_MAX_DISKS; i++)
		if (READ_ONCE(inst->blk.disk[i]))
			mask |= BIT_ULL(i);
	return mask;
}

void ec2_blk_instance_init(struct ec2_instance *inst)
{
	memset(&inst->blk, 0, sizeof(inst->blk));
}

void ec2_disk_release_all(struct ec2_instance *inst)
{
	u32 i;

	mutex_lock(&inst->lock);
	for (i = 0; i < EC2_MAX_DISKS; i++)
		if (inst->blk.disk[i])
			ec2_disk_let_go(inst->blk.disk[i]);
	mutex_unlock(&inst->lock);
}
