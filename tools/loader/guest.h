/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loader's own side: the disk, its file systems, the jump into the guest's kernel. */
#ifndef LD_GUEST_H
#define LD_GUEST_H

#include "config.h"

#define LD_MAX_PARTS 128

struct ld_part {
	char name[32]; /* "vda1" */
	int number; /* 0: the disk without partitions */
	struct ld_probe probe;
	int root; /* directory of the mounted file system; -1: not mounted (yet) */
	int top; /* btrfs: of the volume's top, where `root` is a default subvolume */
	bool tried;
};

struct ld_disk {
	struct ld_part parts[LD_MAX_PARTS];
	int n;
};

__attribute__((format(printf, 1, 2))) void ld_say(const char *fmt, ...);

/* Load the modules of a group of /modules/list. What is loaded already, or not needed, is no error. */
void ld_load_modules(const char *group);

/* Wait for the first disk, make it read-only, find its partitions. Return: 0; -ENODEV. */
int ld_disk_open(struct ld_disk *d);
/* The disk's files, for the parsers. */
struct ld_io ld_disk_io(struct ld_disk *d);
/* Return: a descriptor for reading, or -errno. */
int ld_disk_file(struct ld_disk *d, struct ld_file f);

/* Load the kernel and jump into it. Returns only on failure: -errno. */
int ld_kexec(struct ld_disk *d, const struct ld_boot *boot);

#endif
