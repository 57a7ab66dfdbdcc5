// SPDX-License-Identifier: LGPL-2.1-or-later
/* The live console of a running instance: a socket of its shim. */
#include "host/console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/paths.h"

int ec2_console_connect(struct ec2 *ec2, const char *instance_id)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s/console.sock",
			 ec2_run_dir(ec2), instance_id);
	int fd, err;

	if (strchr(instance_id, '/'))
		return -ENOENT;
	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	/* a socket that nobody serves was left by a shim that is gone */
	err = errno == ECONNREFUSED ? -ENOENT : -errno;
	close(fd);
	return err;
}
