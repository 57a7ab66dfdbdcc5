// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What runs in every benchmarked guest, and beside them on the host itself: the first program, which
 * says so on the console, and the I/O generator. As process 1 the environment (from the kernel's
 * command line) says what to do: bench=io, or nothing: wait. Otherwise: guest DEVICE MILLISECONDS.
 *
 * For each pattern: "READY name", wait for a line, run, "END name operations nanoseconds".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_DEPTH 32
#define MAX_BLOCK (128 << 10)

static const struct pattern {
	const char *name;
	int write;
	unsigned int block, depth;
} patterns[] = {
	{"read-4k-1", 0, 4096, 1},	  {"write-4k-1", 1, 4096, 1},
	{"read-4k-32", 0, 4096, 32},	  {"write-4k-32", 1, 4096, 32},
	{"read-128k-8", 0, 128 << 10, 8}, {"write-128k-8", 1, 128 << 10, 8},
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t random_block(uint64_t blocks)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x % blocks;
}

static void fail(const char *what)
{
	printf("FAILED %s: %s\n", what, strerror(errno));
	fflush(stdout);
	if (getpid() != 1)
		exit(1);
	for (;;)
		pause();
}

/* One at a time: plain system calls. */
static uint64_t run_single(int fd, const struct pattern *p, char *buf, uint64_t blocks,
			   uint64_t end)
{
	uint64_t n = 0;
	ssize_t r;

	do {
		off_t at = (off_t)(random_block(blocks) * p->block);

		r = p->write ? pwrite(fd, buf, p->block, at) : pread(fd, buf, p->block, at);
		if (r != (ssize_t)p->block)
			fail(p->name);
		n++;
	} while ((n & 7) || now() < end);
	return n;
}

static void prepare(struct iocb *c, int fd, const struct pattern *p, char *buf, uint64_t blocks)
{
	c->aio_fildes = (uint32_t)fd;
	c->aio_lio_opcode = p->write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
	c->aio_buf = (uintptr_t)buf;
	c->aio_nbytes = p->block;
	c->aio_offset = (int64_t)(random_block(blocks) * p->block);
}

/* A queue kept full: what has ended is replaced by as much. */
static uint64_t run_queue(int fd, const struct pattern *p, char *buf, uint64_t blocks, uint64_t end)
{
	struct iocb cb[MAX_DEPTH] = {0}, *todo[MAX_DEPTH];
	struct io_event ev[MAX_DEPTH];
	aio_context_t ctx = 0;
	unsigned int i, busy = 0;
	uint64_t n = 0;
	long got, k, left = p->depth;

	if (syscall(SYS_io_setup, MAX_DEPTH, &ctx))
		fail("io_setup");
	for (i = 0; i < p->depth; i++) {
		prepare(&cb[i], fd, p, buf + (size_t)i * p->block, blocks);
		todo[i] = &cb[i];
	}
	while (left || busy) {
		if (left && syscall(SYS_io_submit, ctx, left, todo) != left)
			fail("io_submit");
		busy += (unsigned int)left;
		got = syscall(SYS_io_getevents, ctx, 1, (long)MAX_DEPTH, ev, NULL);
		if (got < 1)
			fail("io_getevents");
		busy -= (unsigned int)got;
		n += (uint64_t)got;
		left = now() < end ? got : 0;
		for (k = 0; k < got; k++) {
			struct iocb *c = (struct iocb *)(uintptr_t)ev[k].obj;

			if (ev[k].res != (int64_t)p->block)
				fail(p->name);
			c->aio_offset = (int64_t)(random_block(blocks) * p->block);
			todo[k] = c;
		}
	}
	syscall(SYS_io_destroy, ctx);
	return n;
}

static uint64_t run(int fd, const struct pattern *p, char *buf, uint64_t blocks, unsigned int ms)
{
	uint64_t end = now() + (uint64_t)ms * 1000000;

	return p->depth == 1 ? run_single(fd, p, buf, blocks, end)
			     : run_queue(fd, p, buf, blocks, end);
}

static void run_patterns(const char *device, unsigned int ms)
{
	int fd = open(device, O_RDWR | O_DIRECT | O_CLOEXEC);
	char *buf = mmap(NULL, MAX_DEPTH * MAX_BLOCK, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint64_t size, n, begin, end, blocks;
	char line[16];
	size_t i;

	if (fd < 0 || buf == MAP_FAILED || ioctl(fd, BLKGETSIZE64, &size))
		fail(device);
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const struct pattern *p = &patterns[i];

		blocks = size / p->block;
		run(fd, p, buf, blocks,
		    ms / 2); /* warm up: caches, and an emulator's translations */
		printf("READY %s\n", p->name);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			fail("stdin");
		begin = now();
		n = run(fd, p, buf, blocks, ms);
		end = now();
		printf("END %s %llu %llu\n", p->name, (unsigned long long)n,
		       (unsigned long long)(end - begin));
	}
	printf("DONE\n");
	fflush(stdout);
}

static void load_modules(void)
{
	char line[128], path[160], *name;
	FILE *list = fopen("/modules/list", "re");
	int fd;

	while (list && fgets(line, sizeof(line), list)) {
		name = strchr(line, ' ');
		if (!name)
			continue;
		name[strcspn(name, "\n")] = 0;
		snprintf(path, sizeof(path), "/modules/%s", name + 1);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			fail(path);
		close(fd);
	}
	if (list)
		fclose(list);
}

int main(int argc, char **argv)
{
	static const char marker[] = "EC2-BENCH-INIT\n";
	const char *mode = getenv("bench"), *ms = getenv("ms");

	if (getpid() != 1) {
		if (argc != 3)
			return 2;
		run_patterns(argv[1], (unsigned int)atoi(argv[2]));
		return 0;
	}
	if (write(STDOUT_FILENO, marker, sizeof(marker) - 1) < 0)
		return 1;
	if (mode && !strcmp(mode, "io")) {
		mount("dev", "/dev", "devtmpfs", 0, NULL);
		load_modules();
		run_patterns("/dev/vda", ms ? (unsigned int)atoi(ms) : 400);
	}
	for (;;)
		pause();
}
