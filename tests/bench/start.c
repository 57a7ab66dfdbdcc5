// SPDX-License-Identifier: LGPL-2.1-or-later
/* From the start of a process to the guest's first program; and the memory that it then holds. */
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

static bool once(const struct side *side, struct machine *m, double *ms, double *exits)
{
	uint64_t begin = now_ns();
	bool ok;

	*m = (struct machine){.console = -1, .instance = -1};
	ok = side->start(m, WORK_START) && machine_wait(m, MARKER, NULL, 0);
	*ms = (double)(now_ns() - begin) / 1e6;
	*exits = (double)host_kvm_exits();
	if (!ok)
		fprintf(stderr, "bench: %s did not reach its first program\n", side->name);
	return ok;
}

#define SIDES 4

void bench_start(int reps)
{
	static const struct side *const sides[SIDES] = {&side_vmm, &side_microvm, &side_microvm_min,
							&side_q35};
	static struct samples ms[SIDES], exits[SIDES];
	const struct samples *best;
	bool dead[SIDES] = {false};
	struct machine m;
	double t, e;
	int r, s;

	for (r = 0; r < reps; r++) {
		for (s = 0; s < SIDES; s++) {
			if (dead[s])
				continue;
			if (once(sides[s], &m, &t, &e)) {
				add(&ms[s], t);
				add(&exits[s], e);
			} else {
				dead[s] = true;
			}
			machine_end(&m);
		}
	}
	best = ms[2].n == reps && quantile(&ms[2], 0.5) < quantile(&ms[1], 0.5) ? &ms[2] : &ms[1];
	printf("\nprocess start to the guest's first program (%s)\n",
	       best == &ms[1] ? "microvm: with ACPI, its faster way here"
			      : "microvm: without ACPI, its faster way here");
	row("  against microvm", "ms", &ms[0], best, 0.6, false);
	row("  against q35", "ms", &ms[0], &ms[3], 0.35, false);
	row("  exits, against microvm", "", &exits[0], best == &ms[1] ? &exits[1] : &exits[2], 0,
	    false);
	row("  exits, against q35", "", &exits[0], &exits[3], 0, false);
}

void bench_memory(int reps)
{
	static const struct side *const theirs[] = {&side_microvm_min, &side_microvm_small};
	static struct samples ours, kib[2];
	struct machine m;
	double t, e;
	int r, s;

	for (r = 0; r < reps; r++) {
		add(&ours, (double)instance_private_bytes(bench_cmdline(WORK_START)) / 1024);
		for (s = 0; s < 2; s++) {
			if (once(theirs[s], &m, &t, &e)) {
				usleep(200000);
				add(&kib[s], (double)private_bytes(m.pid) / 1024);
			}
			machine_end(&m);
		}
	}
	printf("\nprivate memory (smaps Private_*) without the guest's: VMM and shim, against QEMU\n");
	row("  against microvm, bzImage", "KiB", &ours, &kib[1], 0.06, false);
	row("  against microvm, vmlinux", "KiB", &ours, &kib[0], 0, false);
}
