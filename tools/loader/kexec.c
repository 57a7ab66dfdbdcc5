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
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

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

/* Return: one descriptor for all initrds, -1 without any. */
static int initrd(struct ld_disk *d, const struct ld_boot *b)
{
	unsigned int i, n = 0;
	int fds[LD_MAX_INITRD], all, r;

	for (i = 0; i < b->n_initrd; i++) {
		fds[n] = ld_disk_file(d, b->initrd[i]);
		if (fds[n] < 0)
			ld_say("%s: %s; going on without it", b->initrd[i].path, strerror(-fds[n]));
		else
			n++;
	}
	if (n <= 1)
		return n ? fds[0] : -1;
	all = memfd_create("initrd", MFD_CLOEXEC);
	for (i = 0; i < n; i++) {
		r = all < 0 ? -errno : append(all, fds[i]);
		if (r)
			ld_say("initrd %u: %s", i + 1, strerror(-r));
		close(fds[i]);
	}
	return all;
}

int ld_kexec(struct ld_disk *d, const struct ld_boot *boot)
{
	unsigned long flags = 0;
	int kernel = ld_disk_file(d, boot->kernel), ramdisk, r = 0;

	if (kernel < 0)
		return kernel;
	ramdisk = initrd(d, boot);
	if (ramdisk < 0)
		flags = KEXEC_FILE_NO_INITRAMFS;
	if (syscall(SYS_kexec_file_load, kernel, ramdisk, strlen(boot->cmdline) + 1, boot->cmdline,
		    flags) ||
	    reboot(LINUX_REBOOT_CMD_KEXEC))
		r = -errno;
	close(kernel);
	if (ramdisk >= 0)
		close(ramdisk);
	return r;
}
