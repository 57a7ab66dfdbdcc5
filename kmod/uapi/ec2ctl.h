/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/ec2ctl: the calls of the ec2ctl kernel module.
 *
 * Three kinds of file, each with its own calls:
 *   control   open("/dev/ec2ctl"): acts on instances by their EC2 id
 *   instance  made by EC2_INSTANCE_CREATE, held by the shim: disks, meters, state
 *   VM        made by EC2_VM_CREATE, held by the VMM: KVM and vCPUs, virtqueues
 * The VM file also takes an allow-list of KVM's own VM ioctls (type 0xAE) and KVM_CREATE_VCPU
 * gives a vCPU file that takes an allow-list of KVM's vCPU ioctls and mmap.
 *
 * Every struct begins with `__u32 size, flags`. The caller sets size to sizeof the struct it knows.
 *
 * errno, the same for every call (what is special stands beside the call):
 *   EINVAL     size shorter than the first version, unknown flag, non-zero reserved field, value
 *              out of range
 *   E2BIG      size longer than known, with a tail that is not zero
 *   ENOTTY     unknown ioctl, or one that this kind of file does not take
 *   EFAULT     the argument is not readable or writable memory
 *   EBADF      a file descriptor argument that is not open
 *   ENOENT     no instance, slot or queue of that name
 *   EEXIST     the id, slot or queue is taken
 *   EBUSY      the state does not allow it now
 *   EPERM      the caller is not the process that this is for
 *   ENOSPC     a limit of the module (see limits.h) is reached
 *   ENODEV     the instance has ended, or the VM is off
 *   EOPNOTSUPP this kernel or file cannot do it
 *   ENOMEM     no memory
 *   EINTR      a signal came (calls that wait)
 */
#ifndef _UAPI_EC2CTL_H
#define _UAPI_EC2CTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define EC2_ABI_VERSION 1
#define EC2_IOC_TYPE 0xE2

/* An EC2 resource id, "i-0123456789abcdef0": NUL-terminated, NUL-padded. */
#define EC2_ID_LEN 24
/* virtio-blk's serial number: not terminated when all 20 bytes are used. */
#define EC2_SERIAL_LEN 20

/* EC2's own instance state codes. */
enum ec2_state {
	EC2_STATE_PENDING = 0,
	EC2_STATE_RUNNING = 16,
	EC2_STATE_SHUTTING_DOWN = 32,
	EC2_STATE_TERMINATED = 48,
	EC2_STATE_STOPPING = 64,
	EC2_STATE_STOPPED = 80,
};

/* ---- control file ---- */

/* Features of this module on this kernel. */
#define EC2_FEATURE_BLK_NOWAIT (1ULL << 0) /* inline service */
#define EC2_FEATURE_NETLINK (1ULL << 1)

struct ec2_get_info {
	__u32 size;
	__u32 flags;
	__u32 abi_version; /* out, this and all below */
	__u32 max_instances;
	__u32 max_vcpus;
	__u32 max_disks;
	__u32 max_queues; /* per disk */
	__u32 instances;  /* live now */
	__u64 features;
};

/* Credits are not spent below zero balance but throttled, unless unlimited. */
#define EC2_INSTANCE_CREDITS (1U << 0)
#define EC2_INSTANCE_UNLIMITED (1U << 1)

/*
 * Make an instance in state pending. Closing the last reference to the fd kills the VMM and
 * releases everything. EEXIST: the id lives already.
 */
struct ec2_instance_create {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u64 memory; /* bytes of guest memory that the VM may map in all */
	__u32 vcpus;
	__s32 fd; /* out: the instance file, O_CLOEXEC */
	/* with EC2_INSTANCE_CREDITS: */
	__u32 credits_per_hour; /* in 1/1000 credit */
	__u32 credit_cap;       /* in credits */
	__u32 baseline;         /* of one vCPU, in 1/1000 */
	__u32 reserved;
	__u64 credit_balance; /* to begin with, in 1/1000 credit */
};

enum ec2_signal {
	EC2_SIGNAL_POWER_BUTTON = 1, /* running -> stopping or shutting-down; the guest shuts down */
	EC2_SIGNAL_STOP = 2,         /* the same, and the VM is cut off at once */
	EC2_SIGNAL_RESET = 3,        /* the guest is reset; no state change */
	EC2_SIGNAL_REBOOT = 4,       /* power button, but the shim starts the VM anew; no state change */
};

/* With POWER_BUTTON and STOP: to shutting-down, not to stopping. */
#define EC2_SIGNAL_TERMINATE (1U << 0)

struct ec2_instance_signal {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 signal; /* enum ec2_signal */
	__u32 reserved;
};

#define EC2_DISK_READONLY (1U << 0)

/*
 * Attach a regular file or block device (opened for direct I/O by the module; the fd may be closed
 * after the call). EOPNOTSUPP: neither. EACCES: the fd's mode does not allow writing.
 */
struct ec2_disk_attach {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 slot; /* 0 .. max_disks - 1; 0 is the root disk */
	__s32 fd;
	__u8 serial[EC2_SERIAL_LEN]; /* the volume id without its dash */
	__u32 reserved;
};

/* At once, without waiting for the guest to let go. */
#define EC2_DISK_DETACH_FORCE (1U << 0)

/* Without FORCE the guest is asked (an event to the VMM); gone when it has ejected the device. */
struct ec2_disk_detach {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 slot;
	__u32 reserved;
};

/* Read the backing file's size anew and tell the guest. EINVAL: it has shrunk. */
struct ec2_disk_resize {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 slot;
	__u32 reserved;
	__u64 capacity; /* out: bytes */
};

/* Token buckets; 0 = no limit. */
struct ec2_disk_limit {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 slot;
	__u32 reserved;
	__u64 iops;
	__u64 bytes_per_second;
	__u64 burst_iops;    /* gp2: while the burst bucket lasts */
	__u64 burst_credits; /* the burst bucket, in I/O operations */
};

/* Counters never go back while the instance lives; a stop ends the instance and its counters. */
struct ec2_instance_stats {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 state; /* out, this and all below: enum ec2_state */
	__u32 vm_on; /* a VM exists */
	__s32 vmm_pid;
	__u32 vcpus;
	__u64 running_ns;
	__u64 vcpu_ns;
	__u64 kvm_runs;     /* KVM_RUN calls of the VMM */
	__u64 kvm_entries;  /* guest entries, those after an exit handled in the module included */
	__u64 doorbells;    /* doorbell exits handled in the module */
	__u64 throttled_ns;
	__u64 credits_earned; /* 1/1000 credit */
	__u64 credits_spent;
	__u64 credits_surplus;
	__u64 credit_balance;
	__u64 disks; /* bit mask of attached slots */
};

struct ec2_disk_stats {
	__u32 size;
	__u32 flags;
	char id[EC2_ID_LEN];
	__u32 slot;
	__u32 queues;    /* out, this and all below: bound queues */
	__u64 capacity;  /* bytes */
	__u64 read_ops;
	__u64 read_bytes;
	__u64 write_ops;
	__u64 write_bytes;
	__u64 flush_ops;
	__u64 discard_ops;
	__u64 discard_bytes;
	__u64 errors;
	__u64 throttled_ns;
	__u64 inline_ops;  /* served in a vCPU thread */
	__u64 lent_ops;    /* served in the lent thread */
	__u64 slow_ops;    /* served in the slow lent thread */
	__u64 interrupts;
	__u64 malformed;   /* chains refused */
};

#define EC2_GET_INFO _IOWR(EC2_IOC_TYPE, 0x00, struct ec2_get_info)
#define EC2_INSTANCE_CREATE _IOWR(EC2_IOC_TYPE, 0x01, struct ec2_instance_create)
#define EC2_INSTANCE_SIGNAL _IOWR(EC2_IOC_TYPE, 0x02, struct ec2_instance_signal)
#define EC2_DISK_ATTACH _IOWR(EC2_IOC_TYPE, 0x03, struct ec2_disk_attach)
#define EC2_DISK_DETACH _IOWR(EC2_IOC_TYPE, 0x04, struct ec2_disk_detach)
#define EC2_DISK_RESIZE _IOWR(EC2_IOC_TYPE, 0x05, struct ec2_disk_resize)
#define EC2_DISK_LIMIT _IOWR(EC2_IOC_TYPE, 0x06, struct ec2_disk_limit)
#define EC2_INSTANCE_STATS _IOWR(EC2_IOC_TYPE, 0x07, struct ec2_instance_stats)
#define EC2_DISK_STATS _IOWR(EC2_IOC_TYPE, 0x08, struct ec2_disk_stats)

/* ---- events: read() from a control, instance or VM file; poll() says POLLIN ---- */

enum ec2_event_type {
	EC2_EVENT_LOST = 0,         /* value = how many were lost before this one */
	EC2_EVENT_STATE = 1,        /* control, instance: value = new enum ec2_state */
	EC2_EVENT_VM_ON = 2,        /* control, instance: a VM was made, value = pid */
	EC2_EVENT_VM_OFF = 3,       /* control, instance: the VM file was closed */
	EC2_EVENT_DISK_ATTACHED = 4, /* all: slot; replayed to a new VM for slots attached before */
	EC2_EVENT_DISK_DETACHING = 5, /* VM: ask the guest to let go of slot */
	EC2_EVENT_DISK_DETACHED = 6,  /* all: slot is free */
	EC2_EVENT_DISK_RESIZED = 7,   /* all: slot; value = bytes */
	EC2_EVENT_POWER_BUTTON = 8,   /* VM */
	EC2_EVENT_RESET = 9,          /* VM: end now, with the exit status for a reset */
	EC2_EVENT_STOP = 10,          /* VM: end now, with the exit status for power-off */
	EC2_EVENT_THROTTLE = 11,      /* instance: value = cpu.max quota, us per 100 ms; 0 = none */
	EC2_EVENT_DISK_ERROR = 12,    /* control, instance: slot's first I/O error; value = errno */
};

struct ec2_event {
	__u64 seq;  /* grows by one per event of the module; the same as on netlink */
	__u64 time; /* CLOCK_REALTIME, ns */
	__u32 type; /* enum ec2_event_type */
	__u32 slot;
	__u64 value;
	char id[EC2_ID_LEN];
	__u64 reserved;
};

/* ---- instance file ---- */

/*
 * Make the VM, in the process that will run it (the VMM): one thread, a file table of its own
 * (EBUSY otherwise). kvm_fd is /dev/kvm (EINVAL for anything else). EBUSY: the instance has a VM, or
 * its state is not pending or running.
 */
struct ec2_vm_create {
	__u32 size;
	__u32 flags;
	__s32 kvm_fd;
	__s32 fd; /* out: the VM file, O_CLOEXEC */
};

/* The shim: what became of the instance. EBUSY: no such transition. */
struct ec2_instance_set_state {
	__u32 size;
	__u32 flags;
	__u32 state; /* enum ec2_state */
	__u32 reserved;
};

#define EC2_VM_CREATE _IOWR(EC2_IOC_TYPE, 0x20, struct ec2_vm_create)
#define EC2_INSTANCE_SET_STATE _IOWR(EC2_IOC_TYPE, 0x21, struct ec2_instance_set_state)

/* ---- VM file: only the process that made it (EPERM otherwise) ---- */

struct ec2_vm_disk_get {
	__u32 size;
	__u32 flags; /* out: EC2_DISK_READONLY, EC2_DISK_DISCARD, EC2_DISK_WRITE_ZEROES */
	__u32 slot;
	__u32 logical_block_size; /* out, this and all below; bytes */
	__u32 physical_block_size;
	__u32 max_queues;
	__u64 capacity; /* bytes, a multiple of the logical block size */
	__u32 max_discard_sectors;      /* of 512 bytes */
	__u32 max_write_zeroes_sectors;
	__u32 seg_max;   /* data descriptors in a request */
	__u32 queue_max; /* entries in a queue */
	__u8 serial[EC2_SERIAL_LEN];
	__u32 reserved;
};
#define EC2_DISK_DISCARD (1U << 1)
#define EC2_DISK_WRITE_ZEROES (1U << 2)

#define EC2_QUEUE_EVENT_IDX (1U << 0) /* VIRTIO_F_RING_EVENT_IDX was negotiated */
#define EC2_QUEUE_INDIRECT (1U << 1)  /* VIRTIO_F_INDIRECT_DESC was negotiated */

/* Bind and start a queue. Addresses are guest-physical. EEXIST: it is bound. */
struct ec2_vm_queue_set {
	__u32 size;
	__u32 flags;
	__u32 slot;
	__u32 queue;
	__u32 num; /* entries: a power of two up to queue_max */
	__s32 irq_fd; /* eventfd signalled to interrupt the guest; -1 for none */
	__u64 desc;
	__u64 avail;
	__u64 used;
};

/* Stop and unbind all queues of a slot; returns when no request is in flight. */
struct ec2_vm_disk_reset {
	__u32 size;
	__u32 flags;
	__u32 slot;
	__u32 reserved;
};

/*
 * A two-byte OUT to `port` in any vCPU is served in the module: the value written is the queue of
 * `slot`. Port 0 removes the slot's doorbell. EEXIST: the port is another slot's.
 */
struct ec2_vm_doorbell {
	__u32 size;
	__u32 flags;
	__u32 slot;
	__u32 port;
};

enum ec2_lend_role {
	EC2_LEND_FAST = 0, /* completions, and requests that a vCPU thread did not serve */
	EC2_LEND_SLOW = 1, /* flush, discard, allocating writes */
};

/*
 * Lend this thread to the module to serve disks. Returns only with EINTR after a signal, or ENODEV
 * when the VM ends. EBUSY: a thread is lent for that role.
 */
struct ec2_vm_lend {
	__u32 size;
	__u32 flags;
	__u32 role;
	__u32 reserved;
};

/* The guest has ejected the slot after EC2_EVENT_DISK_DETACHING (or on its own). */
struct ec2_vm_disk_ejected {
	__u32 size;
	__u32 flags;
	__u32 slot;
	__u32 reserved;
};

/* A doorbell that came another way than by the port. */
struct ec2_vm_kick {
	__u32 size;
	__u32 flags;
	__u32 slot;
	__u32 queue;
};

#define EC2_VM_DISK_GET _IOWR(EC2_IOC_TYPE, 0x40, struct ec2_vm_disk_get)
#define EC2_VM_QUEUE_SET _IOWR(EC2_IOC_TYPE, 0x41, struct ec2_vm_queue_set)
#define EC2_VM_DISK_RESET _IOWR(EC2_IOC_TYPE, 0x42, struct ec2_vm_disk_reset)
#define EC2_VM_DOORBELL _IOWR(EC2_IOC_TYPE, 0x43, struct ec2_vm_doorbell)
#define EC2_VM_LEND _IOWR(EC2_IOC_TYPE, 0x44, struct ec2_vm_lend)
#define EC2_VM_DISK_EJECTED _IOWR(EC2_IOC_TYPE, 0x45, struct ec2_vm_disk_ejected)
#define EC2_VM_KICK _IOWR(EC2_IOC_TYPE, 0x46, struct ec2_vm_kick)

#endif
