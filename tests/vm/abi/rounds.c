// SPDX-License-Identifier: LGPL-2.1-or-later
/* Fifty lives of an instance leave nothing behind. */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000050"
#define ROUNDS 50
#define CACHES 512

static const uint8_t hlt[] = {0xf4};

static void life(int control)
{
	int instance = make_instance(control, ID, 1);
	struct guest g;

	guest_make(&g, instance);
	guest_load(&g, REAL_MODE, hlt, sizeof(hlt));
	if (ioctl(g.vcpu, KVM_RUN, 0))
		die("the guest runs");
	guest_close(&g);
	if (set_state(instance, EC2_STATE_TERMINATED))
		die("the instance is terminated");
	close(instance);
}

struct slab {
	char name[32];
	long objects;
};

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0 && errno != EINVAL)
		die("%s", path);
	close(fd);
}

/*
 * What is gone is freed by workers and grace periods; and a slab counts the free objects that a CPU
 * holds as used, until it is shrunk.
 */
static void settle(void)
{
	struct timespec t = {.tv_sec = 1};
	glob_t caches;

	nanosleep(&t, NULL);
	put("/proc/sys/vm/drop_caches", "3");
	nanosleep(&t, NULL);
	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		die("the slabs' files");
	for (size_t i = 0; i < caches.gl_pathc; i++)
		put(caches.gl_pathv[i], "1");
	globfree(&caches);
}

static int read_slabs(struct slab *slabs)
{
	char line[256];
	FILE *f = fopen("/proc/slabinfo", "r");
	int n = 0;

	if (!f)
		die("/proc/slabinfo");
	while (n < CACHES && fgets(line, sizeof(line), f))
		if (sscanf(line, "%31s %ld", slabs[n].name, &slabs[n].objects) == 2)
			n++;
	fclose(f);
	return n;
}

static int open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/*
 * Caches that other work on the machine fills, and that have nothing to do with us. Files and mapped areas
 * have counts of their own below: their slabs hold what is freed later (grace periods, lazy unmapping).
 */
static bool ours(const char *name)
{
	static const char *const others[] = {
		"vm_area_struct",    "anon_vma",   "dentry",	  "inode_cache",
		"radix_tree_node",   "maple_node", "buffer_head", "proc_inode_cache",
		"kernfs_node_cache", "lsm_",	   "filp",	  "vmap_area"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (strstr(name, others[i]))
			return false;
	return true;
}

static bool same_slabs(const struct slab *before, int n, const struct slab *after)
{
	bool ok = true;

	for (int i = 0; i < n; i++) {
		/* other work goes on: less than one for each round */
		if (strcmp(before[i].name, after[i].name) || !ours(before[i].name) ||
		    after[i].objects < before[i].objects + ROUNDS)
			continue;
		printf("# %s: %ld objects, were %ld\n", after[i].name, after[i].objects,
		       before[i].objects);
		ok = false;
	}
	return ok;
}

static long first_number(const char *path)
{
	long n = -1;
	FILE *f = fopen(path, "r");

	if (!f || fscanf(f, "%ld", &n) != 1)
		die("%s", path);
	fclose(f);
	return n;
}

/* Areas of vmalloc() in use; those that wait to be unmapped are not. */
static long mapped_areas(void)
{
	FILE *f = fopen("/proc/vmallocinfo", "r");
	char line[512];
	long n = 0;

	if (!f)
		die("/proc/vmallocinfo");
	while (fgets(line, sizeof(line), f))
		n += !strstr(line, "unpurged");
	fclose(f);
	return n;
}

#define FILE_NR "/proc/sys/fs/file-nr"
#define REFCNT "/sys/module/ec2ctl/refcnt"

void test_rounds(void)
{
	static struct slab before[CACHES], after[CACHES];
	int control = open_control();
	int files, n;
	long all_files, areas, references;
	bool same;

	/* first uses allocate what stays */
	for (int i = 0; i < 20; i++)
		life(control);
	settle();
	files = open_files();
	all_files = first_number(FILE_NR);
	areas = mapped_areas();
	references = first_number(REFCNT);
	n = read_slabs(before);
	for (int i = 0; i < ROUNDS; i++)
		life(control);
	settle();
	verdict(open_files() == files, "%d rounds leave no file open", ROUNDS);
	/* the kernel counts in batches, one for each CPU */
	verdict(first_number(FILE_NR) <= all_files + ROUNDS - 1, "nor in the kernel");
	verdict(mapped_areas() < areas + ROUNDS, "nor mapped memory");
	verdict(first_number(REFCNT) == references, "nor a reference on the module");
	/* a leak is there again after each fifty, the machine's other work is not */
	for (int again = 0; !(same = read_slabs(after) == n && same_slabs(before, n, after)) && again < 2;
	     again++) {
		settle();
		n = read_slabs(before);
		for (int i = 0; i < ROUNDS; i++)
			life(control);
		settle();
	}
	verdict(same, "nor objects in slabs");
	close(control);
}
