// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static int start(struct shim *shim)
{
	int ret;

	shim->epoll = epoll_create1(EPOLL_CLOEXEC);
	ret = shim->epoll < 0 ? -errno : shim_watch_signals(shim);
	if (ret)
		return shim_fail(shim, "Server.InternalError", "cannot set up the shim: %s",
				 strerror(-ret));
	if (record_load(shim) || machine_create(shim) || console_create(shim))
		return -1;
	return vmm_start(shim);
}

/*
 * The record goes first, while the lock is held and the instance still lives in the module. The
 * caller of a failed launch hears of it last, when it may try again.
 */
static void finish(struct shim *shim)
{
	vmm_kill(shim);
	if (!shim->host_down || !shim->started)
		record_ended(shim);
	console_destroy(shim);
	machine_release(shim);
	if (shim->ready_fd >= 0 && !shim->started) {
		size_t n = strlen(shim->error);

		shim->error[n] = '\n';
		(void)!write(shim->ready_fd, shim->error, n + 1);
	}
}

static int usage(void)
{
	fprintf(stderr,
		"usage: ec2-shim --state-dir DIR --run-dir DIR --lock-fd N --ready-fd N ID\n"
		"This program is started by libec2ctl, once per running instance.\n");
	return 2;
}

static int parse(struct shim *shim, int argc, char **argv)
{
	static const struct option options[] = {
		{"state-dir", required_argument, NULL, 's'},
		{"run-dir", required_argument, NULL, 'r'},
		{"lock-fd", required_argument, NULL, 'l'},
		{"ready-fd", required_argument, NULL, 'y'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			shim->state_dir = optarg;
			break;
		case 'r':
			shim->run_dir = optarg;
			break;
		case 'l':
			shim->lock_fd = atoi(optarg);
			break;
		case 'y':
			shim->ready_fd = atoi(optarg);
			break;
		default:
			return -1;
		}
	}
	if (optind != argc - 1 || !shim->state_dir || !shim->run_dir || shim->lock_fd < 3 ||
	    shim->ready_fd < 3)
		return -1;
	shim->id = argv[optind];
	/* it becomes part of paths */
	return strncmp(shim->id, "i-", 2) == 0 && !strchr(shim->id, '/') ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct shim shim = {
		.lock_fd = -1,
		.ready_fd = -1,
		.epoll = -1,
		.control = -1,
		.instance.fd = -1,
		.signals.fd = -1,
		.kernel_fd = -1,
		.initrd_fd = -1,
		.console = {.vmm.fd = -1, .listener.fd = -1, .log.fd = -1},
		.vmm = {.exit.fd = -1, .ready.fd = -1, .stderr_pipe.fd = -1},
	};

	if (parse(&shim, argc, argv))
		return usage();
	if (start(&shim))
		shim_over(&shim, EC2_END_LAUNCH_FAILED);
	shim_loop(&shim);
	finish(&shim);
	return shim.end == EC2_END_LAUNCH_FAILED;
}
