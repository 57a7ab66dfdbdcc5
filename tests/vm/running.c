// SPDX-License-Identifier: LGPL-2.1-or-later
/* What runs, as the module says by netlink: "ID STATE-CODE VM-ON VMM-PID" a line, for scripts. */
#include <stdio.h>
#include <string.h>

#include "host/events.h"

static void print(void *arg, const struct ec2_events_instance *instance)
{
	(void)arg;
	printf("%s %u %d %u\n", instance->id, instance->state, instance->vm_on, instance->vmm_pid);
}

int main(void)
{
	int err = ec2_events_dump(print, NULL);

	if (err < 0)
		fprintf(stderr, "running: %s\n", strerror(-err));
	return err < 0;
}
