// SPDX-License-Identifier: LGPL-2.1-or-later
/* GetConsoleOutput: the end of the log that the shim keeps. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/request.h"
#include "host/launch.h"
#include "store/instance.h"

/* The newest EC2_CONSOLE_KEEP bytes; *n = 0 when there is no log yet. */
static int read_tail(const char *path, char *buffer, size_t *n, int64_t *changed)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t got = 0;
	int ret = 0;

	*n = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st))
		ret = -errno;
	*changed = st.st_mtim.tv_sec * 1000LL + st.st_mtim.tv_nsec / 1000000;
	while (!ret && *n < EC2_CONSOLE_KEEP) {
		off_t from = st.st_size > EC2_CONSOLE_KEEP ? st.st_size - EC2_CONSOLE_KEEP : 0;

		got = pread(fd, buffer + *n, EC2_CONSOLE_KEEP - *n, from + *n);
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		*n += got;
	}
	close(fd);
	return ret;
}

static int load(struct ec2 *ec2, const char *id, struct ec2_get_console_output_response *response)
{
	char *path = ec2_path(ec2->state_dir, "console/%s.log", id);
	char *buffer = malloc(EC2_CONSOLE_KEEP);
	int64_t changed = 0;
	size_t n = 0;
	int ret = path && buffer ? read_tail(path, buffer, &n, &changed) : -ENOMEM;

	if (!ret) {
		response->instance_id = strdup(id);
		response->timestamp = changed;
		if (n)
			response->output = ec2_base64(buffer, n);
		if (!response->instance_id || (n && !response->output))
			ret = -ENOMEM;
	}
	free(path);
	free(buffer);
	return ret ? ec2_fail_errno(ec2, ret, "The console's log") : 0;
}

int ec2_get_console_output(struct ec2 *ec2, const struct ec2_get_console_output_request *r,
			   struct ec2_get_console_output_response *response)
{
	struct ec2_strings ids;
	int64_t found;
	int ret = ec2_enter(ec2, &ec2_shape_get_console_output_request, r, false);

	memset(response, 0, sizeof(*response));
	if (ret)
		return ret;
	ids = (struct ec2_strings){(char **)&r->instance_id, 1};
	ret = ec2_check_instance_ids(ec2, &ids);
	if (ret)
		return ret;
	ret = ec2_db_int(ec2, &found, "SELECT 1 FROM instances WHERE id = ?", "s", r->instance_id);
	if (ret <= 0)
		return ret < 0 ? ret : ec2_no_instance(ec2, &ids);
	ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret)
		ret = load(ec2, r->instance_id, response);
	if (ret)
		ec2_shape_clear(&ec2_shape_get_console_output_response, response);
	return ret;
}
