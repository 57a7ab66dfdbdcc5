// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the shim needs to know of an instance. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/interface.h"
#include "api/type.h"
#include "host/launch.h"
#include "store/instance.h"

/* The first of the VMMs' user ids: far from what distributions and containers use. */
#define UID_BASE 0x6EC20000U

static int no_memory(struct ec2 *ec2)
{
	return ec2_fail_errno(ec2, -ENOMEM, "The launch");
}

void ec2_launch_spec_free(struct ec2_launch_spec *spec)
{
	if (!spec)
		return;
	for (uint32_t i = 0; i < spec->n_disks; i++)
		free(spec->disks[i].path);
	free(spec->disks);
	free(spec->instance_id);
	free(spec->instance_type);
	free(spec->kernel);
	free(spec->initrd);
	free(spec->cmdline);
	free(spec);
}

static int add_disk(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_launch_spec *spec = arg;
	const char *id = ec2_col_text(row, 0);
	struct ec2_launch_disk *disks, *disk;
	size_t n = 0;

	disks = reallocarray(spec->disks, spec->n_disks + 1, sizeof(*disks));
	if (!disks)
		return no_memory(ec2);
	spec->disks = disks;
	disk = &disks[spec->n_disks++];
	memset(disk, 0, sizeof(*disk));
	disk->slot = ec2_col_int(row, 1);
	for (; *id && n < sizeof(disk->serial); id++) {
		if (*id != '-')
			disk->serial[n++] = *id;
	}
	disk->path = ec2_volume_path(ec2, ec2_col_text(row, 0));
	return disk->path ? 0 : no_memory(ec2);
}

/* mem= limits the loader only; the kernel that it starts sees all. */
#define LOADER_CMDLINE                                                                      \
	"console=ttyS0 quiet panic=-1 nr_cpus=1 mem=768M tsc=reliable random.trust_cpu=on " \
	"mitigations=off 8250.nr_uarts=1 cryptomgr.notests"

/* The kernel that stands in LIBEXEC and starts the one that is on the guest's disk. */
static int use_loader(struct ec2 *ec2, struct ec2_launch_spec *spec)
{
	spec->kernel = ec2_path(ec2->libexec_dir, "loader/vmlinux");
	spec->initrd = ec2_path(ec2->libexec_dir, "loader/initrd");
	spec->cmdline = strdup(LOADER_CMDLINE);
	if (!spec->kernel || !spec->initrd || !spec->cmdline)
		return no_memory(ec2);
	if (access(spec->kernel, R_OK) || access(spec->initrd, R_OK))
		return ec2_fail(ec2, -ENOENT, "InternalError",
				"The loader for disk images is not installed: %s. Run make loader"
				" and make install, or launch with a KernelId",
				spec->kernel);
	return 0;
}

/* Two bytes tell a partition table, or a file system over the whole disk. */
static const char *root_of(const struct ec2_launch_spec *spec)
{
	uint8_t mark[2] = {0};
	int fd = spec->n_disks ? open(spec->disks[0].path, O_RDONLY | O_CLOEXEC) : -1;
	bool partitioned = false;

	if (fd >= 0) {
		partitioned = pread(fd, mark, sizeof(mark), 510) == sizeof(mark) &&
			      mark[0] == 0x55 && mark[1] == 0xaa;
		close(fd);
	}
	return partitioned ? "/dev/vda1" : "/dev/vda";
}

static int image_file(struct ec2 *ec2, const char *id, char **path)
{
	*path = ec2_path(ec2->state_dir, "kernels/%s", id);
	if (!*path)
		return no_memory(ec2);
	if (access(*path, R_OK))
		return ec2_fail(ec2, -ENOENT, "InvalidAMIID.NotFound",
				"The image id '[%s]' does not exist: its file %s is missing", id,
				*path);
	return 0;
}

static int use_kernel(struct ec2 *ec2, const struct ec2_inst *inst, struct ec2_launch_spec *spec)
{
	int ret = image_file(ec2, inst->pub.kernel_id, &spec->kernel);

	if (!ret && inst->pub.ramdisk_id)
		ret = image_file(ec2, inst->pub.ramdisk_id, &spec->initrd);
	if (ret)
		return ret;
	ret = ec2_db_text(ec2, &spec->cmdline, "SELECT boot_parameters FROM images WHERE id = ?",
			  "s", inst->pub.kernel_id);
	if (!ret && asprintf(&spec->cmdline, "console=ttyS0 root=%s rw", root_of(spec)) < 0) {
		spec->cmdline = NULL;
		return no_memory(ec2);
	}
	return ret < 0 ? ret : 0;
}

/* Credits are kept for seven days of being stopped. */
#define CREDITS_KEPT_MS (7 * 24 * 3600 * 1000LL)

static int use_type(struct ec2 *ec2, const struct ec2_inst *inst, struct ec2_launch_spec *spec)
{
	struct ec2_type type;
	int ret = ec2_type_find(ec2, inst->pub.instance_type, &type);

	if (ret)
		return ret;
	spec->vcpus = type.vcpus;
	spec->memory = inst->memory;
	if (!type.credits_per_hour)
		return 0;
	spec->credit_flags = EC2_INSTANCE_CREDITS;
	if (inst->cpu_credits ? strcmp(inst->cpu_credits, "unlimited") == 0 : type.unlimited)
		spec->credit_flags |= EC2_INSTANCE_UNLIMITED;
	spec->credits_per_hour = type.credits_per_hour;
	spec->credit_cap = type.credit_cap;
	spec->baseline = type.baseline;
	if (ec2_now() - inst->ended < CREDITS_KEPT_MS)
		spec->credit_balance = inst->credit_balance;
	return 0;
}

/*
 * What older databases have no interface for: a locally administered address, the same at every start, of the
 * last digits of the id, which are random. The tap stays closed.
 */
static void make_mac(const char *id, uint8_t mac[6])
{
	uint64_t digits = strtoull(id + strlen(id) - 10, NULL, 16);

	mac[0] = 0x02;
	for (int i = 0; i < 5; i++)
		mac[1 + i] = (uint8_t)(digits >> 8 * (4 - i));
}

/* The instance's eth0. Its tap is named for the instance. */
static int use_nic(struct ec2 *ec2, struct ec2_launch_spec *spec)
{
	struct ec2_launch_nic *nic = &spec->nic;
	const char *id = spec->instance_id;
	char *mac = NULL;
	int ret = ec2_db_text(
		ec2, &mac,
		"SELECT mac FROM network_interfaces WHERE instance = ? AND device_index = 0", "s",
		id);

	nic->link.queues = ec2_link_queues(spec->vcpus);
	nic->link.mtu = EC2_LINK_MTU;
	ec2_link_name(id, nic->link.name);
	snprintf(nic->link.owner, sizeof(nic->link.owner), "%s", id);
	if (!ret)
		make_mac(id, nic->mac);
	else if (ret > 0 && ec2_mac_parse(mac, nic->mac))
		ret = ec2_fail_errno(ec2, -EINVAL, mac);
	free(mac);
	return ret < 0 ? ret : 0;
}

static int fill(struct ec2 *ec2, const struct ec2_inst *inst, struct ec2_launch_spec *spec)
{
	int ret;

	if (inst->pub.state.code != EC2_STATE_PENDING)
		return ec2_fail(ec2, -ECANCELED, "IncorrectInstanceState",
				"The instance '%s' is %s", inst->pub.instance_id,
				inst->pub.state.name);
	spec->instance_id = strdup(inst->pub.instance_id);
	spec->instance_type = strdup(inst->pub.instance_type);
	if (!spec->instance_id || !spec->instance_type)
		return no_memory(ec2);
	spec->uid = spec->gid = UID_BASE + inst->uid;
	ret = ec2_db_each(ec2, add_disk, spec,
			  "SELECT id, slot FROM volumes WHERE instance = ? ORDER BY slot", "s",
			  spec->instance_id);
	if (ret >= 0)
		ret = use_type(ec2, inst, spec);
	if (!ret)
		ret = use_nic(ec2, spec);
	if (!ret)
		ret = inst->pub.kernel_id ? use_kernel(ec2, inst, spec) : use_loader(ec2, spec);
	return ret;
}

int ec2_launch_spec_load(struct ec2 *ec2, const char *id, struct ec2_launch_spec **spec)
{
	struct ec2_inst inst;
	int ret = ec2_inst_load(ec2, id, &inst);

	*spec = NULL;
	if (ret < 0)
		return ret;
	if (!ret)
		return ec2_fail(ec2, -ENOENT, "InvalidInstanceID.NotFound",
				"The instance ID '%s' does not exist", id);
	*spec = calloc(1, sizeof(**spec));
	ret = *spec ? fill(ec2, &inst, *spec) : no_memory(ec2);
	ec2_inst_clear(&inst);
	if (ret) {
		ec2_launch_spec_free(*spec);
		*spec = NULL;
	}
	return ret;
}
