// SPDX-License-Identifier: GPL-2.0
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "chardev.h"
#include "instance.h"
#include "kvm.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

struct ec2_table ec2_instances;

void ec2_instance_module_init(void)
{
	ec2_table_init(&ec2_instances, EC2_MAX_INSTANCES);
}

static struct ec2_instance *of_named(struct ec2_named *named)
{
	return named ? container_of(named, struct ec2_instance, named) : NULL;
}

struct ec2_instance *ec2_instance_find(const char id[EC2_ID_LEN])
{
	return of_named(ec2_object_find(&ec2_instances, id));
}

struct ec2_instance *ec2_instance_next(u64 *pos)
{
	return of_named(ec2_object_next(&ec2_instances, pos));
}

/* ---- state ---- */

static int set_state(struct ec2_instance *inst, enum ec2_state to)
{
	enum ec2_state from = inst->state;
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&inst->lock);
	if (!ec2_state_allowed(from, to))
		return -EBUSY;
	WRITE_ONCE(inst->state, to);
	if (!ec2_state_live(to))
		inst->ended = true;
	if (to == EC2_STATE_RUNNING)
		ec2_meter_start(&inst->meter.running_since, now);
	else
		ec2_meter_stop(&inst->meter.running_ns, &inst->meter.running_since, now);
	trace_ec2_instance_state(inst->named.id, from, to);
	if (inst->visible)
		ec2_event_send(inst, EC2_EVENT_STATE, 0, to, EC2_TO_CONTROL | EC2_TO_INSTANCE);
	return 0;
}

void ec2_instance_started(struct ec2_instance *inst)
{
	mutex_lock(&inst->lock);
	if (inst->state == EC2_STATE_PENDING)
		set_state(inst, EC2_STATE_RUNNING);
	mutex_unlock(&inst->lock);
}

/* Switch the VM off and kill its VMM, where there is one. */
static void cut(struct ec2_instance *inst)
{
	struct ec2_vm *vm;

	mutex_lock(&inst->lock);
	vm = inst->vm;
	if (vm)
		ec2_vm_get(vm);
	mutex_unlock(&inst->lock);
	if (!vm)
		return;
	ec2_vm_off(vm);
	kill_pid(vm->vmm, SIGKILL, 1);
	ec2_vm_put(vm);
}

static const u32 signal_events[] = {
	[EC2_SIGNAL_POWER_BUTTON] = EC2_EVENT_POWER_BUTTON,
	[EC2_SIGNAL_STOP] = EC2_EVENT_STOP,
	[EC2_SIGNAL_RESET] = EC2_EVENT_RESET,
	[EC2_SIGNAL_REBOOT] = EC2_EVENT_POWER_BUTTON,
};

int ec2_instance_signal(struct ec2_instance *inst, struct ec2_instance_signal *args)
{
	enum ec2_state to;
	int ret;

	mutex_lock(&inst->lock);
	ret = ec2_state_signal(inst->state, args->signal, args->flags & EC2_SIGNAL_TERMINATE, &to);
	if (!ret && inst->ended)
		ret = -ENODEV;
	if (!ret && to != inst->state)
		ret = set_state(inst, to);
	if (!ret)
		ec2_event_send(inst, signal_events[args->signal], 0, args->signal,
			       EC2_TO_INSTANCE | EC2_TO_VM);
	mutex_unlock(&inst->lock);
	return ret;
}

/* EC2_INSTANCE_SET_STATE: what the shim knows better. */
static int set_state_call(struct ec2_call *call)
{
	struct ec2_instance_set_state *args = call->args;
	struct ec2_instance *inst = call->self;
	int ret;

	if (!ec2_state_valid(args->state) || args->state == EC2_STATE_PENDING ||
	    args->state == EC2_STATE_RUNNING)
		return -EINVAL;
	mutex_lock(&inst->lock);
	ret = set_state(inst, args->state);
	mutex_unlock(&inst->lock);
	if (!ret && !ec2_state_live(args->state))
		cut(inst);
	return ret;
}

/* ---- meters and credits ---- */

static void count_credits(struct ec2_instance *inst)
{
	u64 now = ktime_get_boottime_ns();
	struct ec2_usage usage = {};
	u64 quota;

	lockdep_assert_held(&inst->lock);
	ec2_vm_usage(inst, &usage);
	ec2_credit_update(&inst->credit, now - inst->credit_time,
			  usage.vcpu_ns - inst->credit_used);
	inst->credit_time = now;
	inst->credit_used = usage.vcpu_ns;
	quota = ec2_credit_quota(&inst->credit);
	if (quota == inst->quota)
		return;
	inst->quota = quota;
	if (quota)
		ec2_meter_start(&inst->meter.throttled_since, now);
	else
		ec2_meter_stop(&inst->meter.throttled_ns, &inst->meter.throttled_since, now);
	ec2_event_send(inst, EC2_EVENT_THROTTLE, 0, quota, EC2_TO_INSTANCE);
}

static void credit_work(struct work_struct *work)
{
	struct ec2_instance *inst =
		container_of(to_delayed_work(work), struct ec2_instance, credit_work);

	mutex_lock(&inst->lock);
	count_credits(inst);
	mutex_unlock(&inst->lock);
	queue_delayed_work(ec2_workqueue, &inst->credit_work,
			   msecs_to_jiffies(EC2_CREDIT_PERIOD_MS));
}

int ec2_instance_stats(struct ec2_instance *inst, struct ec2_instance_stats *args)
{
	u64 now = ktime_get_boottime_ns();
	struct ec2_meter *m = &inst->meter;
	struct ec2_usage usage = {};

	mutex_lock(&inst->lock);
	if (inst->has_credits)
		count_credits(inst);
	ec2_vm_usage(inst, &usage);
	args->state = inst->state;
	args->vm_on = inst->vm ? 1 : 0;
	args->vmm_pid = inst->vm ? pid_vnr(inst->vm->vmm) : 0;
	args->vcpus = inst->vcpus;
	args->running_ns = ec2_meter_read(m->running_ns, m->running_since, now);
	args->vcpu_ns = usage.vcpu_ns;
	args->kvm_runs = usage.kvm_runs;
	args->kvm_entries = usage.kvm_entries;
	args->doorbells = usage.doorbells;
	args->throttled_ns = ec2_meter_read(m->throttled_ns, m->throttled_since, now);
	args->credits_earned = ec2_credit_milli(inst->credit.earned);
	args->credits_spent = ec2_credit_milli(inst->credit.spent);
	args->credits_surplus = ec2_credit_milli(inst->credit.surplus);
	args->credit_balance = ec2_credit_milli(inst->credit.balance);
	mutex_unlock(&inst->lock);
	args->disks = ec2_disk_mask(inst);
	return 0;
}

/* ---- the file ---- */

static const struct ec2_ioctl instance_ioctls[] = {
	EC2_IOCTL(EC2_VM_CREATE, ec2_vm_create, fd, 0, 0, ec2_vm_create),
	EC2_IOCTL(EC2_INSTANCE_SET_STATE, ec2_instance_set_state, reserved, 0,
		  offsetof(struct ec2_instance_set_state, reserved), set_state_call),
};

static long instance_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return ec2_ioctl(file->private_data, instance_ioctls, ARRAY_SIZE(instance_ioctls), cmd,
			 arg);
}

static ssize_t instance_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct ec2_instance *inst = file->private_data;

	return ec2_event_read(&inst->events, file, buf, len);
}

static __poll_t instance_poll(struct file *file, poll_table *wait)
{
	struct ec2_instance *inst = file->private_data;

	return ec2_event_poll(&inst->events, file, wait);
}

/* The end of the instance, however it came: the one teardown path. */
static int instance_release(struct inode *inode, struct file *file)
{
	struct ec2_instance *inst = file->private_data;

	ec2_object_withdraw(&ec2_instances, &inst->named);
	mutex_lock(&inst->lock);
	inst->ended = true;
	/* whoever listens learns the end also when the shim could not say it */
	if (ec2_state_live(inst->state))
		set_state(inst, inst->state == EC2_STATE_SHUTTING_DOWN ? EC2_STATE_TERMINATED
								       : EC2_STATE_STOPPED);
	mutex_unlock(&inst->lock);
	cut(inst);
	if (inst->has_credits)
		cancel_delayed_work_sync(&inst->credit_work);
	ec2_disk_release_all(inst);
	ec2_instance_put(inst);
	return 0;
}

static const struct file_operations instance_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = instance_ioctl,
	.read = instance_read,
	.poll = instance_poll,
	.release = instance_release,
	.llseek = ec2_no_llseek,
};

static void instance_free(struct ec2_object *obj)
{
	struct ec2_instance *inst = container_of(obj, struct ec2_instance, named.obj);

	ec2_event_queue_destroy(&inst->events);
	mutex_destroy(&inst->lock);
	kfree(inst);
}

/* ---- its making ---- */

static int check_create(const struct ec2_instance_create *args)
{
	if (args->memory < EC2_MIN_MEMORY || args->memory > EC2_MAX_MEMORY ||
	    !PAGE_ALIGNED(args->memory))
		return -EINVAL;
	if (!args->vcpus || args->vcpus > EC2_MAX_VCPUS)
		return -EINVAL;
	if (args->flags & EC2_INSTANCE_CREDITS)
		return 0;
	if (args->flags & EC2_INSTANCE_UNLIMITED || args->credits_per_hour || args->credit_cap ||
	    args->baseline || args->credit_balance)
		return -EINVAL;
	return 0;
}

static struct ec2_instance *instance_alloc(const struct ec2_instance_create *args)
{
	struct ec2_instance *inst = kzalloc(sizeof(*inst), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!inst)
		return ERR_PTR(-ENOMEM);
	inst->memory = args->memory;
	inst->vcpus = args->vcpus;
	inst->state = EC2_STATE_PENDING;
	if (args->flags & EC2_INSTANCE_CREDITS) {
		inst->has_credits = true;
		inst->credit_time = ktime_get_boottime_ns();
		ret = ec2_credit_init(&inst->credit, args);
		if (ret)
			goto free;
	}
	ret = ec2_event_queue_init(&inst->events, EC2_EVENTS_INSTANCE);
	if (ret)
		goto free;
	mutex_init(&inst->lock);
	INIT_LIST_HEAD(&inst->vcpu_list);
	INIT_DELAYED_WORK(&inst->credit_work, credit_work);
	ec2_blk_instance_init(inst);
	ec2_object_init(&inst->named.obj, instance_free);
	return inst;

free:
	kfree(inst);
	return ERR_PTR(ret);
}

static void create_finish(struct ec2_call *call, bool ok)
{
	struct ec2_instance *inst = call->made;

	if (!ok) {
		put_unused_fd(call->fd);
		fput(call->file);
		return;
	}
	/* the lock keeps this event before any that others cause */
	mutex_lock(&inst->lock);
	inst->visible = true;
	ec2_object_publish(&ec2_instances, &inst->named);
	ec2_event_send(inst, EC2_EVENT_STATE, 0, inst->state, EC2_TO_CONTROL | EC2_TO_INSTANCE);
	mutex_unlock(&inst->lock);
	if (inst->has_credits)
		queue_delayed_work(ec2_workqueue, &inst->credit_work, 0);
	fd_install(call->fd, call->file);
}

int ec2_instance_create(struct ec2_call *call)
{
	struct ec2_instance_create *args = call->args;
	struct ec2_instance *inst;
	int ret = check_create(args);

	if (ret)
		return ret;
	inst = instance_alloc(args);
	if (IS_ERR(inst))
		return PTR_ERR(inst);
	ret = ec2_object_reserve(&ec2_instances, &inst->named, args->id);
	if (ret)
		goto put;
	ret = get_unused_fd_flags(O_CLOEXEC);
	if (ret < 0)
		goto withdraw;
	call->fd = ret;
	call->file = anon_inode_getfile("[ec2-instance]", &instance_fops, inst, O_RDWR);
	if (IS_ERR(call->file)) {
		ret = PTR_ERR(call->file);
		goto put_fd;
	}
	call->made = inst;
	call->finish = create_finish;
	args->fd = call->fd;
	return 0;

put_fd:
	put_unused_fd(call->fd);
withdraw:
	ec2_object_withdraw(&ec2_instances, &inst->named);
put:
	ec2_instance_put(inst);
	return ret;
}
