// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/host/launch.h"
#include "acpi.h"
#include "boot.h"
#include "disk.h"
#include "events.h"
#include "jail.h"
#include "kvm.h"
#include "layout.h"
#include "mem.h"
#include "net.h"
#include "pci.h"
#include "platform.h"
#include "rng.h"
#include "smbios.h"
#include "uart.h"
#include "vcpu.h"
#include "vmm.h"

#define STACK_SIZE (64 * 1024)

static pthread_barrier_t all_jailed;

static void complain(const char *format, va_list arguments)
{
	char line[512];
	int length = snprintf(line, sizeof(line), "ec2-vmm: ");
	ssize_t written;

	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	written = write(STDERR_FILENO, line, (size_t)length);
	(void)written;
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	_exit(EC2_VMM_USAGE);
}

void vmm_end(int status)
{
	uart_flush();
	_exit(status);
}

void vmm_crash(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	vmm_end(EC2_VMM_CRASH);
}

/* ---- threads ---- */

static void *vcpu_thread(void *argument)
{
	jail_thread(JAIL_VCPU);
	pthread_barrier_wait(&all_jailed);
	vcpu_run((unsigned int)(uintptr_t)argument);
}

static void *lent_thread(void *argument)
{
	int error;

	jail_thread(JAIL_LENT);
	pthread_barrier_wait(&all_jailed);
	do {
		error = kvm_lend((enum ec2_lend_role)(uintptr_t)argument);
	} while (error == -EINTR || error == 0);
	/* the machine is off: the device thread knows why, and ends the process */
	for (;;)
		pause();
	return NULL;
}

static void start_thread(void *(*run)(void *), uintptr_t argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (!error)
		error = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (!error)
		error = pthread_create(&thread, &attributes, run, (void *)argument);
	if (error)
		die("thread: %s", strerror(error));
	pthread_attr_destroy(&attributes);
}

/* Nobody goes on before all are held to their lists. */
static void start_threads(unsigned int vcpus)
{
	unsigned int i;

	pthread_barrier_init(&all_jailed, NULL, vcpus + 3);
	for (i = 0; i < vcpus; i++)
		start_thread(vcpu_thread, i);
	start_thread(lent_thread, EC2_LEND_FAST);
	start_thread(lent_thread, EC2_LEND_SLOW);
}

/* ---- the machine ---- */

static void write_tables(const struct vmm_options *options)
{
	uint8_t *area = mem_at(GPA_TABLES, TABLES_SIZE);
	uint64_t pci64_base = PCI64_SIZE;
	size_t used;

	while (pci64_base < mem_high_end())
		pci64_base += PCI64_SIZE;
	used = acpi_build(area, TABLES_MAX, GPA_TABLES, options->vcpus, pci64_base);
	if (used)
		used = (used + 15) & ~15UL;
	if (!used || !smbios_build(area + used, TABLES_MAX - used, GPA_TABLES + used, options->id,
				   options->type))
		die("the firmware's tables do not fit");
}

/*
 * Linux on hardware-reduced ACPI restarts by EFI, and without one by the BIOS: real mode at f000:fff0, where a
 * PC begins. Nothing else of a BIOS is there.
 */
static void write_reset_vector(void)
{
	static const uint8_t code[] = {
		0xba, PORT_RESET & 0xff, PORT_RESET >> 8, /* mov $PORT_RESET, %dx */
		0xb0, RESET_VALUE,                        /* mov $RESET_VALUE, %al */
		0xee,                                     /* out %al, (%dx) */
		0xf4,                                     /* hlt */
		0xeb, 0xfd,                               /* jmp to the hlt */
	};

	memcpy(mem_at(GPA_RESET_VECTOR, sizeof(code)), code, sizeof(code));
}

static void make_machine(const struct vmm_options *options)
{
	uint64_t entry;

	kvm_create(options->instance_fd);
	close(options->instance_fd);
	mem_create(options->memory);
	entry = boot_load(options, GPA_TABLES);
	close(options->kernel_fd);
	if (options->initrd_fd >= 0)
		close(options->initrd_fd);
	write_tables(options);
	write_reset_vector();
	vcpus_create(options->vcpus, entry);
	kvm_close_system();
}

static void make_devices(const struct vmm_options *options)
{
	events_create();
	uart_create(options->console_fd);
	platform_create();
	pci_create();
	rng_create();
	net_create(options);
	disks_create(options->vcpus);
	events_drain();
	disks_cold_plug_done();
}

static void tell_ready(int fd)
{
	if (fd < 0)
		return;
	/* nobody may be there to read it, which is no reason not to run */
	if (write(fd, "ok\n", 3) != 3 && errno != EPIPE)
		die("--ready-fd: %s", strerror(errno));
	close(fd);
}

static void close_others(const struct vmm_options *options)
{
	int keep[5 + 2 * VMM_MAX_PAIRS] = {options->instance_fd, options->console_fd,
					   options->kernel_fd, options->initrd_fd,
					   options->ready_fd};
	unsigned int i, n = 5;

	for (i = 0; i < options->queue_pairs; i++) {
		keep[n++] = options->tap_fd + (int)i;
		keep[n++] = options->vhost_fd + (int)i;
	}
	jail_close_others(keep, n);
}

int main(int argc, char **argv)
{
	struct vmm_options options;

	mallopt(M_ARENA_MAX, 1);
	options_parse(&options, argc, argv);
	close_others(&options);
	make_machine(&options);
	make_devices(&options);
	jail_prepare();
	jail_enter(options.uid, options.gid);
	net_own();
	start_threads(options.vcpus);
	vcpus_prime();
	jail_no_more_threads();
	tell_ready(options.ready_fd);
	jail_thread(JAIL_DEVICES);
	pthread_barrier_wait(&all_jailed);
	events_run();
}
