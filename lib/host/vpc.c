// SPDX-License-Identifier: LGPL-2.1-or-later
/* The handle: programs loaded and pinned, hooks. */
#include "vpc_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "bpf/vpc.skel.h"

#define BPFFS "/sys/fs/bpf"
#define LIVE_SIZE (EC2_BPF_MAX_POLICIES * sizeof(uint64_t))

/* the order of the filters on a hook */
#define PRIORITY_STUB 1
#define PRIORITY_DROP 0xfff0

static const char *const pin_names[EC2_N_FDS] = {
#define X(name) [EC2_FD_##name] = #name,
	EC2_VPC_MAPS(X) EC2_VPC_HOOKS(X)
#undef X
};

int ec2_vpc_lock(struct ec2_vpc_card *vpc)
{
	return flock(vpc->lock_fd, LOCK_EX) ? -errno : 0;
}

void ec2_vpc_unlock(struct ec2_vpc_card *vpc)
{
	flock(vpc->lock_fd, LOCK_UN);
}

/* ---- pins ---- */
static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (unsigned int)fs.f_type == BPF_FS_MAGIC;
}

/* The folder of pins, made if need be. Return: its descriptor or -errno */
static int open_folder(const char *pins, bool own)
{
	int fd;

	if (own && !is_bpffs(BPFFS) && mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return -errno;
	if (mkdir(pins, 0700) && errno != EEXIST)
		return -errno;
	if (!is_bpffs(pins))
		return -EOPNOTSUPP;
	fd = open(pins, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int pin_path(const struct ec2_vpc_card *vpc, const char *name, char *path, size_t size)
{
	return snprintf(path, size, "%s/%s", vpc->pins, name) < (int)size ? 0 : -ENAMETOOLONG;
}

static int open_pins(struct ec2_vpc_card *vpc)
{
	char path[256];

	for (int i = 0; i < EC2_N_FDS; i++) {
		int ret = pin_path(vpc, pin_names[i], path, sizeof(path));

		if (ret)
			return ret;
		if (vpc->fd[i] >= 0)
			continue;
		vpc->fd[i] = bpf_obj_get(path);
		if (vpc->fd[i] < 0)
			return -errno;
	}
	return 0;
}

static void close_pins(struct ec2_vpc_card *vpc)
{
	for (int i = 0; i < EC2_N_FDS; i++) {
		if (vpc->fd[i] >= 0)
			close(vpc->fd[i]);
		vpc->fd[i] = -1;
	}
}

/* ---- programs ---- */
/* Names a build: FNV-1a of the object. Never 0, which is a build that was cut short. */
static uint64_t build_number(void)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	const unsigned char *bytes;
	size_t size;

	bytes = vpc_bpf__elf_bytes(&size);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ull;
	return hash ? hash : 1;
}

static bool is_current(struct ec2_vpc_card *vpc)
{
	uint64_t build = 0;
	uint32_t zero = 0;

	return open_pins(vpc) == 0 && bpf_map_lookup_elem(vpc->fd[EC2_FD_build], &zero, &build) == 0 &&
	       build == build_number();
}

static int set_pins(struct ec2_vpc_card *vpc, struct vpc_bpf *skel)
{
	struct bpf_map *map;
	char path[256];

	bpf_object__for_each_map(map, skel->obj) {
		int ret;

		if (bpf_map__is_internal(map))
			continue;
		ret = pin_path(vpc, bpf_map__name(map), path, sizeof(path));
		if (!ret)
			ret = bpf_map__set_pin_path(map, path);
		if (ret)
			return ret;
	}
	return 0;
}

/* Hooks of interfaces that are there call the pinned slots: a new build's hooks are for new interfaces. */
static int pin_hooks(struct ec2_vpc_card *vpc, struct vpc_bpf *skel)
{
	const struct bpf_program *hooks[] = {
#define X(name) skel->progs.name,
		EC2_VPC_HOOKS(X)
#undef X
	};
	char path[256];

	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		int ret = pin_path(vpc, bpf_program__name(hooks[i]), path, sizeof(path));

		if (ret)
			return ret;
		if (unlink(path) && errno != ENOENT)
			return -errno;
		if (bpf_obj_pin(bpf_program__fd(hooks[i]), path))
			return -errno;
	}
	return 0;
}

static int fill_slots(struct ec2_vpc_card *vpc, struct vpc_bpf *skel)
{
	const struct bpf_program *programs[EC2_N_SLOTS] = {
		[EC2_SLOT_FROM_GUEST] = skel->progs.vnic_from_guest,
		[EC2_SLOT_TO_GUEST] = skel->progs.vnic_to_guest,
	};

	for (uint32_t i = 0; i < EC2_N_SLOTS; i++) {
		int fd = bpf_program__fd(programs[i]);

		if (bpf_map_update_elem(vpc->fd[EC2_FD_slots], &i, &fd, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* the counter of packets of no known interface */
static int make_unknown(struct ec2_vpc_card *vpc)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t unknown = 0;
	void *zero;
	int ret = 0;

	if (cpus < 0)
		return cpus;
	zero = calloc(cpus, sizeof(struct ec2_counters));
	if (!zero)
		return -ENOMEM;
	if (bpf_map_update_elem(vpc->fd[EC2_FD_counters], &unknown, zero, BPF_NOEXIST) && errno != EEXIST)
		ret = -errno;
	free(zero);
	return ret;
}

static int load(struct ec2_vpc_card *vpc)
{
	uint64_t build = build_number();
	struct vpc_bpf *skel;
	uint32_t zero = 0;
	int ret;

	skel = vpc_bpf__open();
	if (!skel)
		return -errno;
	ret = set_pins(vpc, skel);
	if (!ret)
		ret = vpc_bpf__load(skel);
	if (!ret)
		ret = pin_hooks(vpc, skel);
	if (!ret)
		ret = open_pins(vpc);
	if (!ret)
		ret = make_unknown(vpc);
	if (!ret)
		ret = fill_slots(vpc, skel);
	/* last: from here on, other handles take this build as it is */
	if (!ret && bpf_map_update_elem(vpc->fd[EC2_FD_build], &zero, &build, BPF_ANY))
		ret = -errno;
	vpc_bpf__destroy(skel);
	return ret;
}

static int load_or_reuse(struct ec2_vpc_card *vpc)
{
	int ret = ec2_vpc_lock(vpc);

	if (ret)
		return ret;
	if (!is_current(vpc)) {
		close_pins(vpc);
		ret = load(vpc);
	}
	ec2_vpc_unlock(vpc);
	return ret;
}

int ec2_vpc_open(struct ec2_vpc_card **out, const char *pins)
{
	struct ec2_vpc_card *vpc = calloc(1, sizeof(*vpc));
	void *live;
	int ret;

	if (!vpc)
		return -ENOMEM;
	libbpf_set_print(NULL);
	for (int i = 0; i < EC2_N_FDS; i++)
		vpc->fd[i] = -1;
	vpc->spare_fd = vpc->lock_fd = -1;
	vpc->pins = strdup(pins ? pins : EC2_VPC_PINS);
	ret = vpc->pins ? open_folder(vpc->pins, !pins) : -ENOMEM;
	if (ret < 0)
		goto fail;
	vpc->lock_fd = ret;
	ret = load_or_reuse(vpc);
	if (ret)
		goto fail;
	live = mmap(NULL, LIVE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, vpc->fd[EC2_FD_policy_live], 0);
	if (live == MAP_FAILED) {
		ret = -errno;
		goto fail;
	}
	vpc->live = live;
	*out = vpc;
	return 0;
fail:
	ec2_vpc_close(vpc);
	return ret;
}

void ec2_vpc_close(struct ec2_vpc_card *vpc)
{
	if (!vpc)
		return;
	if (vpc->live)
		munmap(vpc->live, LIVE_SIZE);
	close_pins(vpc);
	if (vpc->spare_fd >= 0)
		close(vpc->spare_fd);
	if (vpc->lock_fd >= 0)
		close(vpc->lock_fd);
	free(vpc->pins);
	free(vpc);
}

int ec2_vpc_remove(const char *pins)
{
	const char *folder = pins ? pins : EC2_VPC_PINS;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0))
			ret = -errno;
	closedir(dir);
	if (!ret && rmdir(folder))
		ret = -errno;
	return ret;
}

/* ---- hooks ---- */
static int attach_one(unsigned int ifindex, enum bpf_tc_attach_point point, int fd, uint32_t priority)
{
	struct bpf_tc_hook hook = {.sz = sizeof(hook), .ifindex = ifindex, .attach_point = point};
	struct bpf_tc_opts opts = {.sz = sizeof(opts), .handle = 1, .priority = priority, .prog_fd = fd,
				   .flags = BPF_TC_F_REPLACE};

	return bpf_tc_attach(&hook, &opts);
}

int ec2_vpc_attach(struct ec2_vpc_card *vpc, unsigned int ifindex)
{
	struct bpf_tc_hook both = {.sz = sizeof(both), .ifindex = ifindex,
				   .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS};
	const int drop = vpc->fd[EC2_FD_hook_drop];
	int ret = bpf_tc_hook_create(&both);

	if (ret && ret != -EEXIST)
		return ret == -EINVAL ? -ENODEV : ret;
	ret = attach_one(ifindex, BPF_TC_INGRESS, drop, PRIORITY_DROP);
	if (!ret)
		ret = attach_one(ifindex, BPF_TC_EGRESS, drop, PRIORITY_DROP);
	if (!ret)
		ret = attach_one(ifindex, BPF_TC_INGRESS, vpc->fd[EC2_FD_hook_from_guest], PRIORITY_STUB);
	if (!ret)
		ret = attach_one(ifindex, BPF_TC_EGRESS, vpc->fd[EC2_FD_hook_to_guest], PRIORITY_STUB);
	return ret;
}

int ec2_vpc_detach(struct ec2_vpc_card *vpc, unsigned int ifindex)
{
	struct bpf_tc_hook both = {.sz = sizeof(both), .ifindex = ifindex,
				   .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS};
	int ret;

	(void)vpc;
	ret = bpf_tc_hook_destroy(&both);
	return ret == -ENOENT || ret == -EINVAL || ret == -ENODEV ? 0 : ret;
}
