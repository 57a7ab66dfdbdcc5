// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2-bench: runs as root where the module is loaded (the lab). It prints; it fails on no time. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct paths paths;
extern int bench_ms;

static const char *below(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = malloc(n);

	if (!path)
		die("no memory");
	snprintf(path, n, "%s/%s", dir, name);
	return path;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"build", required_argument, NULL, 'b'},
		{"bzimage", required_argument, NULL, 'k'},
		{"device", required_argument, NULL, 'd'},
		{"reps", required_argument, NULL, 'r'},
		{"ms", required_argument, NULL, 'm'},
		{"only", required_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	const char *only = "start memory io";
	int reps = 10, c;

	signal(SIGPIPE, SIG_IGN);
	paths.build = "build";
	paths.device = "/dev/ram0";
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			paths.build = optarg;
			break;
		case 'k':
			paths.bzimage = optarg;
			break;
		case 'd':
			paths.device = optarg;
			break;
		case 'r':
			reps = atoi(optarg);
			break;
		case 'm':
			bench_ms = atoi(optarg);
			break;
		case 'o':
			only = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!paths.bzimage || reps < 1 || bench_ms < 1)
		die("usage: ec2-bench --bzimage FILE [--build DIR] [--device DEVICE] [--reps N] "
		    "[--ms N] [--only 'start memory io']");
	paths.vmlinux = below(paths.build, "loader/vmlinux");
	paths.initrd = below(paths.build, "bench/initrd");
	paths.guest = below(paths.build, "bench/guest");
	printf("%-30s %10s %10s   %10s %10s %-6s %6s\n", "", "ours", "p99", "theirs", "p99", "",
	       "ratio");
	if (strstr(only, "start"))
		bench_start(reps);
	if (strstr(only, "memory"))
		bench_memory(reps < 3 ? reps : 3);
	if (strstr(only, "io"))
		bench_io(reps, bench_ms);
	return 0;
}
