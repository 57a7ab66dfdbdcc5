// SPDX-License-Identifier: GPL-2.0
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "compat.h"
#include "instance.h"
#include "netlink.h"

/* The wire form is fixed: a size that changes is a broken ABI. */
static_assert(sizeof(struct ec2_get_info) == 40);
static_assert(sizeof(struct ec2_instance_create) == 72);
static_assert(sizeof(struct ec2_instance_signal) == 40);
static_assert(sizeof(struct ec2_disk_attach) == 64);
static_assert(sizeof(struct ec2_disk_detach) == 40);
static_assert(sizeof(struct ec2_disk_resize) == 48);
static_assert(sizeof(struct ec2_disk_limit) == 72);
static_assert(sizeof(struct ec2_instance_stats) == 136);
static_assert(sizeof(struct ec2_disk_stats) == 160);
static_assert(sizeof(struct ec2_vm_create) == 16);
static_assert(sizeof(struct ec2_instance_set_state) == 16);
static_assert(sizeof(struct ec2_vm_disk_get) == 72);
static_assert(sizeof(struct ec2_vm_queue_set) == 48);
static_assert(sizeof(struct ec2_vm_disk_reset) == 16);
static_assert(sizeof(struct ec2_vm_doorbell) == 16);
static_assert(sizeof(struct ec2_vm_lend) == 16);
static_assert(sizeof(struct ec2_vm_disk_ejected) == 16);
static_assert(sizeof(struct ec2_vm_kick) == 16);

/* ---- the dispatcher ---- */

/* What every struct begins with. */
struct head {
	u32 size;
	u32 flags;
};

/* The longest struct of any table. */
union any_args {
	struct head head;
	struct ec2_disk_stats disk_stats;
	struct ec2_instance_stats instance_stats;
	u64 words[32];
};

static const struct ec2_ioctl *find_row(const struct ec2_ioctl *table, size_t rows,
					unsigned int cmd)
{
	/* the size in the number is the caller's struct's: the struct says it itself */
	if (_IOC_TYPE(cmd) != EC2_IOC_TYPE || _IOC_DIR(cmd) != (_IOC_READ | _IOC_WRITE))
		return NULL;
	for (size_t i = 0; i < rows; i++)
		if (table[i].nr == _IOC_NR(cmd))
			return &table[i];
	return NULL;
}

static int copy_args(const struct ec2_ioctl *row, union any_args *args, void __user *user,
		     u32 *size)
{
	int ret;

	if (get_user(*size, (u32 __user *)user))
		return -EFAULT;
	if (*size < row->min_size)
		return -EINVAL;
	if (*size > EC2_MAX_IOCTL_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(args, row->size, user, *size);
	if (ret)
		return ret;
	/* the copy was a second read */
	args->head.size = *size;
	if (args->head.flags & ~row->flags)
		return -EINVAL;
	if (row->reserved && *(u32 *)((char *)args + row->reserved))
		return -EINVAL;
	return 0;
}

long ec2_ioctl(void *self, const struct ec2_ioctl *table, size_t rows, unsigned int cmd,
	       unsigned long arg)
{
	const struct ec2_ioctl *row = find_row(table, rows, cmd);
	void __user *user = (void __user *)arg;
	union any_args args = {};
	struct ec2_call call = {.self = self, .args = &args};
	u32 size;
	int ret;

	if (!row)
		return -ENOTTY;
	if (WARN_ON_ONCE(row->size > sizeof(args)))
		return -EINVAL;
	ret = copy_args(row, &args, user, &size);
	if (ret)
		return ret;
	ret = row->fn(&call);
	if (!ret && copy_to_user(user, &args, min(size, row->size)))
		ret = -EFAULT;
	if (call.finish)
		call.finish(&call, !ret);
	return ret;
}

/* ---- calls of the control file ---- */

static int get_info(struct ec2_call *call)
{
	struct ec2_get_info *args = call->args;

	args->abi_version = EC2_ABI_VERSION;
	args->max_instances = EC2_MAX_INSTANCES;
	args->max_vcpus = EC2_MAX_VCPUS;
	args->max_disks = EC2_MAX_DISKS;
	args->max_queues = EC2_MAX_QUEUES;
	args->instances = READ_ONCE(ec2_instances.count);
	args->features = EC2_FEATURE_BLK_NOWAIT | EC2_FEATURE_NETLINK;
	return 0;
}

/*
 * The handlers take the instance that the struct names; all structs have the id at the same place.
 */
#define ON_INSTANCE(_fn, _type)                      \
	static int _fn##_call(struct ec2_call *call) \
	{                                            \
		struct _type *args = call->args;     \
		struct ec2_instance *inst;           \
		int ret = ec2_id_check(args->id);    \
                                                     \
		if (ret)                             \
			return ret;                  \
		inst = ec2_instance_find(args->id);  \
		if (!inst)                           \
			return -ENOENT;              \
		ret = _fn(inst, args);               \
		ec2_instance_put(inst);              \
		return ret;                          \
	}

ON_INSTANCE(ec2_instance_signal, ec2_instance_signal)
ON_INSTANCE(ec2_disk_attach, ec2_disk_attach)
ON_INSTANCE(ec2_disk_detach, ec2_disk_detach)
ON_INSTANCE(ec2_disk_resize, ec2_disk_resize)
ON_INSTANCE(ec2_disk_limit, ec2_disk_limit)
ON_INSTANCE(ec2_instance_stats, ec2_instance_stats)
ON_INSTANCE(ec2_disk_stats, ec2_disk_stats)

#define RESERVED(_type) offsetof(struct _type, reserved)

static const struct ec2_ioctl control_ioctls[] = {
	EC2_IOCTL(EC2_GET_INFO, ec2_get_info, features, 0, 0, get_info),
	EC2_IOCTL(EC2_INSTANCE_CREATE, ec2_instance_create, credit_balance,
		  EC2_INSTANCE_CREDITS | EC2_INSTANCE_UNLIMITED, RESERVED(ec2_instance_create),
		  ec2_instance_create),
	EC2_IOCTL(EC2_INSTANCE_SIGNAL, ec2_instance_signal, reserved, EC2_SIGNAL_TERMINATE,
		  RESERVED(ec2_instance_signal), ec2_instance_signal_call),
	EC2_IOCTL(EC2_DISK_ATTACH, ec2_disk_attach, reserved, EC2_DISK_READONLY,
		  RESERVED(ec2_disk_attach), ec2_disk_attach_call),
	EC2_IOCTL(EC2_DISK_DETACH, ec2_disk_detach, reserved, EC2_DISK_DETACH_FORCE,
		  RESERVED(ec2_disk_detach), ec2_disk_detach_call),
	EC2_IOCTL(EC2_DISK_RESIZE, ec2_disk_resize, capacity, 0, RESERVED(ec2_disk_resize),
		  ec2_disk_resize_call),
	EC2_IOCTL(EC2_DISK_LIMIT, ec2_disk_limit, burst_credits, 0, RESERVED(ec2_disk_limit),
		  ec2_disk_limit_call),
	EC2_IOCTL(EC2_INSTANCE_STATS, ec2_instance_stats, disks, 0, 0, ec2_instance_stats_call),
	EC2_IOCTL(EC2_DISK_STATS, ec2_disk_stats, malformed, 0, 0, ec2_disk_stats_call),
};

/* ---- the file ---- */

static long control_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return ec2_ioctl(NULL, control_ioctls, ARRAY_SIZE(control_ioctls), cmd, arg);
}

static int control_open(struct inode *inode, struct file *file)
{
	struct ec2_event_queue *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!q)
		return -ENOMEM;
	ret = ec2_event_queue_init(q, EC2_EVENTS_CONTROL);
	if (ret) {
		kfree(q);
		return ret;
	}
	file->private_data = q;
	ec2_event_listen(q);
	return stream_open(inode, file);
}

static int control_release(struct inode *inode, struct file *file)
{
	struct ec2_event_queue *q = file->private_data;

	ec2_event_unlisten(q);
	ec2_event_queue_destroy(q);
	kfree(q);
	return 0;
}

static ssize_t control_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	return ec2_event_read(file->private_data, file, buf, len);
}

static __poll_t control_poll(struct file *file, poll_table *wait)
{
	return ec2_event_poll(file->private_data, file, wait);
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.release = control_release,
	.unlocked_ioctl = control_ioctl,
	.read = control_read,
	.poll = control_poll,
	.llseek = ec2_no_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ec2ctl",
	.fops = &control_fops,
	.mode = 0660,
};

int ec2_chardev_init(void)
{
	return misc_register(&device);
}

void ec2_chardev_exit(void)
{
	misc_deregister(&device);
}
