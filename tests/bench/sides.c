// SPDX-License-Identifier: LGPL-2.1-or-later
/* The machines that are compared: one vCPU, the same kernel, initramfs, command line and disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "uapi/ec2ctl.h"

#define CMDLINE "console=ttyS0 quiet panic=-1 random.trust_cpu=on tsc=reliable "
#define VMM_ID 64321 /* an unprivileged user of its own */

int bench_ms = 600;

const char *bench_cmdline(enum work work)
{
	static char line[256];

	snprintf(line, sizeof(line), CMDLINE "bench=%s ms=%d", work == WORK_IO ? "io" : "wait",
		 bench_ms);
	return line;
}

#define MAX_ARGS 48

struct args {
	char *v[MAX_ARGS + 1];
	int n;
};

static void arg(struct args *a, const char *s)
{
	if (a->n < MAX_ARGS)
		a->v[a->n++] = (char *)s;
}

static void qemu_common(struct args *a, enum work work)
{
	static const char *const common[] = {
		"-accel",
		"kvm",
		"-cpu",
		"host",
		"-smp",
		"1",
		"-m",
		"256",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-monitor",
		"none",
		"-no-reboot",
		"-chardev",
		"stdio,id=con,signal=off",
		"-serial",
		"chardev:con",
		"-initrd",
	};
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		arg(a, common[i]);
	arg(a, paths.initrd);
	arg(a, "-append");
	arg(a, bench_cmdline(work));
}

/* QEMU's fastest boot: no firmware's option ROMs, the uncompressed kernel by its PVH entry. */
static bool microvm(struct machine *m, enum work work, const char *machine, const char *kernel)
{
	struct args a = {0};

	arg(&a, "qemu-system-x86_64");
	arg(&a, "-M");
	arg(&a, machine);
	arg(&a, "-kernel");
	arg(&a, kernel);
	qemu_common(&a, work);
	return machine_spawn(m, a.v);
}

static bool start_microvm(struct machine *m, enum work work)
{
	return microvm(m, work, "microvm,acpi=on,rtc=off,pit=off,pic=off,usb=off,pcie=off",
		       paths.vmlinux);
}

static bool start_microvm_min(struct machine *m, enum work work)
{
	return microvm(m, work, "microvm,acpi=off,rtc=on,pit=on,pic=on", paths.vmlinux);
}

/* Slower to start, but QEMU keeps the kernel's image in its memory: the compressed one is smaller. */
static bool start_microvm_small(struct machine *m, enum work work)
{
	return microvm(m, work, "microvm,acpi=off,rtc=on,pit=on,pic=on", paths.bzimage);
}

static bool start_q35(struct machine *m, enum work work)
{
	struct args a = {0};
	static char drive[256];

	arg(&a, "qemu-system-x86_64");
	arg(&a, "-M");
	arg(&a, "q35");
	arg(&a, "-kernel");
	arg(&a, paths.bzimage);
	if (work == WORK_IO) {
		snprintf(drive, sizeof(drive),
			 "file=%s,if=none,id=disk,format=raw,cache=none,aio=io_uring",
			 paths.device);
		arg(&a, "-object");
		arg(&a, "iothread,id=io");
		arg(&a, "-drive");
		arg(&a, drive);
		arg(&a, "-device");
		arg(&a, "virtio-blk-pci,drive=disk,iothread=io,num-queues=1,disable-legacy=on");
	}
	qemu_common(&a, work);
	return machine_spawn(m, a.v);
}

static bool start_host(struct machine *m, enum work work)
{
	static char ms[16];
	char *argv[] = {(char *)paths.guest, (char *)paths.device, ms, NULL};

	(void)work;
	snprintf(ms, sizeof(ms), "%d", bench_ms);
	return machine_spawn(m, argv);
}

static bool control(int fd, unsigned long call, void *argp, const char *what)
{
	if (!ioctl(fd, call, argp))
		return true;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	return false;
}

/* An instance with the disk attached, as the library makes it. Return: the instance file or -1. */
static int make_instance(const char *id)
{
	struct ec2_instance_create create = {
		.size = sizeof(create), .memory = GUEST_MEMORY, .vcpus = 1, .fd = -1};
	struct ec2_disk_attach disk = {.size = sizeof(disk)};
	int ctl = open("/dev/ec2ctl", O_RDWR | O_CLOEXEC);

	if (ctl < 0) {
		fprintf(stderr, "bench: /dev/ec2ctl: %s\n", strerror(errno));
		return -1;
	}
	snprintf(create.id, sizeof(create.id), "%s", id);
	snprintf(disk.id, sizeof(disk.id), "%s", id);
	memcpy(disk.serial, "vol0123456789abcdef0", sizeof(disk.serial));
	disk.fd = open(paths.device, O_RDWR | O_CLOEXEC);
	if (!control(ctl, EC2_INSTANCE_CREATE, &create, "EC2_INSTANCE_CREATE") || disk.fd < 0 ||
	    !control(ctl, EC2_DISK_ATTACH, &disk, "EC2_DISK_ATTACH")) {
		close(create.fd);
		create.fd = -1;
	}
	if (disk.fd >= 0)
		close(disk.fd);
	close(ctl);
	return create.fd;
}

static bool start_vmm(struct machine *m, enum work work)
{
	static const char id[] = "i-0b0b0b0b0b0b0b0b0";
	static char vmm[512], number[24], user[16];
	struct args a = {0};
	int ends[2], kernel, initrd;

	m->instance = make_instance(id);
	if (m->instance < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	kernel = open(paths.vmlinux, O_RDONLY | O_CLOEXEC);
	initrd = open(paths.initrd, O_RDONLY | O_CLOEXEC);
	snprintf(vmm, sizeof(vmm), "%s/ec2-vmm", paths.build);
	snprintf(number, sizeof(number), "%llu", GUEST_MEMORY);
	snprintf(user, sizeof(user), "%d", VMM_ID);
	const char *const argv[] = {
		vmm,	       "--id",	      id,  "--instance-fd", "3",    "--kernel-fd",
		"4",	       "--initrd-fd", "5", "--console-fd",  "0",    "--cmdline",
		bench_cmdline(work), "--vcpus",     "1", "--memory",	    number, "--uid",
		user,	       "--gid",	      user};
	for (size_t i = 0; i < sizeof(argv) / sizeof(argv[0]); i++)
		arg(&a, argv[i]);
	m->console = ends[0];
	m->len = 0;
	m->pid = spawn(a.v, ends[1], m->instance, kernel, initrd);
	close(ends[1]);
	close(kernel);
	close(initrd);
	return m->pid > 0;
}

const struct side side_vmm = {"ec2-vmm", start_vmm};
const struct side side_microvm = {"QEMU microvm", start_microvm};
const struct side side_microvm_min = {"QEMU microvm, no ACPI", start_microvm_min};
const struct side side_microvm_small = {"QEMU microvm, bzImage", start_microvm_small};
const struct side side_q35 = {"QEMU q35", start_q35};
const struct side side_host = {"host", start_host};
