// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the host says about itself: CPU time, exits, memory. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static uint64_t thread_ns(const char *pid, const char *tid)
{
	unsigned long long ns = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.10s/task/%.10s/schedstat", pid, tid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &ns) != 1)
		ns = 0;
	fclose(f);
	return ns;
}

/* Every thread, those of the kernel too: io workers, vhost, block workers are somebody's cost. */
uint64_t host_cpu_ns(void)
{
	DIR *proc = opendir("/proc"), *task;
	struct dirent *p, *t;
	uint64_t sum = 0;
	char path[64];

	while (proc && (p = readdir(proc))) {
		if (!isdigit((unsigned char)p->d_name[0]) || atoi(p->d_name) == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%.10s/task", p->d_name);
		task = opendir(path);
		while (task && (t = readdir(task)))
			if (isdigit((unsigned char)t->d_name[0]))
				sum += thread_ns(p->d_name, t->d_name);
		if (task)
			closedir(task);
	}
	if (proc)
		closedir(proc);
	return sum;
}

uint64_t host_kvm_exits(void)
{
	unsigned long long n = 0;
	FILE *f = fopen("/sys/kernel/debug/kvm/exits", "re");

	if (f && fscanf(f, "%llu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return n;
}

uint64_t private_bytes(pid_t pid)
{
	unsigned long long begin, end, kb;
	uint64_t sum = 0;
	bool skip = false;
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%llx ", &begin, &end) == 2)
			skip = end - begin >= GUEST_MEMORY - (2 << 20);
		else if (!skip && (sscanf(line, "Private_Clean: %llu", &kb) == 1 ||
				   sscanf(line, "Private_Dirty: %llu", &kb) == 1))
			sum += kb << 10;
	}
	if (f)
		fclose(f);
	return sum;
}
