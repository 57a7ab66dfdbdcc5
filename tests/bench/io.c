// SPDX-License-Identifier: LGPL-2.1-or-later
/* Random I/O on a disk in memory, one queue; rates, and CPU time per operation of the whole host. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define PATTERNS 6
#define SIDES 3

static const struct {
	const char *name, *what;
	double aim;
} patterns[PATTERNS] = {
	{"read-4k-1", "4 KiB read, depth 1", 1.6},
	{"write-4k-1", "4 KiB write, depth 1", 1.9},
	{"read-4k-32", "4 KiB read, depth 32", 1.65},
	{"write-4k-32", "4 KiB write, depth 32", 1.65},
	{"read-128k-8", "128 KiB read, depth 8", 1},
	{"write-128k-8", "128 KiB write, depth 8", 0},
};

static const struct side *const sides[SIDES] = {&side_vmm, &side_q35, &side_host};
static struct samples rate[SIDES][PATTERNS], cpu[SIDES][PATTERNS], exits[SIDES][PATTERNS];

static bool one_pattern(int s, int i, struct machine *m)
{
	unsigned long long n, ns;
	uint64_t busy, ex;
	char line[128], name[32];

	if (!machine_wait(m, "READY", NULL, 0))
		return false;
	usleep(20000);
	busy = host_cpu_ns();
	ex = host_kvm_exits();
	if (write(m->console, "\n", 1) != 1 || !machine_wait(m, "END", line, sizeof(line)))
		return false;
	ex = host_kvm_exits() - ex;
	busy = host_cpu_ns() - busy;
	if (sscanf(line, "END %31s %llu %llu", name, &n, &ns) != 3 || !n || !ns ||
	    strcmp(name, patterns[i].name))
		return false;
	add(&rate[s][i], (double)n * 1e9 / (double)ns);
	add(&cpu[s][i], (double)busy / 1e3 / (double)n);
	add(&exits[s][i], (double)ex / (double)n);
	return true;
}

void bench_io(int reps, int ms)
{
	bool dead[SIDES] = {false};
	struct machine m;
	char what[64];
	int r, s, i;

	(void)ms;
	for (r = 0; r < reps; r++) {
		for (s = 0; s < SIDES; s++) {
			if (dead[s])
				continue;
			m = (struct machine){.console = -1, .instance = -1};
			dead[s] = !sides[s]->start(&m, WORK_IO);
			for (i = 0; i < PATTERNS && !dead[s]; i++)
				dead[s] = !one_pattern(s, i, &m);
			if (dead[s])
				fprintf(stderr, "bench: %s did not finish\n", sides[s]->name);
			machine_end(&m);
		}
	}
	printf("\nrandom I/O on a RAM-backed block device, one queue, against q35 (iothread, io_uring, "
	       "cache=none)\n");
	for (i = 0; i < PATTERNS; i++)
		row(patterns[i].what, "IOPS", &rate[0][i], &rate[1][i], patterns[i].aim, true);
	printf("CPU time of all threads of the host per operation (schedstat, kernel threads "
	       "included)\n");
	for (i = 0; i < PATTERNS; i++) {
		row(patterns[i].what, "us", &cpu[0][i], &cpu[1][i], 0.7, false);
	}
	printf("exits per operation\n");
	for (i = 0; i < PATTERNS; i++)
		row(patterns[i].what, "", &exits[0][i], &exits[1][i], 0, false);
	printf("against the bare host's own direct I/O\n");
	for (i = 0; i < PATTERNS; i++) {
		snprintf(what, sizeof(what), "%s", patterns[i].what);
		row(what, "IOPS", &rate[0][i], &rate[2][i], 0, true);
	}
}
