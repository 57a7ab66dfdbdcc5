// SPDX-License-Identifier: LGPL-2.1-or-later
/* Guests of a few instructions: exits, doorbells, what is counted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000321"
#define DOORBELL 0x5000

/* out %al, $0x42; hlt */
static const uint8_t out_hlt[] = {0xb0, 0x17, 0xe6, 0x42, 0xf4};
/* mov $0x5000, %dx; mov $3, %ax (real mode); 5 times out %ax, %dx; hlt */
static const uint8_t doorbells[] = {0xba, 0x00, 0x50, 0xb8, 0x03, 0x00,
				    0xef, 0xef, 0xef, 0xef, 0xef, 0xf4};
/* mov $0x5000, %dx; out %al, %dx; mov $0x5002, %dx; out %ax, %dx; hlt */
static const uint8_t near_doorbells[] = {0xba, 0x00, 0x50, 0xee, 0xba, 0x02, 0x50, 0xef, 0xf4};
/* movabs $0x123456789abcdef0, %rax; shr $32, %rax; mov $0x80, %dx; out %eax, %dx; hlt */
static const uint8_t wide[] = {0x48, 0xb8, 0xf0, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12,
			       0x48, 0xc1, 0xe8, 0x20, 0x66, 0xba, 0x80, 0x00, 0xef, 0xf4};

static bool exits_with(struct guest *g, unsigned int reason)
{
	if (!gave("KVM_RUN", ioctl(g->vcpu, KVM_RUN, 0), 0))
		return false;
	if (g->run->exit_reason != reason)
		printf("# exit %u, not %u\n", g->run->exit_reason, reason);
	return g->run->exit_reason == reason;
}

static uint32_t io_data(struct guest *g)
{
	uint32_t value = 0;

	memcpy(&value, (char *)g->run + g->run->io.data_offset, g->run->io.size);
	return value;
}

static void starts(int control, int instance, struct guest *g)
{
	struct ec2_event event;
	bool ok = stats(control, ID).state == EC2_STATE_PENDING && !stats(control, ID).running_ns;

	guest_load(g, REAL_MODE, out_hlt, sizeof(out_hlt));
	ok &= exits_with(g, KVM_EXIT_IO) && g->run->io.port == 0x42 && io_data(g) == 0x17;
	ok &= exits_with(g, KVM_EXIT_HLT);
	verdict(ok, "a guest in real mode runs: OUT and HLT reach the VMM");

	struct ec2_instance_stats s = stats(control, ID);

	ok = s.state == EC2_STATE_RUNNING && s.kvm_runs == 2 && s.kvm_entries == 2 &&
	     !s.doorbells && s.running_ns > 0;
	do
		ok &= next_event(instance, EC2_EVENT_STATE, &event);
	while (ok && event.value != EC2_STATE_RUNNING);
	verdict(ok, "the first KVM_RUN makes the instance running, and is counted");
}

static void runs_long_mode(struct guest *g)
{
	guest_load(g, LONG_MODE, wide, sizeof(wide));
	verdict(exits_with(g, KVM_EXIT_IO) && g->run->io.port == 0x80 && io_data(g) == 0x12345678 &&
			exits_with(g, KVM_EXIT_HLT),
		"a guest in long mode runs");
}

static void frozen(struct guest *g)
{
	struct kvm_userspace_memory_region region = {.slot = 0};
	bool ok = gave("memory", ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region), EBUSY);

	region.slot = 8;
	region.flags = KVM_MEM_READONLY;
	region.memory_size = 4096;
	ok &= gave("read-only", ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region), EBUSY);
	verdict(ok, "memory stays as it is once the guest has run");
}

/* A disk to ring for: a file of 1 MiB. */
static void attach_disk(int control)
{
	char path[] = "/var/tmp/ec2-abi-XXXXXX";
	struct ec2_disk_attach args = {.size = sizeof(args), .id = ID, .slot = 0};

	args.fd = mkstemp(path);
	unlink(path);
	if (args.fd < 0 || ftruncate(args.fd, 1 << 20) || ioctl(control, EC2_DISK_ATTACH, &args))
		die("a disk is attached");
	close(args.fd);
}

static void rings(int control, struct guest *g)
{
	struct ec2_vm_doorbell bell = {.size = sizeof(bell), .slot = 0, .port = DOORBELL};
	struct ec2_instance_stats before, after;
	bool ok;

	attach_disk(control);
	ok = gave("doorbell", ioctl(g->vm, EC2_VM_DOORBELL, &bell), 0);
	before = stats(control, ID);
	guest_load(g, REAL_MODE, doorbells, sizeof(doorbells));
	ok &= exits_with(g, KVM_EXIT_HLT);
	after = stats(control, ID);
	ok &= after.doorbells == before.doorbells + 5 && after.kvm_runs == before.kvm_runs + 1 &&
	      after.kvm_entries == before.kvm_entries + 6;
	verdict(ok, "a doorbell is served in the module: five OUTs in one KVM_RUN");

	guest_load(g, REAL_MODE, near_doorbells, sizeof(near_doorbells));
	ok = exits_with(g, KVM_EXIT_IO) && g->run->io.size == 1;
	ok &= exits_with(g, KVM_EXIT_IO) && g->run->io.port == DOORBELL + 2;
	ok &= exits_with(g, KVM_EXIT_HLT);
	verdict(ok, "one byte, or another port, is no doorbell");

	bell.port = 0;
	ok = gave("no doorbell", ioctl(g->vm, EC2_VM_DOORBELL, &bell), 0);
	guest_load(g, REAL_MODE, doorbells, sizeof(doorbells));
	ok &= exits_with(g, KVM_EXIT_IO) && g->run->io.port == DOORBELL && io_data(g) == 3;
	verdict(ok, "a port that is no doorbell any more reaches the VMM");
}

/* kvm_run is the VMM's to write, and to take away. */
static void without_kvm_run(int instance)
{
	struct guest g;
	bool ok;

	guest_make(&g, instance);
	guest_load(&g, REAL_MODE, doorbells, sizeof(doorbells));
	munmap(g.run, 3 * 4096);
	ok = gave("KVM_RUN", ioctl(g.vcpu, KVM_RUN, 0), 0);
	g.run = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, g.vcpu, 0);
	ok &= g.run != MAP_FAILED && g.run->exit_reason == KVM_EXIT_IO;
	verdict(ok, "a vCPU whose kvm_run is not mapped runs all the same");
	guest_close(&g);
}

static void end_of_vm(struct guest *g)
{
	struct ec2_vm_kick kick = {.size = sizeof(kick)};
	int vcpu = dup(g->vcpu), other = dup(g->vm);
	bool ok;

	/* the file lives as long as one descriptor does */
	close(g->vm);
	ok = gave("another descriptor", ioctl(vcpu, KVM_RUN, 0), 0);
	kick.slot = 31;
	ok &= gave("kick of no disk", ioctl(other, EC2_VM_KICK, &kick), ENOENT);
	g->vm = other;
	guest_close(g);
	ok &= gave("VM off", ioctl(vcpu, KVM_RUN, 0), ENODEV);
	close(vcpu);
	verdict(ok, "a vCPU does not run when its VM is closed");
}

void test_guest(void)
{
	int control = open_control();
	int instance = make_instance(control, ID, 1);
	struct guest g;

	guest_make(&g, instance);
	starts(control, instance, &g);
	runs_long_mode(&g);
	frozen(&g);
	rings(control, &g);
	end_of_vm(&g);
	without_kvm_run(instance);
	close(instance);
	close(control);
}
