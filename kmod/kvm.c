// SPDX-License-Identifier: GPL-2.0
#include <linux/anon_inodes.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kvm.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "compat.h"
#include "instance.h"
#include "kvm.h"
#include "trace.h"

struct ec2_vcpu {
	struct ec2_vm *vm; /* a reference */
	struct file *kvm; /* KVM's own vCPU file */
	u32 id;
	struct mutex lock; /* one call at a time; held over KVM_RUN */
	unsigned long run; /* where kvm_run is mapped; 0: nowhere. Written under mmap_lock */
	struct list_head node; /* of the instance, under its lock */
	struct ec2_vcpu_meter meter;
};

/* ---- the funnel to KVM ---- */

static long call_kvm(struct file *kvm, unsigned int cmd, unsigned long arg)
{
	return kvm->f_op->unlocked_ioctl(kvm, cmd, arg);
}

/*
 * Is it KVM's device? The path proves nothing (another device may be bind-mounted over it), the
 * device number alone not that it can be called.
 */
static bool is_kvm(struct file *file)
{
	struct inode *inode = file_inode(file);

	if (!S_ISCHR(inode->i_mode) || inode->i_rdev != MKDEV(MISC_MAJOR, KVM_MINOR))
		return false;
	if (!file->f_op->unlocked_ioctl)
		return false;
	if (file->f_op->owner && strncmp(file->f_op->owner->name, "kvm", 3))
		return false;
	return call_kvm(file, KVM_GET_API_VERSION, 0) == KVM_API_VERSION;
}

/*
 * For a moment KVM's own descriptor is in the file table, and KVM reads anew what was checked here:
 * a second thread could keep the one and change the other.
 */
static bool alone(void)
{
	return get_nr_threads(current) == 1 && atomic_read(&current->files->count) == 1;
}

/* A call that makes a file: the file, without its descriptor. */
static struct file *kvm_make(struct file *kvm, unsigned int cmd, unsigned long arg)
{
	long fd = call_kvm(kvm, cmd, arg);
	struct file *file;

	if (fd < 0)
		return ERR_PTR(fd);
	file = fget(fd);
	close_fd(fd);
	if (!file)
		return ERR_PTR(-EBADF);
	if (!file->f_op->unlocked_ioctl) {
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	return file;
}

/* ---- switching off ---- */

/* Out of KVM_RUN: a running guest needs the kick, a halted one the wake-up, both the flag. */
static void kick(struct ec2_vcpu *vcpu)
{
	struct task_struct *task;

	spin_lock(&vcpu->meter.lock);
	task = vcpu->meter.task;
	if (task) {
		set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL);
		kick_process(task);
		wake_up_process(task);
	}
	spin_unlock(&vcpu->meter.lock);
}

void ec2_vm_off(struct ec2_vm *vm)
{
	struct ec2_instance *inst = vm->inst;
	struct ec2_vcpu *vcpu;

	if (!atomic_xchg(&vm->off, 1)) {
		mutex_lock(&inst->lock);
		list_for_each_entry (vcpu, &inst->vcpu_list, node)
			if (vcpu->vm == vm)
				kick(vcpu);
		mutex_unlock(&inst->lock);
		ec2_event_end(&vm->events);
	}
	ec2_blk_vm_off(vm);
}

void ec2_vm_usage(struct ec2_instance *inst, struct ec2_usage *usage)
{
	struct ec2_vcpu *vcpu;

	lockdep_assert_held(&inst->lock);
	*usage = inst->meter.gone;
	list_for_each_entry (vcpu, &inst->vcpu_list, node)
		ec2_vcpu_meter_add(&vcpu->meter, usage);
}

/* ---- vCPU ---- */

/*
 * After an exit: was it a doorbell, and is it done? kvm_run is the VMM's to write, like all that is
 * read here: each word is read once, and a false one only rings one of its own doorbells.
 */
static bool served(struct ec2_vcpu *vcpu)
{
	struct kvm_run __user *run = (struct kvm_run __user *)READ_ONCE(vcpu->run);
	typeof(((struct kvm_run *)NULL)->io) io;
	u32 reason;
	u16 value;

	if (!run || get_user(reason, &run->exit_reason) || reason != KVM_EXIT_IO)
		return false;
	if (copy_from_user(&io, &run->io, sizeof(io)))
		return false;
	if (io.direction != KVM_EXIT_IO_OUT || io.size != 2 || io.count != 1)
		return false;
	if (get_user(value, (u16 __user *)((char __user *)run + io.data_offset)))
		return false;
	if (!ec2_blk_doorbell(vcpu->vm, io.port, value))
		return false;
	trace_ec2_vcpu_doorbell(vcpu->vm->inst->named.id, vcpu->id, io.port, value);
	return true;
}

static void count(u64 *counter)
{
	WRITE_ONCE(*counter, *counter + 1);
}

static void first_run(struct ec2_vm *vm)
{
	mutex_lock(&vm->lock);
	vm->gmem.frozen = true;
	mutex_unlock(&vm->lock);
	WRITE_ONCE(vm->started, true);
	ec2_instance_started(vm->inst);
}

/*
 * KVM_RUN until there is something for user space. A pending signal needs no look: KVM finishes the
 * exit and returns EINTR when it is called again.
 */
static long vcpu_run(struct ec2_vcpu *vcpu, unsigned long arg)
{
	struct ec2_vm *vm = vcpu->vm;
	long ret;

	lockdep_assert_held(&vcpu->lock);
	if (!READ_ONCE(vm->started))
		first_run(vm);
	ec2_vcpu_meter_begin(&vcpu->meter);
	for (;;) {
		/* after ..._begin(): either we see it, or ec2_vm_off() sees us */
		if (ec2_vm_is_off(vm)) {
			ret = -ENODEV;
			break;
		}
		count(&vcpu->meter.kvm_entries);
		ret = call_kvm(vcpu->kvm, KVM_RUN, arg);
		if (ret || !served(vcpu))
			break;
		count(&vcpu->meter.doorbells);
		cond_resched();
	}
	ec2_vcpu_meter_end(&vcpu->meter);
	return ret && ec2_vm_is_off(vm) ? -ENODEV : ret;
}

static const unsigned int vcpu_calls[] = {
	KVM_RUN,	 KVM_GET_REGS,	      KVM_SET_REGS,	   KVM_GET_SREGS,
	KVM_SET_SREGS,	 KVM_GET_FPU,	      KVM_SET_FPU,	   KVM_GET_MSRS,
	KVM_SET_MSRS,	 KVM_GET_CPUID2,      KVM_SET_CPUID2,	   KVM_GET_LAPIC,
	KVM_SET_LAPIC,	 KVM_GET_MP_STATE,    KVM_SET_MP_STATE,	   KVM_GET_XCRS,
	KVM_SET_XCRS,	 KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS, KVM_GET_TSC_KHZ,
	KVM_SET_TSC_KHZ, KVM_SET_SIGNAL_MASK,
};

static bool listed(const unsigned int *calls, size_t n, unsigned int cmd)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i] == cmd)
			return true;
	return false;
}

static long vcpu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ec2_vcpu *vcpu = file->private_data;
	long ret;

	if (!listed(vcpu_calls, ARRAY_SIZE(vcpu_calls), cmd))
		return -ENOTTY;
	if (current->mm != vcpu->vm->mm)
		return -EPERM;
	if (ec2_vm_is_off(vcpu->vm))
		return -ENODEV;
	if (mutex_lock_killable(&vcpu->lock))
		return -EINTR;
	ret = cmd == KVM_RUN ? vcpu_run(vcpu, arg) : call_kvm(vcpu->kvm, cmd, arg);
	mutex_unlock(&vcpu->lock);
	return ret;
}

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ec2_vcpu *vcpu = file->private_data;

	if (vma->vm_mm != vcpu->vm->mm)
		return -EPERM;
	if (!vcpu->kvm->f_op->mmap)
		return -ENODEV;
	vma_set_file(vma, vcpu->kvm);
	/* vcpu->lock is held over page faults, so it cannot be taken under mmap_lock */
	if (!vma->vm_pgoff)
		WRITE_ONCE(vcpu->run, vma->vm_start);
	return vcpu->kvm->f_op->mmap(vcpu->kvm, vma);
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct ec2_vcpu *vcpu = file->private_data;
	struct ec2_instance *inst = vcpu->vm->inst;

	mutex_lock(&inst->lock);
	list_del(&vcpu->node);
	ec2_vcpu_meter_add(&vcpu->meter, &inst->meter.gone);
	mutex_unlock(&inst->lock);
	fput(vcpu->kvm);
	ec2_vm_put(vcpu->vm);
	mutex_destroy(&vcpu->lock);
	kfree(vcpu);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vcpu_ioctl,
	.mmap = vcpu_mmap,
	.release = vcpu_release,
	.llseek = ec2_no_llseek,
};

/* KVM_CREATE_VCPU, under vm->lock. */
static long vcpu_create(struct ec2_vm *vm, struct ec2_vcpu *vcpu, unsigned long id)
{
	struct file *file;
	int fd, ret;

	lockdep_assert_held(&vm->lock);
	vcpu->kvm = kvm_make(vm->kvm, KVM_CREATE_VCPU, id);
	if (IS_ERR(vcpu->kvm))
		return PTR_ERR(vcpu->kvm);
	/* KVM keeps a vCPU as long as the VM: it counts from now on, whatever comes */
	vm->n_vcpus++;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto put_kvm;
	}
	file = anon_inode_getfile("[ec2-vcpu]", &vcpu_fops, vcpu, O_RDWR);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto put_fd;
	}
	ec2_vm_get(vm);
	mutex_lock(&vm->inst->lock);
	list_add_tail(&vcpu->node, &vm->inst->vcpu_list);
	mutex_unlock(&vm->inst->lock);
	fd_install(fd, file);
	return fd;

put_fd:
	put_unused_fd(fd);
put_kvm:
	fput(vcpu->kvm);
	return ret;
}

/* ---- VM: KVM's calls ---- */

static long vm_create_vcpu(struct ec2_vm *vm, unsigned int cmd, unsigned long id)
{
	struct ec2_vcpu *vcpu;
	long ret;

	if (vm->n_vcpus >= vm->inst->vcpus)
		return -ENOSPC;
	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	if (!vcpu)
		return -ENOMEM;
	vcpu->vm = vm;
	vcpu->id = id;
	mutex_init(&vcpu->lock);
	ec2_vcpu_meter_init(&vcpu->meter);
	ret = vcpu_create(vm, vcpu, id);
	if (ret < 0)
		kfree(vcpu);
	return ret;
}

/* Read-only memory (firmware, tables) is no target of disks: it stays out of the guest memory map. */
static long vm_set_rom(struct ec2_vm *vm, const struct kvm_userspace_memory_region *r,
		       unsigned long arg)
{
	long ret;

	if (r->slot < EC2_MAX_MEMSLOTS || r->slot >= 2 * EC2_MAX_MEMSLOTS)
		return -EINVAL;
	if (vm->gmem.frozen)
		return -EBUSY;
	if (!r->memory_size || r->memory_size > EC2_MAX_ROM - vm->rom)
		return -ENOSPC;
	ret = call_kvm(vm->kvm, KVM_SET_USER_MEMORY_REGION, arg);
	if (!ret)
		vm->rom += r->memory_size;
	return ret;
}

static long vm_set_memory(struct ec2_vm *vm, unsigned int cmd, unsigned long arg)
{
	struct kvm_userspace_memory_region r;
	long ret;

	if (copy_from_user(&r, (void __user *)arg, sizeof(r)))
		return -EFAULT;
	if (r.flags == KVM_MEM_READONLY)
		return vm_set_rom(vm, &r, arg);
	if (r.flags)
		return -EINVAL;
	ret = ec2_gmem_set(&vm->gmem, r.slot, r.guest_phys_addr, r.memory_size, r.userspace_addr,
			   vm->inst->memory);
	if (ret)
		return ret;
	ret = call_kvm(vm->kvm, cmd, arg);
	if (ret)
		ec2_gmem_set(&vm->gmem, r.slot, 0, 0, 0, vm->inst->memory);
	return ret;
}

static long vm_enable_cap(struct ec2_vm *vm, unsigned int cmd, unsigned long arg)
{
	struct kvm_enable_cap cap;

	if (copy_from_user(&cap, (void __user *)arg, sizeof(cap)))
		return -EFAULT;
	if (cap.cap != KVM_CAP_HALT_POLL)
		return -EINVAL;
	return call_kvm(vm->kvm, cmd, arg);
}

static long vm_pass(struct ec2_vm *vm, unsigned int cmd, unsigned long arg)
{
	return call_kvm(vm->kvm, cmd, arg);
}

/* The allow-list. `alone`: only while the process has one thread, see alone(). */
static const struct {
	unsigned int cmd;
	bool alone;
	long (*fn)(struct ec2_vm *vm, unsigned int cmd, unsigned long arg);
} vm_calls[] = {
	{KVM_CREATE_VCPU, true, vm_create_vcpu},
	{KVM_SET_USER_MEMORY_REGION, true, vm_set_memory},
	{KVM_ENABLE_CAP, true, vm_enable_cap},
	{KVM_CHECK_EXTENSION, false, vm_pass},
	{KVM_SET_TSS_ADDR, false, vm_pass},
	{KVM_SET_IDENTITY_MAP_ADDR, false, vm_pass},
	{KVM_SET_BOOT_CPU_ID, false, vm_pass},
	{KVM_CREATE_IRQCHIP, false, vm_pass},
	{KVM_SET_GSI_ROUTING, false, vm_pass},
	{KVM_IRQFD, false, vm_pass},
	{KVM_IOEVENTFD, false, vm_pass},
	{KVM_IRQ_LINE, false, vm_pass},
	{KVM_SIGNAL_MSI, false, vm_pass},
	{KVM_REGISTER_COALESCED_MMIO, false, vm_pass},
	{KVM_UNREGISTER_COALESCED_MMIO, false, vm_pass},
	{KVM_GET_CLOCK, false, vm_pass},
	{KVM_SET_CLOCK, false, vm_pass},
};

static long vm_kvm_ioctl(struct ec2_vm *vm, unsigned int cmd, unsigned long arg)
{
	size_t i;
	long ret;

	for (i = 0; i < ARRAY_SIZE(vm_calls) && vm_calls[i].cmd != cmd; i++)
		;
	if (i == ARRAY_SIZE(vm_calls))
		return -ENOTTY;
	if (!vm_calls[i].alone)
		return vm_calls[i].fn(vm, cmd, arg);
	if (!alone())
		return -EBUSY;
	mutex_lock(&vm->lock);
	ret = vm_calls[i].fn(vm, cmd, arg);
	mutex_unlock(&vm->lock);
	return ret;
}

/* ---- VM: our own calls ---- */

#define ON_VM(_fn, _type)                                           \
	static int _fn##_call(struct ec2_call *call)                \
	{                                                           \
		return _fn(call->self, (struct _type *)call->args); \
	}

ON_VM(ec2_blk_disk_get, ec2_vm_disk_get)
ON_VM(ec2_blk_queue_set, ec2_vm_queue_set)
ON_VM(ec2_blk_disk_reset, ec2_vm_disk_reset)
ON_VM(ec2_blk_set_doorbell, ec2_vm_doorbell)
ON_VM(ec2_blk_lend, ec2_vm_lend)
ON_VM(ec2_blk_ejected, ec2_vm_disk_ejected)
ON_VM(ec2_blk_kick, ec2_vm_kick)

#define RESERVED(_type) offsetof(struct _type, reserved)

static const struct ec2_ioctl vm_ioctls[] = {
	EC2_IOCTL(EC2_VM_DISK_GET, ec2_vm_disk_get, reserved, 0, RESERVED(ec2_vm_disk_get),
		  ec2_blk_disk_get_call),
	EC2_IOCTL(EC2_VM_QUEUE_SET, ec2_vm_queue_set, used,
		  EC2_QUEUE_EVENT_IDX | EC2_QUEUE_INDIRECT, 0, ec2_blk_queue_set_call),
	EC2_IOCTL(EC2_VM_DISK_RESET, ec2_vm_disk_reset, reserved, 0, RESERVED(ec2_vm_disk_reset),
		  ec2_blk_disk_reset_call),
	EC2_IOCTL(EC2_VM_DOORBELL, ec2_vm_doorbell, port, 0, 0, ec2_blk_set_doorbell_call),
	EC2_IOCTL(EC2_VM_LEND, ec2_vm_lend, reserved, 0, RESERVED(ec2_vm_lend), ec2_blk_lend_call),
	EC2_IOCTL(EC2_VM_DISK_EJECTED, ec2_vm_disk_ejected, reserved, 0,
		  RESERVED(ec2_vm_disk_ejected), ec2_blk_ejected_call),
	EC2_IOCTL(EC2_VM_KICK, ec2_vm_kick, queue, 0, 0, ec2_blk_kick_call),
};

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ec2_vm *vm = file->private_data;

	if (current->mm != vm->mm)
		return -EPERM;
	if (_IOC_TYPE(cmd) != KVMIO)
		return ec2_vm_is_off(vm)
			       ? -ENODEV
			       : ec2_ioctl(vm, vm_ioctls, ARRAY_SIZE(vm_ioctls), cmd, arg);
	return ec2_vm_is_off(vm) ? -ENODEV : vm_kvm_ioctl(vm, cmd, arg);
}

static ssize_t vm_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct ec2_vm *vm = file->private_data;

	return ec2_event_read(&vm->events, file, buf, len);
}

static __poll_t vm_poll(struct file *file, poll_table *wait)
{
	struct ec2_vm *vm = file->private_data;

	return ec2_event_poll(&vm->events, file, wait);
}

/* Power off. */
static int vm_release(struct inode *inode, struct file *file)
{
	struct ec2_vm *vm = file->private_data;
	struct ec2_instance *inst = vm->inst;

	ec2_vm_off(vm);
	ec2_blk_vm_stop(vm);
	mutex_lock(&inst->lock);
	if (inst->vm == vm) {
		inst->vm = NULL;
		ec2_event_set_vm(inst, NULL);
		trace_ec2_vm_close(inst->named.id, pid_nr(vm->vmm));
		ec2_event_send(inst, EC2_EVENT_VM_OFF, 0, 0, EC2_TO_CONTROL | EC2_TO_INSTANCE);
	}
	mutex_unlock(&inst->lock);
	fput(vm->kvm);
	ec2_vm_put(vm);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vm_ioctl,
	.read = vm_read,
	.poll = vm_poll,
	.release = vm_release,
	.llseek = ec2_no_llseek,
};

static void vm_free(struct ec2_object *obj)
{
	struct ec2_vm *vm = container_of(obj, struct ec2_vm, obj);

	ec2_event_queue_destroy(&vm->events);
	put_pid(vm->vmm);
	mmdrop(vm->mm);
	mutex_destroy(&vm->lock);
	ec2_instance_put(vm->inst);
	kfree_rcu(vm, blk.rcu);
}

static struct ec2_vm *vm_alloc(struct ec2_instance *inst)
{
	struct ec2_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	ret = ec2_event_queue_init(&vm->events, EC2_EVENTS_VM);
	if (ret) {
		kfree(vm);
		return ERR_PTR(ret);
	}
	ec2_instance_get(inst);
	vm->inst = inst;
	/* the address space must not live longer because of us: its end is what ends the VM */
	mmgrab(current->mm);
	vm->mm = current->mm;
	vm->vmm = get_pid(task_tgid(current));
	mutex_init(&vm->lock);
	ec2_object_init(&vm->obj, vm_free);
	return vm;
}

/* ---- VM: its making ---- */

/* One VM at a time: take the place. */
static int take_place(struct ec2_instance *inst)
{
	int ret = 0;

	mutex_lock(&inst->lock);
	if (inst->ended)
		ret = -ENODEV;
	else if (inst->vm || inst->vm_making ||
		 (inst->state != EC2_STATE_PENDING && inst->state != EC2_STATE_RUNNING))
		ret = -EBUSY;
	else
		inst->vm_making = true;
	mutex_unlock(&inst->lock);
	return ret;
}

static void leave_place(struct ec2_instance *inst)
{
	mutex_lock(&inst->lock);
	inst->vm_making = false;
	mutex_unlock(&inst->lock);
}

static void publish(struct ec2_instance *inst, struct ec2_vm *vm)
{
	mutex_lock(&inst->lock);
	inst->vm_making = false;
	inst->vm = vm;
	ec2_event_set_vm(inst, &vm->events);
	trace_ec2_vm_create(inst->named.id, pid_nr(vm->vmm));
	ec2_event_send(inst, EC2_EVENT_VM_ON, 0, pid_nr(vm->vmm), EC2_TO_CONTROL | EC2_TO_INSTANCE);
	ec2_blk_vm_init(vm);
	/* a signal came while it was made, and went nowhere */
	if (inst->state != EC2_STATE_PENDING && inst->state != EC2_STATE_RUNNING)
		ec2_event_send(inst, EC2_EVENT_STOP, 0, EC2_SIGNAL_STOP, EC2_TO_VM | EC2_TO_REPLAY);
	mutex_unlock(&inst->lock);
}

static void create_finish(struct ec2_call *call, bool ok)
{
	if (!ok) {
		leave_place(call->self);
		put_unused_fd(call->fd);
		fput(call->file);
		return;
	}
	publish(call->self, call->made);
	fd_install(call->fd, call->file);
}

static int vm_make(struct ec2_call *call, struct file *kvm)
{
	struct ec2_vm *vm = vm_alloc(call->self);
	int ret;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	vm->kvm = kvm_make(kvm, KVM_CREATE_VM, 0);
	if (IS_ERR(vm->kvm)) {
		ret = PTR_ERR(vm->kvm);
		goto put_vm;
	}
	ret = get_unused_fd_flags(O_CLOEXEC);
	if (ret < 0)
		goto put_kvm;
	call->fd = ret;
	call->file = anon_inode_getfile("[ec2-vm]", &vm_fops, vm, O_RDWR);
	if (IS_ERR(call->file)) {
		ret = PTR_ERR(call->file);
		goto put_fd;
	}
	call->made = vm;
	call->finish = create_finish;
	return 0;

put_fd:
	put_unused_fd(call->fd);
put_kvm:
	fput(vm->kvm);
put_vm:
	ec2_vm_put(vm);
	return ret;
}

int ec2_vm_create(struct ec2_call *call)
{
	struct ec2_vm_create *args = call->args;
	struct file *kvm;
	int ret;

	if (!alone())
		return -EBUSY;
	kvm = fget(args->kvm_fd);
	if (!kvm)
		return -EBADF;
	ret = is_kvm(kvm) ? take_place(call->self) : -EINVAL;
	if (ret)
		goto put;
	ret = vm_make(call, kvm);
	if (ret)
		leave_place(call->self);
	else
		args->fd = call->fd;
put:
	fput(kvm);
	return ret;
}
