// SPDX-License-Identifier: LGPL-2.1-or-later
/* The first disk: its partitions, mounted read-only when somebody looks for a file on them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

#define DISK_WAIT_MS 10000
#define READ_AHEAD_SECTORS 4096 /* kernels and initrds are read from end to end */

/* Nothing of these replays a journal or writes: what GRUB would see is what is seen. */
static const struct {
	enum ld_fs fs;
	const char *type, *options;
} kinds[] = {
	{LD_FS_EXT, "ext4", "noload"},
	{LD_FS_XFS, "xfs", "norecovery,nouuid"},
	{LD_FS_BTRFS, "btrfs", "rescue=nologreplay"},
	{LD_FS_VFAT, "vfat", ""},
};

static int mount_at(const struct ld_part *p, const char *suffix, const char *type,
		    const char *options)
{
	char dev[48], dir[64];

	snprintf(dev, sizeof(dev), "/dev/%s", p->name);
	snprintf(dir, sizeof(dir), "/mnt-%s%s", p->name, suffix);
	mkdir(dir, 0700);
	if (mount(dev, dir, type, MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC, options))
		return -errno;
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void try_mount(struct ld_part *p)
{
	size_t i;

	p->tried = true;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].fs != p->probe.fs)
			continue;
		ld_load_modules(kinds[i].type);
		p->root = mount_at(p, "", kinds[i].type, kinds[i].options);
		if (p->root < 0)
			ld_say("%s: %s does not mount: %s", p->name, kinds[i].type,
			       strerror(-p->root));
		else if (p->probe.fs == LD_FS_BTRFS)
			p->top = mount_at(p, "-top", "btrfs", "rescue=nologreplay,subvolid=5");
	}
}

/* By its own name, or by GRUB's: "hd0,gpt1", "hd0,msdos1", "hd0,1". */
static struct ld_part *part(struct ld_disk *d, const char *name)
{
	const char *comma = strchr(name, ',');
	int i, number = -1;

	if (!strncmp(name, "hd0,", 4))
		number = atoi(comma + 1 + strcspn(comma + 1, "0123456789"));
	for (i = 0; i < d->n; i++) {
		struct ld_part *p = &d->parts[i];

		if (strcmp(p->name, name) && p->number != number)
			continue;
		if (!p->tried)
			try_mount(p);
		return p->root >= 0 ? p : NULL;
	}
	return NULL;
}

static int open_in(int root, const char *path, int flags)
{
	/* absolute symbolic links are the guest's, not ours */
	struct open_how how = {.flags = (unsigned int)(flags | O_CLOEXEC),
			       .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

static int open_file(struct ld_disk *d, const char *dev, const char *path, int flags)
{
	struct ld_part *p = part(d, dev);
	int fd;

	if (!p)
		return -ENOENT;
	fd = open_in(p->root, path, flags);
	if (fd < 0 && p->top >= 0)
		fd = open_in(p->top, path, flags);
	return fd;
}

int ld_disk_file(struct ld_disk *d, struct ld_file f)
{
	return open_file(d, f.dev, f.path, O_RDONLY);
}

static const char *io_read(void *ctx, struct ld_arena *a, const char *dev, const char *path)
{
	int fd = open_file(ctx, dev, path, O_RDONLY);
	struct stat st;
	char *text = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= LD_MAX_CONFIG) {
		text = ld_alloc(a, (size_t)st.st_size + 1);
		n = text ? read(fd, text, (size_t)st.st_size) : -1;
		if (n < 0)
			text = NULL;
	}
	close(fd);
	return text;
}

static bool io_exists(void *ctx, const char *dev, const char *path)
{
	int fd = open_file(ctx, dev, path, O_PATH);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static int io_list(void *ctx, const char *dev, const char *path,
		   void (*add)(void *arg, const char *name), void *arg)
{
	int fd = open_file(ctx, dev, path, O_RDONLY | O_DIRECTORY);
	struct dirent *e;
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			add(arg, e->d_name);
	closedir(dir);
	return 0;
}

static const char *io_search(void *ctx, enum ld_search by, const char *value)
{
	struct ld_disk *d = ctx;
	int i;

	for (i = 0; i < d->n; i++) {
		struct ld_part *p = &d->parts[i];

		if ((by == LD_BY_UUID && !strcasecmp(p->probe.uuid, value)) ||
		    (by == LD_BY_LABEL && !strcmp(p->probe.label, value)) ||
		    (by == LD_BY_FILE && io_exists(d, p->name, value)))
			return p->name;
	}
	return NULL;
}

struct ld_io ld_disk_io(struct ld_disk *d)
{
	return (struct ld_io){.ctx = d,
			      .read = io_read,
			      .exists = io_exists,
			      .list = io_list,
			      .search = io_search};
}

static void add_part(struct ld_disk *d, const char *name, int number)
{
	struct ld_part *p = &d->parts[d->n];
	unsigned long ahead = READ_AHEAD_SECTORS;
	char dev[48];
	static char head[LD_PROBE_SIZE];
	int fd, one = 1;
	ssize_t n;

	snprintf(dev, sizeof(dev), "/dev/%s", name);
	fd = open(dev, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ioctl(fd, BLKROSET, &one);
	ioctl(fd, BLKRASET, ahead);
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	*p = (struct ld_part){.number = number, .root = -1, .top = -1};
	snprintf(p->name, sizeof(p->name), "%s", name);
	ld_probe(head, n > 0 ? (size_t)n : 0, &p->probe);
	d->n++;
}

static int by_number(const void *x, const void *y)
{
	return ((const struct ld_part *)x)->number - ((const struct ld_part *)y)->number;
}

static bool first_disk(char *name, size_t size)
{
	struct dirent *e;
	DIR *dir = opendir("/dev");

	*name = 0;
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "vd", 2) && strlen(e->d_name) == 3 &&
		    (!*name || strcmp(e->d_name, name) < 0))
			snprintf(name, size, "%s", e->d_name);
	if (dir)
		closedir(dir);
	return *name;
}

int ld_disk_open(struct ld_disk *d)
{
	struct dirent *e;
	char disk[16];
	int waited;
	DIR *dir;

	for (waited = 0; !first_disk(disk, sizeof(disk)); waited += 5) {
		if (waited >= DISK_WAIT_MS)
			return -ENODEV;
		usleep(5000);
	}
	dir = opendir("/dev");
	while (dir && (e = readdir(dir)) && d->n < LD_MAX_PARTS)
		if (!strncmp(e->d_name, disk, strlen(disk)) && atoi(e->d_name + strlen(disk)) > 0)
			add_part(d, e->d_name, atoi(e->d_name + strlen(disk)));
	if (dir)
		closedir(dir);
	if (!d->n)
		add_part(d, disk, 0);
	qsort(d->parts, (size_t)d->n, sizeof(d->parts[0]), by_number);
	return d->n ? 0 : -ENODEV;
}
