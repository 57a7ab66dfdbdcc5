// SPDX-License-Identifier: LGPL-2.1-or-later
/* Every call with every size, flag, reserved word and bad address, on every kind of file. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000abc"
enum kind { CONTROL, INSTANCE, VM, VCPU, KINDS };
static const char *const kinds[] = {"control", "instance", "VM", "vCPU"};

union args {
	struct {
		__u32 size, flags;
		char id[EC2_ID_LEN];
	};
	struct ec2_instance_create create;
	struct ec2_instance_signal signal;
	struct ec2_disk_attach attach;
	struct ec2_vm_create vm;
	struct ec2_vm_lend lend;
	struct ec2_vm_disk_get disk_get;
	__u32 words[1024];
	char bytes[4096 + 64];
};

/* `errno`: what a well-formed call gives here; the instance of the id is not there. */
#define ROW(_kind, _cmd, _type, _flags, _errno)                             \
	{                                                                   \
#_cmd, _cmd, _kind, sizeof(struct _type), _flags, 0, _errno \
	}
#define ROW_R(_kind, _cmd, _type, _flags, _errno)                 \
	{                                                         \
#_cmd, _cmd, _kind, sizeof(struct _type), _flags, \
			offsetof(struct _type, reserved), _errno  \
	}

static const struct row {
	const char *name;
	unsigned long cmd;
	enum kind kind;
	unsigned int size;
	unsigned int flags;
	unsigned int reserved;
	int result;
} rows[] = {
	ROW(CONTROL, EC2_GET_INFO, ec2_get_info, 0, 0),
	/* no memory: out of range */
	ROW_R(CONTROL, EC2_INSTANCE_CREATE, ec2_instance_create, 3, EINVAL),
	ROW_R(CONTROL, EC2_INSTANCE_SIGNAL, ec2_instance_signal, 1, ENOENT),
	ROW_R(CONTROL, EC2_DISK_ATTACH, ec2_disk_attach, 1, ENOENT),
	ROW_R(CONTROL, EC2_DISK_DETACH, ec2_disk_detach, 1, ENOENT),
	ROW_R(CONTROL, EC2_DISK_RESIZE, ec2_disk_resize, 0, ENOENT),
	ROW_R(CONTROL, EC2_DISK_LIMIT, ec2_disk_limit, 0, ENOENT),
	ROW(CONTROL, EC2_INSTANCE_STATS, ec2_instance_stats, 0, ENOENT),
	ROW(CONTROL, EC2_DISK_STATS, ec2_disk_stats, 0, ENOENT),
	/* descriptor -1 */
	ROW(INSTANCE, EC2_VM_CREATE, ec2_vm_create, 0, EBADF),
	/* to pending */
	ROW_R(INSTANCE, EC2_INSTANCE_SET_STATE, ec2_instance_set_state, 0, EINVAL),
	/* no disk in slot 31 */
	ROW_R(VM, EC2_VM_DISK_GET, ec2_vm_disk_get, 0, ENOENT),
	ROW(VM, EC2_VM_QUEUE_SET, ec2_vm_queue_set, 3, ENOENT),
	/* nothing is bound there: it is stopped already */
	ROW_R(VM, EC2_VM_DISK_RESET, ec2_vm_disk_reset, 0, 0),
	/* a doorbell may come before its disk */
	ROW(VM, EC2_VM_DOORBELL, ec2_vm_doorbell, 0, 0),
	/* role 31 */
	ROW_R(VM, EC2_VM_LEND, ec2_vm_lend, 0, EINVAL),
	ROW_R(VM, EC2_VM_DISK_EJECTED, ec2_vm_disk_ejected, 0, ENOENT),
	ROW(VM, EC2_VM_KICK, ec2_vm_kick, 0, ENOENT),
};

static int fds[KINDS];

/* A call that is in form, and ends with the row's result whatever the machine is like. */
static void fill(const struct row *row, union args *args)
{
	memset(args, 0, sizeof(*args));
	args->size = row->size;
	if (row->kind == CONTROL && row->cmd != EC2_GET_INFO) {
		strcpy(args->id, "i-00000000000000fff");
		args->signal.signal = EC2_SIGNAL_STOP;
	}
	if (row->cmd == EC2_INSTANCE_CREATE)
		args->create.memory = 0;
	else if (row->cmd == EC2_DISK_ATTACH)
		args->attach.fd = -1;
	else if (row->cmd == EC2_VM_CREATE)
		args->vm.kvm_fd = -1;
	else if (row->kind == VM)
		args->words[2] = 31;
	if (row->cmd == EC2_VM_QUEUE_SET)
		args->words[4] = 16; /* num */
	if (row->cmd == EC2_VM_DOORBELL)
		args->words[3] = 0x5000;
}

static bool call(const struct row *row, const char *what, void *args, int want)
{
	char name[96];

	snprintf(name, sizeof(name), "%s, %s", row->name, what);
	return gave(name, ioctl(fds[row->kind], row->cmd, args), want);
}

static bool check_sizes(const struct row *row)
{
	union args args;
	bool ok = true;
	char what[48];

	fill(row, &args);
	ok &= call(row, "its own size", &args, row->result);
	for (unsigned int size = 0; size < row->size; size++) {
		fill(row, &args);
		args.size = size;
		snprintf(what, sizeof(what), "size %u", size);
		ok &= call(row, what, &args, EINVAL);
	}
	for (unsigned int size = row->size + 1; size <= 4096;
	     size += size < row->size + 16 ? 1 : 97) {
		snprintf(what, sizeof(what), "size %u, zero tail", size);
		fill(row, &args);
		args.size = size;
		ok &= call(row, what, &args, row->result);
		snprintf(what, sizeof(what), "size %u, other tail", size);
		fill(row, &args);
		args.size = size;
		args.bytes[size - 1] = 1;
		ok &= call(row, what, &args, E2BIG);
	}
	static const unsigned int huge[] = {4097, 65536, 1U << 31, ~0U};

	for (size_t i = 0; i < ARRAY_SIZE(huge); i++) {
		fill(row, &args);
		args.size = huge[i];
		ok &= call(row, "huge size", &args, E2BIG);
	}
	return ok;
}

static bool check_flags(const struct row *row)
{
	union args args;
	bool ok = true;

	for (int bit = 0; bit < 32; bit++) {
		if (row->flags & 1U << bit)
			continue;
		fill(row, &args);
		args.flags = 1U << bit;
		ok &= call(row, "an unknown flag", &args, EINVAL);
	}
	if (row->reserved) {
		fill(row, &args);
		args.words[row->reserved / 4] = 1;
		ok &= call(row, "the reserved word", &args, EINVAL);
	}
	return ok;
}

static bool check_addresses(const struct row *row)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	union args args;
	bool ok = true;

	munmap(map + page, page);
	fill(row, &args);
	ok &= call(row, "no address", NULL, EFAULT);
	ok &= call(row, "a kernel address", (void *)0xffff888000000000UL, EFAULT);
	/* all but the last byte is there */
	memcpy(map + page - row->size + 1, &args, row->size - 1);
	ok &= call(row, "half an address", map + page - row->size + 1, EFAULT);
	/* what is only readable takes no answer */
	memcpy(map, &args, row->size);
	mprotect(map, page, PROT_READ);
	ok &= call(row, "a read-only address", map, row->result ?: EFAULT);
	munmap(map, page);
	return ok;
}

static bool check_kinds(const struct row *row)
{
	union args args;
	bool ok = true;
	char what[64];

	for (int kind = 0; kind < KINDS; kind++) {
		if (kind == (int)row->kind)
			continue;
		fill(row, &args);
		snprintf(what, sizeof(what), "%s on a %s file", row->name, kinds[kind]);
		ok &= gave(what, ioctl(fds[kind], row->cmd, &args), ENOTTY);
	}
	return ok;
}

static bool check_numbers(void)
{
	union args args = {.size = sizeof(args)};
	bool ok = true;

	for (int kind = 0; kind < KINDS; kind++) {
		for (unsigned int nr = 0x80; nr < 0x100; nr++)
			ok &= gave("an unknown number",
				   ioctl(fds[kind], _IOC(3, EC2_IOC_TYPE, nr, 16), &args), ENOTTY);
		for (unsigned int dir = 0; dir < 3; dir++)
			ok &= gave("another direction",
				   ioctl(fds[kind], _IOC(dir, EC2_IOC_TYPE, 0, 40), &args), ENOTTY);
		ok &= gave("another type", ioctl(fds[kind], _IOC(3, 'f', 0, 40), &args), ENOTTY);
	}
	return ok;
}

void test_sizes(void)
{
	struct guest g;

	fds[CONTROL] = open_control();
	fds[INSTANCE] = make_instance(fds[CONTROL], ID, 1);
	guest_make(&g, fds[INSTANCE]);
	fds[VM] = g.vm;
	fds[VCPU] = g.vcpu;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		verdict(check_sizes(row), "%s: every size", row->name);
		verdict(check_flags(row), "%s: unknown flags and the reserved word", row->name);
		verdict(check_addresses(row), "%s: bad addresses", row->name);
		verdict(check_kinds(row), "%s: only on its own kind of file", row->name);
	}
	verdict(check_numbers(), "unknown calls are refused on every kind of file");
	guest_close(&g);
	close(fds[INSTANCE]);
	close(fds[CONTROL]);
}
