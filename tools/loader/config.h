/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a disk's own boot configuration asks for: GRUB's script, Boot Loader Specification entries,
 * extlinux. Nothing here does I/O of its own: files come through struct ld_io. Every text is the
 * guest's and may hold anything; a parser ends in an error, never in a crash or a loop without end.
 *
 * Files are named by a device and a path on it. A device is what `search` of struct ld_io gave, or
 * GRUB's own name for one, "hd0,gpt1".
 */
#ifndef LD_CONFIG_H
#define LD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#define LD_MAX_INITRD 8
#define LD_MAX_CONFIG (1 << 20) /* bytes of one configuration file */
#define LD_MAX_ENTRIES 512 /* of a menu */
#define LD_MAX_DEPTH 24 /* of blocks, functions, included files */
#define LD_MAX_STEPS 200000 /* statements of one evaluation */
#define LD_MAX_MEMORY (64 << 20)

/* Memory of one evaluation, freed as a whole. */
struct ld_arena {
	struct ld_chunk *chunks;
	size_t used;
};

/* Return: zeroed memory; NULL past LD_MAX_MEMORY or without memory. */
void *ld_alloc(struct ld_arena *a, size_t size);
char *ld_strndup(struct ld_arena *a, const char *s, size_t n);
char *ld_join(struct ld_arena *a, const char *x, const char *y, const char *z);
void ld_free(struct ld_arena *a);

struct ld_file {
	const char *dev;
	const char *path;
};

/* One way to boot. Strings live in the arena. */
struct ld_boot {
	const char *title;
	struct ld_file kernel;
	struct ld_file initrd[LD_MAX_INITRD]; /* loaded one after the other */
	unsigned int n_initrd;
	const char *cmdline;
};

enum ld_search {
	LD_BY_UUID,
	LD_BY_LABEL,
	LD_BY_FILE,
};

struct ld_io {
	void *ctx;
	/* The file as a string, in the arena, at most LD_MAX_CONFIG; NULL when there is none. */
	const char *(*read)(void *ctx, struct ld_arena *a, const char *dev, const char *path);
	bool (*exists)(void *ctx, const char *dev, const char *path);
	/* Calls `add` for every name in a directory. Return: 0 or -errno. */
	int (*list)(void *ctx, const char *dev, const char *path,
		    void (*add)(void *arg, const char *name), void *arg);
	/* Return: the device's name; NULL when there is none. */
	const char *(*search)(void *ctx, enum ld_search by, const char *value);
};

/*
 * Evaluate GRUB's script and choose the entry that it would boot by default. An entry that names no
 * kernel, or one that is not there, falls through to the first that does. Boot-once entries
 * (`next_entry`) are not followed: the disk is not written, so nothing would clear them.
 * Return: 0; -ENOENT: no file of that name, or no entry with a kernel; -ELOOP, -ENOMEM: limits.
 */
int ld_grub(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *path,
	    struct ld_boot *boot);

/* Boot Loader Specification entries of a directory, for disks without a GRUB script. */
int ld_bls(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *dir,
	   struct ld_boot *boot);

int ld_extlinux(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *path,
		struct ld_boot *boot);

/* A disk's first 64 KiB and more: what is on it. */
enum ld_fs { LD_FS_NONE, LD_FS_EXT, LD_FS_XFS, LD_FS_BTRFS, LD_FS_VFAT, LD_FS_LVM, LD_FS_LUKS };
#define LD_PROBE_SIZE 66560

struct ld_probe {
	enum ld_fs fs;
	char uuid[40];
	char label[260];
};

void ld_probe(const void *data, size_t size, struct ld_probe *p);

#endif
