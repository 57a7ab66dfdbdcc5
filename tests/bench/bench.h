/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark's driver: starts both sides' machines by turns and watches their consoles. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define GUEST_MEMORY (256ULL << 20)
#define MARKER "EC2-BENCH-INIT"
#define MAX_SAMPLES 256

struct paths {
	const char *build; /* the tree's build folder */
	const char *bzimage, *vmlinux, *initrd, *guest;
	const char *device; /* backing of the I/O benchmark */
};
extern struct paths paths;

/* A running machine, or a program with the same console. */
struct machine {
	pid_t pid;
	int console;
	int instance; /* our side's instance file; -1 otherwise */
	char text[8192];
	size_t len;
};

enum work { WORK_START, WORK_IO };

struct side {
	const char *name;
	bool (*start)(struct machine *m, enum work work);
};
extern const struct side side_vmm, side_microvm, side_microvm_min, side_microvm_small, side_q35,
	side_host;

const char *bench_cmdline(enum work work); /* sides.c */
uint64_t now_ns(void);
__attribute__((format(printf, 1, 2), noreturn)) void die(const char *fmt, ...);

/* process.c */
/* Spawn with stdin and stdout on one socket; keep_fd (or -1) stays open in the child as descriptor 3. */
pid_t spawn(char *const argv[], int console, int keep_fd, int other_fd, int third_fd);
bool machine_spawn(struct machine *m, char *const argv[]);
/* Wait for a line that begins with `prefix`; false: it ended, or 120 s went by. */
bool machine_wait(struct machine *m, const char *prefix, char *line, size_t size);
void machine_end(struct machine *m);

/* host.c */
uint64_t host_cpu_ns(void); /* run time of all threads of the host but our own */
uint64_t host_kvm_exits(void); /* of all machines that live; 0 when the kernel does not tell */
uint64_t private_bytes(pid_t pid); /* smaps Private_*, the guest's memory left out */

/* instance.c */
uint64_t instance_private_bytes(const char *cmdline); /* of a whole instance: shim and VMM */

/* samples.c */
struct samples {
	double v[MAX_SAMPLES];
	int n;
};
void add(struct samples *s, double v);
double quantile(const struct samples *s, double q);
/* One row: a and b with median and p99, and the ratio of the medians against the aim. */
void row(const char *what, const char *unit, const struct samples *a, const struct samples *b,
	 double aim, bool at_least);

void bench_start(int reps);
void bench_memory(int reps);
void bench_io(int reps, int ms);

#endif
