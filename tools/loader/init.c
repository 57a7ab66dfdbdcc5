// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The first program of the loader's initramfs. A small kernel has been started with it; it looks for
 * what the guest's own disk would boot, and goes there by kexec. All of this is inside the guest: a
 * hostile disk can harm only its own instance. Nothing on the disk is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

static struct ld_disk disk;

void ld_say(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 16, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	dprintf(STDOUT_FILENO, "ec2-loader: %s\r\n", line);
}

void ld_load_modules(const char *group)
{
	static char list[4096];
	char path[256], *line, *next;
	size_t n = strlen(group);
	int fd;

	if (!*list) {
		fd = open("/modules/list", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, list, sizeof(list) - 1) <= 0)
			return;
		close(fd);
	}
	for (line = list; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (!strncmp(line, group, n) && line[n] == ' ') {
			snprintf(path, sizeof(path), "/modules/%.*s",
				 (int)(next - line - (long)n - 1), line + n + 1);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST &&
				       errno != ENODEV))
				ld_say("%s: %s", path, strerror(errno));
			if (fd >= 0)
				close(fd);
		}
		next += *next == '\n';
	}
}

typedef int (*evaluate)(struct ld_arena *a, const struct ld_io *io, const char *dev,
			const char *path, struct ld_boot *boot);

/* Where boot configurations stand, most usual first. */
static const struct {
	const char *path;
	evaluate evaluate;
} candidates[] = {
	{"/boot/grub/grub.cfg", ld_grub},
	{"/boot/grub2/grub.cfg", ld_grub},
	{"/grub/grub.cfg", ld_grub},
	{"/grub2/grub.cfg", ld_grub},
	{"/@/boot/grub/grub.cfg", ld_grub},
	{"/boot/loader/entries", ld_bls},
	{"/loader/entries", ld_bls},
	{"/boot/extlinux/extlinux.conf", ld_extlinux},
	{"/extlinux/extlinux.conf", ld_extlinux},
	{"/boot/syslinux/syslinux.cfg", ld_extlinux},
	{"/syslinux/syslinux.cfg", ld_extlinux},
};

/* Does not return when it works. */
static void try(const struct ld_io *io, const struct ld_part *p, const char *path,
		evaluate evaluate)
{
	struct ld_arena arena = {0};
	struct ld_boot boot;
	int r;

	if (!io->exists(io->ctx, p->name, path))
		return;
	r = evaluate(&arena, io, p->name, path, &boot);
	if (r) {
		ld_say("%s on %s names no kernel that is there (%s)", path, p->name, strerror(-r));
	} else {
		ld_say("%s: %s", boot.kernel.dev, boot.kernel.path);
		r = ld_kexec(&disk, &boot);
		ld_say("%s: cannot be started: %s", boot.kernel.path, strerror(-r));
	}
	ld_free(&arena);
}

static void try_all(const struct ld_io *io, bool vfat)
{
	size_t i;
	int j;

	for (i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		for (j = 0; j < disk.n; j++)
			if ((disk.parts[j].probe.fs == LD_FS_VFAT) == vfat)
				try(io, &disk.parts[j], candidates[i].path, candidates[i].evaluate);
}

struct vendors {
	const struct ld_io *io;
	const struct ld_part *part;
};

static void try_vendor(void *arg, const char *name)
{
	const struct vendors *v = arg;
	char path[300];

	snprintf(path, sizeof(path), "/EFI/%s/grub.cfg", name);
	try(v->io, v->part, path, ld_grub);
}

/* The EFI system partition: what GRUB's EFI program reads there names the real configuration. */
static void try_esp(const struct ld_io *io)
{
	struct vendors v = {.io = io};
	int j;

	for (j = 0; j < disk.n; j++) {
		v.part = &disk.parts[j];
		if (v.part->probe.fs == LD_FS_VFAT)
			io->list(io->ctx, v.part->name, "/EFI", try_vendor, &v);
	}
}

static void describe(void)
{
	static const char *const names[] = {"nothing known", "ext4", "xfs", "btrfs",
					    "vfat",	     "LVM",  "LUKS"};
	int j;

	for (j = 0; j < disk.n; j++)
		ld_say("  %s: %s %s %s", disk.parts[j].name, names[disk.parts[j].probe.fs],
		       disk.parts[j].probe.label, disk.parts[j].probe.uuid);
}

int main(void)
{
	struct ld_io io = ld_disk_io(&disk);

	mount("dev", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, NULL);
	ld_load_modules("base");
	if (ld_disk_open(&disk)) {
		ld_say("no disk to boot from");
	} else {
		try_all(&io, false);
		try_esp(&io);
		try_all(&io, true);
		ld_say("no boot configuration (GRUB, Boot Loader Specification, extlinux) was found "
		       "on the disk:");
		describe();
	}
	ld_say("powering off");
	fsync(STDOUT_FILENO);
	reboot(LINUX_REBOOT_CMD_POWER_OFF);
	for (;;)
		pause();
}
