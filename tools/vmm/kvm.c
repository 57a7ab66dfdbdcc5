// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm.h"
#include "layout.h"
#include "vmm.h"

static int system_fd = -1, vm_fd = -1;
static int run_size;

static int call(int fd, unsigned long request, const void *argument)
{
	int result = ioctl(fd, request, argument);

	return result < 0 ? -errno : result;
}

static void open_system(void)
{
	system_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (system_fd < 0 && errno == ENOENT)
		die("/dev/kvm is missing: load kvm-intel or kvm-amd, and see that virtualization is "
		    "switched on in the firmware (in a cloud, that the machine offers nested "
		    "virtualization)");
	if (system_fd < 0)
		die("/dev/kvm: %s", strerror(errno));
	if (call(system_fd, KVM_GET_API_VERSION, NULL) != KVM_API_VERSION)
		die("/dev/kvm does not speak KVM's stable interface");
	run_size = call(system_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	if (run_size < (int)sizeof(struct kvm_run))
		die("/dev/kvm: no vCPU area");
}

static void create_vm(int instance_fd)
{
	struct ec2_vm_create create = {.size = sizeof(create), .kvm_fd = system_fd};
	int error = call(instance_fd, EC2_VM_CREATE, &create);

	if (error == -EBUSY)
		die("the instance has a machine already, or is not pending or running");
	if (error == -ENOTTY)
		die("--instance-fd is not an instance of /dev/ec2ctl");
	if (error)
		die("the machine cannot be made: %s", strerror(-error));
	vm_fd = create.fd;
	/* events are read by a thread that must never wait for one */
	if (fcntl(vm_fd, F_SETFL, O_NONBLOCK) < 0)
		die("VM file: %s", strerror(errno));
}

void kvm_create(int instance_fd)
{
	uint64_t identity_map = GPA_IDENTITY_MAP;
	int error;

	open_system();
	create_vm(instance_fd);
	error = call(vm_fd, KVM_SET_TSS_ADDR, (void *)GPA_TSS);
	if (!error)
		error = call(vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map);
	if (!error)
		error = call(vm_fd, KVM_CREATE_IRQCHIP, NULL);
	if (error)
		die("interrupt controllers: %s", strerror(-error));
}

void kvm_close_system(void)
{
	close(system_fd);
	system_fd = -1;
}

int kvm_supported_cpuid(struct kvm_cpuid2 *cpuid)
{
	return call(system_fd, KVM_GET_SUPPORTED_CPUID, cpuid);
}

bool kvm_has(unsigned int capability)
{
	return call(system_fd, KVM_CHECK_EXTENSION, (void *)(uintptr_t)capability) > 0;
}

int kvm_memory(unsigned int slot, uint64_t gpa, uint64_t size, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	return call(vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

int kvm_vcpu(unsigned int id, struct kvm_run **run)
{
	int fd = call(vm_fd, KVM_CREATE_VCPU, (void *)(uintptr_t)id);

	if (fd < 0)
		return fd;
	*run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*run == MAP_FAILED) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int kvm_vcpu_ioctl(int vcpu, unsigned long request, void *argument)
{
	return call(vcpu, request, argument);
}

int kvm_irqfd(unsigned int gsi, int eventfd, bool assign)
{
	struct kvm_irqfd irqfd = {
		.fd = eventfd,
		.gsi = gsi,
		.flags = assign ? 0 : KVM_IRQFD_FLAG_DEASSIGN,
	};

	return call(vm_fd, KVM_IRQFD, &irqfd);
}

int kvm_routes(const struct kvm_irq_routing *routing)
{
	return call(vm_fd, KVM_SET_GSI_ROUTING, routing);
}

int kvm_event_fd(void)
{
	return vm_fd;
}

int kvm_events(struct ec2_event *events, unsigned int n)
{
	ssize_t length = read(vm_fd, events, n * sizeof(*events));

	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return (int)((size_t)length / sizeof(*events));
}

int kvm_disk_get(struct ec2_vm_disk_get *disk)
{
	disk->size = sizeof(*disk);
	return call(vm_fd, EC2_VM_DISK_GET, disk);
}

int kvm_disk_reset(unsigned int slot)
{
	struct ec2_vm_disk_reset reset = {.size = sizeof(reset), .slot = slot};

	return call(vm_fd, EC2_VM_DISK_RESET, &reset);
}

int kvm_disk_ejected(unsigned int slot)
{
	struct ec2_vm_disk_ejected ejected = {.size = sizeof(ejected), .slot = slot};

	return call(vm_fd, EC2_VM_DISK_EJECTED, &ejected);
}

int kvm_queue_set(const struct ec2_vm_queue_set *queue)
{
	return call(vm_fd, EC2_VM_QUEUE_SET, queue);
}

int kvm_doorbell(unsigned int slot, unsigned int port)
{
	struct ec2_vm_doorbell doorbell = {.size = sizeof(doorbell), .slot = slot, .port = port};

	return call(vm_fd, EC2_VM_DOORBELL, &doorbell);
}

int kvm_lend(enum ec2_lend_role role)
{
	struct ec2_vm_lend lend = {.size = sizeof(lend), .role = role};

	return call(vm_fd, EC2_VM_LEND, &lend);
}

int kvm_kick(unsigned int slot, unsigned int queue)
{
	struct ec2_vm_kick kick = {.size = sizeof(kick), .slot = slot, .queue = queue};

	return call(vm_fd, EC2_VM_KICK, &kick);
}

int kvm_doorbell_fd(unsigned int port, unsigned int queue, int eventfd, bool assign)
{
	struct kvm_ioeventfd doorbell = {
		.datamatch = queue,
		.addr = port,
		.len = 2,
		.fd = eventfd,
		.flags = KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH |
			 (assign ? 0 : KVM_IOEVENTFD_FLAG_DEASSIGN),
	};

	return call(vm_fd, KVM_IOEVENTFD, &doorbell);
}
