// SPDX-License-Identifier: LGPL-2.1-or-later
/* Into the guest's kernel. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bzimage.h"
#include "guest.h"

#define PAGE 4096UL

struct map {
	const void *data;
	size_t size;
};

struct image {
	int kernel, initrd[LD_MAX_INITRD];
	unsigned int n_initrd;
};

/*
 * The first instructions after the old kernel: 64-bit, paging on (one to one), interrupts off. The
 * boot protocol wants flat segments 0x10 and 0x18 and the boot parameters in rsi.
 */
__asm__(".pushsection .rodata\n"
	"ld_jump:\n"
	"	cli\n"
	"	movq 5f(%rip), %rsp\n"
	"	movq 6f(%rip), %rsi\n"
	"	movq 7f(%rip), %rax\n"
	"	leaq 3f(%rip), %rbx\n"
	"	movq %rbx, 4f+2(%rip)\n"
	"	lgdt 4f(%rip)\n"
	"	movl $0x18, %ebx\n"
	"	movl %ebx, %ds\n"
	"	movl %ebx, %es\n"
	"	movl %ebx, %ss\n"
	"	movl %ebx, %fs\n"
	"	movl %ebx, %gs\n"
	"	pushq $0x10\n"
	"	pushq %rax\n"
	"	lretq\n"
	"	.balign 8\n"
	"3:	.quad 0, 0, 0x00af9a000000ffff, 0x00cf92000000ffff\n"
	"4:	.word 31\n"
	"	.quad 0\n"
	"	.balign 8\n"
	"5:	.quad 0\n"
	"6:	.quad 0\n"
	"7:	.quad 0\n"
	"ld_jump_end:\n"
	"	.popsection\n");
extern const uint8_t ld_jump[] __attribute__((visibility("hidden")));
extern const uint8_t ld_jump_end[] __attribute__((visibility("hidden")));

static void put_jump(uint8_t *at, uint64_t entry)
{
	const uint64_t words[] = {LD_LOW_BASE + LD_LOW_SIZE, LD_LOW_BASE, entry};
	size_t n = (uintptr_t)ld_jump_end - (uintptr_t)ld_jump;

	memcpy(at, ld_jump, n);
	memcpy(at + n - sizeof(words), words, sizeof(words));
}

static int map_file(int fd, struct map *m)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	m->size = (size_t)st.st_size;
	m->data = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	return m->data == MAP_FAILED ? -errno : 0;
}

/* The loader's own boot parameters: they hold the memory map that the machine was started with. */
static int own_params(uint8_t *p)
{
	int fd, r;

	mkdir("/sys", 0755);
	mount("sys", "/sys", "sysfs", 0, NULL);
	fd = open("/sys/kernel/boot_params/data", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = read(fd, p, LD_PARAMS_SIZE) == LD_PARAMS_SIZE ? 0 : -EIO;
	close(fd);
	return r;
}

/* Several initramfs archives stand one after the other; zeros between them are skipped. */
static int load_segments(const struct image *im, const char *cmdline)
{
	static uint8_t low[LD_LOW_SIZE] __attribute__((aligned(4096))), ours[LD_PARAMS_SIZE];
	struct kexec_segment seg[2 + LD_MAX_INITRD];
	struct map kernel, initrd[LD_MAX_INITRD];
	struct ld_layout at;
	size_t total = 0;
	uint64_t base;
	unsigned int i;
	int r = own_params(ours);

	r = r ? r : map_file(im->kernel, &kernel);
	for (i = 0; i < im->n_initrd && !r; i++) {
		r = map_file(im->initrd[i], &initrd[i]);
		total += (initrd[i].size + PAGE - 1) & ~(PAGE - 1);
	}
	if (!r)
		r = ld_bzimage(kernel.data, kernel.size, ours, total, cmdline, &at, low);
	if (r)
		return r;
	put_jump(low + (LD_LOW_ENTRY - LD_LOW_BASE), at.entry);
	seg[0] = (struct kexec_segment){low, sizeof(low), (void *)LD_LOW_BASE, sizeof(low)};
	seg[1] = (struct kexec_segment){(const uint8_t *)kernel.data + at.code_at, at.code_size,
					(void *)at.code_base, at.code_room};
	for (i = 0, base = at.initrd_base; i < im->n_initrd; i++) {
		size_t room = (initrd[i].size + PAGE - 1) & ~(PAGE - 1);

		seg[2 + i] =
			(struct kexec_segment){initrd[i].data, initrd[i].size, (void *)base, room};
		base += room;
	}
	if (syscall(SYS_kexec_load, LD_LOW_ENTRY, 2UL + im->n_initrd, seg, KEXEC_ARCH_X86_64))
		return -errno;
	return 0;
}

/* Append a file, padded to 4 bytes: so several initramfs archives may stand one after the other. */
static int append(int to, int from)
{
	static const char zeros[4];
	struct stat st;
	off_t at = 0;
	ssize_t n;

	if (fstat(from, &st))
		return -errno;
	while (at < st.st_size) {
		n = sendfile(to, from, &at, (size_t)(st.st_size - at));
		if (n <= 0)
			return n ? -errno : -EIO;
	}
	n = -st.st_size & 3;
	return write(to, zeros, (size_t)n) == n ? 0 : -EIO;
}

/* Whatever else the kernel knows to start: slower, and of one initrd file. */
static int load_by_kernel(const struct image *im, const char *cmdline)
{
	int all = im->n_initrd ? im->initrd[0] : -1, r = 0;
	unsigned int i;

	if (im->n_initrd > 1) {
		all = memfd_create("initrd", MFD_CLOEXEC);
		for (i = 0; i < im->n_initrd && !r; i++)
			r = all < 0 ? -errno : append(all, im->initrd[i]);
	}
	if (!r && syscall(SYS_kexec_file_load, im->kernel, all, strlen(cmdline) + 1, cmdline,
			  all < 0 ? (unsigned long)KEXEC_FILE_NO_INITRAMFS : 0UL))
		r = -errno;
	if (im->n_initrd > 1 && all >= 0)
		close(all);
	return r;
}

int ld_kexec(struct ld_disk *d, const struct ld_boot *boot)
{
	struct image im = {.kernel = ld_disk_file(d, boot->kernel)};
	unsigned int i;
	int r;

	if (im.kernel < 0)
		return im.kernel;
	for (i = 0; i < boot->n_initrd; i++) {
		int fd = ld_disk_file(d, boot->initrd[i]);

		if (fd < 0)
			ld_say("%s: %s; going on without it", boot->initrd[i].path, strerror(-fd));
		else
			im.initrd[im.n_initrd++] = fd;
	}
	r = load_segments(&im, boot->cmdline);
	if (r)
		r = load_by_kernel(&im, boot->cmdline);
	if (!r && reboot(LINUX_REBOOT_CMD_KEXEC))
		r = -errno;
	close(im.kernel);
	for (i = 0; i < im.n_initrd; i++)
		close(im.initrd[i]);
	return r;
}
