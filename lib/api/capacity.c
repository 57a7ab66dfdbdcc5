// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>

#include "api/power.h"
#include "host/chardev.h"
#include "store/instance.h"

#define MIB (1024 * 1024ULL)

int ec2_check_module(struct ec2 *ec2)
{
	struct ec2_get_info info = {0};
	int ret = ec2->kernel->info(ec2, &info);

	if (!ret)
		return 0;
	return ec2_fail(ec2, ret,
			ret == -EACCES || ret == -EPERM ? "UnauthorizedOperation" : "InternalError",
			"%s", ec2_chardev_explain(ret));
}

/*
 * Guests are given memory as they touch it, so what the host has available shrinks only later. Both are
 * asked: what is available now, and what would be left if all instances touched all of theirs.
 */
static int64_t memory_room(const struct ec2_host_capacity *host, int64_t given)
{
	int64_t left = (int64_t)host->memory_total - given;

	return left < (int64_t)host->memory_available ? left : (int64_t)host->memory_available;
}

int ec2_capacity(struct ec2 *ec2, const struct ec2_type *type, int wanted, int least, int *room)
{
	struct ec2_host_capacity host = {0};
	int64_t given, left, fit;
	int ret = ec2->kernel->capacity(ec2, &host);

	if (ret)
		return ec2_fail_errno(ec2, ret, "The host's memory and processors");
	if (type->vcpus > host.cpus * ec2->vcpu_overcommit)
		return ec2_fail(ec2, -ENOSPC, "InsufficientInstanceCapacity",
				"We currently do not have sufficient %s capacity: it has %u vCPUs,"
				" and the host has %u processors (vcpu_overcommit in %s/ec2ctl.json"
				" raises the limit)",
				type->name, type->vcpus, host.cpus, ec2->config_dir);
	ret = ec2_inst_memory(ec2, &given);
	if (ret)
		return ret;
	left = memory_room(&host, given);
	fit = left > 0 ? left / (int64_t)(type->memory_mib * MIB) : 0;
	if (fit < least)
		return ec2_fail(
			ec2, -ENOSPC, "InsufficientInstanceCapacity",
			"We currently do not have sufficient %s capacity: %d of %llu MiB each"
			" are asked for, and the host has %lld MiB free",
			type->name, least, (unsigned long long)type->memory_mib,
			(long long)(left > 0 ? left / (int64_t)MIB : 0));
	*room = fit < wanted ? fit : wanted;
	return 0;
}
