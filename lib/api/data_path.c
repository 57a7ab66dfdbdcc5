// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/data_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "host/launch.h"

/* Where nothing lives and nothing is left to be forgotten, nothing is touched. */
int ec2_data_path_touch(struct ec2 *ec2)
{
	return ec2_db_run(ec2,
			  "INSERT INTO meta (key, value) SELECT 'network', 1"
			  " WHERE EXISTS (SELECT 1 FROM group_sets)"
			  " OR EXISTS (SELECT 1 FROM " EC2_SQL_LIVE ")"
			  " ON CONFLICT (key) DO UPDATE SET value = value + 1",
			  NULL);
}

static int counted(struct ec2 *ec2, const char *key, int64_t *n)
{
	*n = 0;
	return ec2_db_int(ec2, n, "SELECT value FROM meta WHERE key = ?", "s", key);
}

int ec2_data_path_settle(struct ec2 *ec2)
{
	int64_t touched, derived;
	int ret = counted(ec2, "network", &touched);

	if (ret >= 0)
		ret = counted(ec2, "network-derived", &derived);
	if (ret < 0)
		return ret;
	return touched == derived ? 0 : ec2_data_path_derive(ec2, NULL);
}

/* The folder of the records is what processes take turns by; it goes with the descriptor. */
static int take_turn(struct ec2 *ec2)
{
	int fd = open(ec2->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ec2_fail_errno(ec2, -errno, ec2->state_dir);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR) {
			int ret = ec2_fail_errno(ec2, -errno, ec2->state_dir);

			close(fd);
			return ret;
		}
	}
	return fd;
}

static int read_records(struct ec2 *ec2, struct ec2_vpc_state *state, int64_t *touched)
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = counted(ec2, "network", touched);
	if (ret >= 0)
		ret = ec2_data_path_read(ec2, state);
	return ec2_end(ec2, ret);
}

static int refused(struct ec2 *ec2, int error, const char *what)
{
	const char *advice = ec2_vpc_advice(error);

	return ec2_fail(ec2, error, "InternalError",
			"The network of the instances: cannot %s: %s%s%s%s", what, strerror(-error),
			advice ? " (" : "", advice ? advice : "", advice ? ")" : "");
}

static int write_down(struct ec2 *ec2, int64_t touched)
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = ec2_data_path_forget(ec2);
	if (!ret && touched)
		ret = ec2_db_run(ec2,
				 "INSERT INTO meta (key, value) VALUES ('network-derived', ?)"
				 " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
				 "i", touched);
	return ec2_end(ec2, ret);
}

int ec2_data_path_derive(struct ec2 *ec2, const char *fresh)
{
	struct ec2_vpc_state state = {0};
	const char *what = "derive it";
	int64_t touched;
	int ret, turn = take_turn(ec2);

	if (turn < 0)
		return turn;
	ret = read_records(ec2, &state, &touched);
	if (!ret) {
		ec2_step("network read");
		ret = ec2->kernel->network(ec2, &state, fresh, &what);
		ret = ret ? refused(ec2, ret, what) : write_down(ec2, touched);
	}
	ec2_vpc_state_clear(&state);
	close(turn);
	return ret;
}

int ec2_launch_connect(struct ec2 *ec2, const char *id)
{
	int64_t found;
	int ret = ec2_db_int(ec2, &found, "SELECT 1 FROM " EC2_SQL_LIVE " WHERE n.instance = ?",
			     "s", id);

	return ret > 0 ? ec2_data_path_derive(ec2, id) : ret;
}
