// SPDX-License-Identifier: LGPL-2.1-or-later
/* What becomes of a disk: its limits, its size, its effects on the backing, its end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

#define MIB (1UL << 20)
#define REQUESTS 8
#define LEN 4096

static void bind_or_die(struct machine *m)
{
	if (queue_bind(m))
		die("a queue is bound");
}

/* `dmsetup VERB NAME`: the backing is a device-mapper device of that name. */
static void dmsetup(const char *verb, const char *path)
{
	char command[256];
	const char *slash = strrchr(path, '/');

	snprintf(command, sizeof(command), "dmsetup --noudevsync %s %s", verb, slash ? slash + 1 : path);
	if (system(command))
		die(command);
}

/* Queue REQUESTS of one kind, at the blocks from `first` on; seed: of the data. */
static void submit_all(struct machine *m, uint32_t type, unsigned int first, unsigned int seed)
{
	for (unsigned int i = 0; i < REQUESTS; i++) {
		uint64_t offset = (uint64_t)(first + i) * LEN;
		struct piece data = {DATA + i * LEN, LEN};

		if (type == VIRTIO_BLK_T_OUT)
			pattern_fill(m->memory + data.addr, LEN, offset, seed);
		request(m, i * 8, type, offset / SECTOR, &data, 1, type == VIRTIO_BLK_T_OUT);
	}
}

/* How many are answered within `ms` each, and how many of them well; which, in *mask. */
static int take_all(struct machine *m, int ms, int *well, unsigned int *mask)
{
	int n = 0;

	*well = 0;
	*mask = 0;
	for (; n < REQUESTS; n++) {
		int head = used_wait(m, ms, NULL);

		if (head < 0)
			break;
		if (*status_of(m, head) == VIRTIO_BLK_S_OK) {
			++*well;
			*mask |= 1u << head / 8;
		}
	}
	return n;
}

/* The blocks from `first` on hold the seed's pattern. */
static bool blocks_are(struct machine *m, unsigned int first, unsigned int mask, unsigned int seed)
{
	for (unsigned int i = 0; i < REQUESTS; i++) {
		uint64_t offset = (uint64_t)(first + i) * LEN;

		if (!(mask & 1u << i))
			continue;
		if (request_one(m, VIRTIO_BLK_T_IN, offset, LEN) != VIRTIO_BLK_S_OK ||
		    !pattern_is(m->memory + DATA, LEN, offset, seed))
			return false;
	}
	return true;
}

/* ---- effects ---- */

static int64_t space_of(const struct machine *m)
{
	struct stat st;

	return stat(m->path, &st) ? -1 : (int64_t)st.st_blocks * SECTOR;
}

static bool write_area(struct machine *m, uint64_t from, uint64_t len)
{
	bool ok = true;

	for (uint64_t at = from; at < from + len; at += 65536) {
		pattern_fill(m->memory + DATA, 65536, at, 1);
		ok &= request_one(m, VIRTIO_BLK_T_OUT, at, 65536) == VIRTIO_BLK_S_OK;
	}
	return ok && request_one(m, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK;
}

static bool zeroes_at(struct machine *m, uint64_t from, uint64_t len)
{
	for (uint64_t at = from; at < from + len; at += 65536) {
		memset(m->memory + DATA, 0xff, 65536);
		if (request_one(m, VIRTIO_BLK_T_IN, at, 65536) != VIRTIO_BLK_S_OK)
			return false;
		for (size_t i = 0; i < 65536; i += 8)
			if (*(uint64_t *)(m->memory + DATA + i))
				return false;
	}
	return true;
}

/* tmpfs has no zeroes that keep their blocks: there it is a hole. */
static bool keeps_zeroes(const struct machine *m)
{
	int fd = open(m->path, O_RDWR | O_CLOEXEC);
	bool ok = !fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 3 * MIB, 4096);

	close(fd);
	return ok;
}

/* A device's space is looked at from outside. */
static void effects_of_file(struct machine *m)
{
	int64_t full = space_of(m), less;

	verdict(range_one(m, VIRTIO_BLK_T_DISCARD, MIB, MIB, false) == VIRTIO_BLK_S_OK &&
			(less = space_of(m)) <= full - (int64_t)MIB + 65536 && zeroes_at(m, MIB, MIB),
		"DISCARD frees a file's blocks, which read as zeroes");
	full = space_of(m);
	verdict(range_one(m, VIRTIO_BLK_T_WRITE_ZEROES, 2 * MIB, MIB, true) == VIRTIO_BLK_S_OK &&
			space_of(m) <= full - (int64_t)MIB + 65536,
		"WRITE_ZEROES with UNMAP frees them too");
	full = space_of(m);
	verdict(range_one(m, VIRTIO_BLK_T_WRITE_ZEROES, 3 * MIB, MIB, false) == VIRTIO_BLK_S_OK &&
			(space_of(m) >= full - 65536) == keeps_zeroes(m),
		"WRITE_ZEROES without it keeps them, where the file system can");
}

void test_effects(struct machine *m, int n)
{
	static const struct {
		const char *what;
		uint32_t type;
		uint64_t offset, len;
		int status;
	} bad[] = {
		{"beyond the end", VIRTIO_BLK_T_WRITE_ZEROES, ~0ULL / 512 * 512 - MIB, MIB, VIRTIO_BLK_S_IOERR},
		{"of nothing", VIRTIO_BLK_T_WRITE_ZEROES, 0, 0, VIRTIO_BLK_S_IOERR},
		{"longer than is offered", VIRTIO_BLK_T_WRITE_ZEROES, 0, 4UL << 30, VIRTIO_BLK_S_IOERR},
	};

	(void)n;
	bind_or_die(m);
	verdict(write_area(m, 0, 4 * MIB), "writes and FLUSH");
	if (m->is_file && m->flags & EC2_DISK_DISCARD)
		effects_of_file(m);
	else
		verdict(range_one(m, VIRTIO_BLK_T_WRITE_ZEROES, 2 * MIB, 2 * MIB, true) ==
				VIRTIO_BLK_S_OK,
			"WRITE_ZEROES");
	verdict(zeroes_at(m, 2 * MIB, 2 * MIB), "zeroes are read where zeroes were written");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		verdict(range_one(m, bad[i].type, bad[i].offset, bad[i].len, false) == bad[i].status,
			"WRITE_ZEROES %s is an I/O error", bad[i].what);
	if (m->flags & EC2_DISK_DISCARD)
		verdict(range_one(m, VIRTIO_BLK_T_DISCARD, MIB, MIB, false) == VIRTIO_BLK_S_OK, "DISCARD");
	else
		verdict(range_one(m, VIRTIO_BLK_T_DISCARD, MIB, MIB, false) == VIRTIO_BLK_S_UNSUPP,
			"DISCARD is refused where the backing has none");
	memset(m->memory + DATA, 0, LEN);
	verdict(request_one(m, VIRTIO_BLK_T_IN, 0, 65536) == VIRTIO_BLK_S_OK &&
			pattern_is(m->memory + DATA, 65536, 0, 1),
		"what was not touched is as it was");
}

void test_readonly(struct machine *m, int n)
{
	static const uint32_t writers[] = {VIRTIO_BLK_T_OUT, VIRTIO_BLK_T_WRITE_ZEROES,
					   VIRTIO_BLK_T_DISCARD};
	static uint8_t before[LEN];
	bool refused = true;

	(void)n;
	bind_or_die(m);
	verdict(m->flags & EC2_DISK_READONLY &&
			!(m->flags & (EC2_DISK_DISCARD | EC2_DISK_WRITE_ZEROES)),
		"a read-only disk says so");
	verdict(request_one(m, VIRTIO_BLK_T_IN, 0, LEN) == VIRTIO_BLK_S_OK, "it is read");
	memcpy(before, m->memory + DATA, LEN);
	for (size_t i = 0; i < 3; i++) {
		int status = i ? range_one(m, writers[i], 0, LEN, false)
			       : request_one(m, writers[i], 0, LEN);

		refused &= status == (i ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR);
	}
	verdict(refused, "writes, zeroes and discards are refused");
	verdict(request_one(m, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK, "FLUSH is not");
	verdict(request_one(m, VIRTIO_BLK_T_IN, 0, LEN) == VIRTIO_BLK_S_OK &&
			!memcmp(before, m->memory + DATA, LEN),
		"nothing has changed");
}

/* A sparse file that is longer than its file system has room for. */
void test_full(struct machine *m, int n)
{
	uint64_t at = 0;
	int status = VIRTIO_BLK_S_OK;

	(void)n;
	bind_or_die(m);
	for (; at < m->capacity && status == VIRTIO_BLK_S_OK; at += 65536) {
		pattern_fill(m->memory + DATA, 65536, at, 1);
		status = request_one(m, VIRTIO_BLK_T_OUT, at, 65536);
	}
	printf("# full after %lu KiB\n", at >> 10);
	verdict(status == VIRTIO_BLK_S_IOERR && at > MIB, "a write that finds no room is an I/O error");
	verdict(event_wait(m->instance, EC2_EVENT_DISK_ERROR, 2000, &at) && at == ENOSPC,
		"the instance's file says why");
	verdict(request_one(m, VIRTIO_BLK_T_IN, 0, 65536) == VIRTIO_BLK_S_OK &&
			pattern_is(m->memory + DATA, 65536, 0, 1),
		"what was written is there");
	verdict(range_one(m, VIRTIO_BLK_T_DISCARD, 0, MIB, false) == VIRTIO_BLK_S_OK &&
			request_one(m, VIRTIO_BLK_T_FLUSH, 0, 0) == VIRTIO_BLK_S_OK &&
			request_one(m, VIRTIO_BLK_T_OUT, 0, 65536) == VIRTIO_BLK_S_OK,
		"after a discard there is room again");
}

/* ---- limits ---- */

static int set_limit(struct machine *m, uint64_t iops, uint64_t bytes)
{
	struct ec2_disk_limit limit = {
		.size = sizeof(limit), .iops = iops, .bytes_per_second = bytes};

	snprintf(limit.id, sizeof(limit.id), "%s", m->id);
	return ioctl(m->control, EC2_DISK_LIMIT, &limit);
}

/* Reads of `len`, as many as go, for `ms`: how many there were, by time in *took. */
static unsigned int read_for(struct machine *m, uint32_t len, uint64_t ms, uint64_t *took)
{
	uint64_t start = now_ms();
	unsigned int n = 0;

	*took = 0;
	do {
		if (request_one(m, VIRTIO_BLK_T_IN, 0, len) != VIRTIO_BLK_S_OK)
			return 0;
		n++;
		*took = now_ms() - start;
	} while (*took < ms);
	return n;
}

/*
 * At most what the rate and a tenth of a second's burst allow, and one more, which goes when the bucket is
 * above zero. Not much less either, where the host is not the limit.
 */
static void held(struct machine *m, const char *what, uint32_t len, double rate)
{
	uint64_t took;
	unsigned int n = read_for(m, len, 2000, &took);
	double most = rate * (took / 1000.0 + 0.1) + 2;

	printf("# %u reads of %u in %lu ms, %.0f allowed\n", n, len, took, most);
	verdict(n && n <= most, "%s is held", what);
	verdict(n >= most / 4, "%s is given", what);
}

void test_limits(struct machine *m, int n)
{
	struct ec2_disk_stats s;
	uint64_t took;
	unsigned int free_reads;

	(void)n;
	bind_or_die(m);
	if (set_limit(m, 50, 0))
		die("a limit is set");
	held(m, "a limit of 50 IOPS", 4096, 50);
	if (set_limit(m, 0, MIB))
		die("a limit is set");
	held(m, "a limit of 1 MiB/s", 65536, 16);
	disk_stats(m, &s);
	verdict(s.throttled_ns > 1000000000ULL, "the time that requests waited is counted");
	if (set_limit(m, 0, 0))
		die("a limit is lifted");
	free_reads = read_for(m, 4096, 500, &took);
	printf("# %u reads in %lu ms without a limit\n", free_reads, took);
	verdict(free_reads > 50, "without a limit it is faster");
	/* a reset does not wait for tokens */
	if (set_limit(m, 1, 0))
		die("a limit is set");
	submit_all(m, VIRTIO_BLK_T_IN, 0, 0);
	queue_kick(m);
	took = now_ms();
	verdict(!queue_reset(m) && now_ms() - took < 3000, "a reset does not wait for tokens");
}

/* ---- size ---- */

static int resize(struct machine *m, uint64_t *capacity)
{
	struct ec2_disk_resize args = {.size = sizeof(args)};
	int ret;

	snprintf(args.id, sizeof(args.id), "%s", m->id);
	ret = ioctl(m->control, EC2_DISK_RESIZE, &args);
	*capacity = args.capacity;
	return ret;
}

void test_resize(struct machine *m, int n)
{
	uint64_t old = m->capacity, more = old + 8 * MIB, got = 0, told = 0;

	(void)n;
	bind_or_die(m);
	verdict(request_one(m, VIRTIO_BLK_T_OUT, old, LEN) == VIRTIO_BLK_S_IOERR,
		"a write at the end of the disk is an I/O error");
	if (truncate(m->path, more))
		die("the file grows");
	verdict(request_one(m, VIRTIO_BLK_T_OUT, old, LEN) == VIRTIO_BLK_S_IOERR,
		"and still is before the resize");
	verdict(!resize(m, &got) && got == more &&
			event_wait(m->vm, EC2_EVENT_DISK_RESIZED, 2000, &told) && told == more,
		"a resize finds the file longer, and tells the VM");
	pattern_fill(m->memory + DATA, LEN, more - LEN, 7);
	verdict(request_one(m, VIRTIO_BLK_T_OUT, more - LEN, LEN) == VIRTIO_BLK_S_OK &&
			request_one(m, VIRTIO_BLK_T_IN, more - LEN, LEN) == VIRTIO_BLK_S_OK &&
			pattern_is(m->memory + DATA, LEN, more - LEN, 7),
		"the new part is there");
	if (truncate(m->path, old / 2))
		die("the file shrinks");
	verdict(resize(m, &got) && errno == EINVAL, "a disk does not shrink");
	verdict(request_one(m, VIRTIO_BLK_T_IN, old - LEN, LEN) == VIRTIO_BLK_S_IOERR,
		"a read of what the file has lost is an I/O error");
	verdict(request_one(m, VIRTIO_BLK_T_IN, 0, LEN) == VIRTIO_BLK_S_OK, "the rest is served");
}

/* ---- detaching ---- */

static void detached(struct machine *m)
{
	verdict(event_wait(m->instance, EC2_EVENT_DISK_DETACHED, 10000, NULL), "the slot is free");
	verdict(!queue_reset(m) && queue_bind(m) && errno == ENOENT, "and binds no queue");
	verdict(!machine_attach(m) && !queue_bind(m), "until a disk is attached anew");
}

/* The backing is a device-mapper device, so that its requests can be held up. */
void test_detach(struct machine *m, int n)
{
	int well, answered;
	unsigned int mask;

	(void)n;
	bind_or_die(m);
	dmsetup("suspend", m->path);
	submit_all(m, VIRTIO_BLK_T_OUT, 0, 3);
	queue_kick(m);
	verdict(used_wait(m, 300, NULL) < 0, "requests are in flight");
	verdict(!machine_detach(m), "a forced detach does not wait for them");
	verdict(!event_wait(m->instance, EC2_EVENT_DISK_DETACHED, 300, NULL), "they hold the disk");
	dmsetup("resume", m->path);
	answered = take_all(m, WAIT_MS, &well, &mask);
	printf("# %d answered, %d of them well\n", answered, well);
	verdict(answered == REQUESTS, "each gets its answer");
	detached(m);
	verdict(blocks_are(m, 0, mask, 3), "what was answered well is there");

	if (set_limit(m, 1, 0))
		die("a limit is set");
	submit_all(m, VIRTIO_BLK_T_IN, 0, 0);
	queue_kick(m);
	used_wait(m, WAIT_MS, NULL);
	verdict(!machine_detach(m), "a forced detach while requests wait for tokens");
	answered = take_all(m, 2000, &well, &mask);
	verdict(answered == REQUESTS - 1, "the waiting ones fail at once");
	detached(m);
}

struct churn {
	struct machine *m;
	int rounds;
	bool ended;
};

/* Takes the disk away at any moment, and gives it back. */
static void *churn(void *arg)
{
	struct churn *c = arg;

	for (int i = 0; i < c->rounds; i++) {
		/* not rnd(): the other thread's */
		usleep((i * 7919u) % 20000);
		if (machine_detach(c->m) && errno != ENOENT)
			die("a forced detach under load");
		while (machine_attach(c->m))
			if (errno != EEXIST || usleep(200))
				die("an attach under load");
	}
	__atomic_store_n(&c->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool has_ended(struct churn *c)
{
	return __atomic_load_n(&c->ended, __ATOMIC_ACQUIRE);
}

static bool bind_soon(struct machine *m)
{
	uint64_t until = now_ms() + 10000;

	while (queue_bind(m)) {
		if (errno != ENOENT || now_ms() > until)
			return false;
		usleep(1000);
	}
	return true;
}

void test_churn(struct machine *m, int n)
{
	struct churn c = {m, n / 10, false};
	int well = 0, failed = 0, wrong = 0, silent = 0;
	unsigned int seed = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, churn, &c))
		die("a thread");
	while (!has_ended(&c) && !silent) {
		unsigned int mask;
		int answered, ok;

		if (!bind_soon(m))
			die("a queue is bound between detaches");
		do {
			submit_all(m, VIRTIO_BLK_T_OUT, 16, ++seed);
			queue_kick(m);
			answered = take_all(m, WAIT_MS, &ok, &mask);
			silent += answered < REQUESTS || *status_of(m, 0) == 0xff;
			well += ok;
			failed += answered - ok;
			/* an error here is of a detach in between, as above */
			if (!silent && ok == REQUESTS && !blocks_are(m, 16, mask, seed) &&
			    *status_of(m, 0) == VIRTIO_BLK_S_OK)
				wrong++;
		} while (!silent && ok == REQUESTS && *status_of(m, 0) == VIRTIO_BLK_S_OK &&
			 !has_ended(&c));
		if (queue_reset(m))
			die("a reset between detaches");
	}
	pthread_join(thread, NULL);
	printf("# %d detaches: %d requests served, %d failed\n", c.rounds, well, failed);
	verdict(!silent, "every request gets its answer while the disk comes and goes");
	verdict(!wrong && well, "what was answered well is read again");
	verdict(bind_soon(m) && request_one(m, VIRTIO_BLK_T_IN, 0, LEN) == VIRTIO_BLK_S_OK,
		"afterwards it is served as before");
}

/* ---- killed ---- */

/* A VMM in a process of its own: it makes a VM, queues requests, and says so. */
static pid_t start_vmm(struct machine *m, int say, uint32_t type, unsigned int seed)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	machine_start(m, true, false);
	machine_lend(m);
	if (queue_bind(m))
		_exit(1);
	if (type == VIRTIO_BLK_T_OUT) {
		submit_all(m, type, 0, seed);
		queue_kick(m);
		(void)!write(say, "x", 1);
		pause();
	}
	(void)!write(say, blocks_are(m, 0, 0xff, seed) ? "y" : "n", 1);
	_exit(0);
}

static char heard(int fd)
{
	char c = 0;

	return read(fd, &c, 1) == 1 ? c : 0;
}

static bool ends_within(pid_t pid, uint64_t ms)
{
	uint64_t until = now_ms() + ms;

	while (waitpid(pid, NULL, WNOHANG) != pid) {
		if (now_ms() > until)
			return false;
		usleep(10000);
	}
	return true;
}

/* The VMM is killed while its writes are held up; the next one must not get in before them. */
void test_killed(struct machine *m, int n)
{
	int say[2];
	pid_t vmm;

	(void)n;
	if (pipe(say))
		die("a pipe");
	dmsetup("suspend", m->path);
	vmm = start_vmm(m, say[1], VIRTIO_BLK_T_OUT, 9);
	if (heard(say[0]) != 'x')
		die("a VMM starts");
	usleep(200000);
	kill(vmm, SIGKILL);
	verdict(ends_within(vmm, 10000), "a VMM with requests in flight dies when it is killed");
	verdict(event_wait(m->instance, EC2_EVENT_VM_OFF, 10000, NULL), "its VM is off");
	vmm = start_vmm(m, say[1], VIRTIO_BLK_T_IN, 9);
	usleep(300000);
	dmsetup("resume", m->path);
	verdict(heard(say[0]) == 'y', "the next VMM reads what the killed one had written");
	verdict(ends_within(vmm, 10000), "and ends");
}

/* Everything in one process, with requests in flight, to be killed from outside. */
void test_hold(struct machine *m, int n)
{
	(void)n;
	bind_or_die(m);
	dmsetup("suspend", m->path);
	submit_all(m, VIRTIO_BLK_T_OUT, 0, 5);
	submit_all(m, VIRTIO_BLK_T_IN, 32, 0);
	queue_kick(m);
	puts("# holding");
	fflush(stdout);
	pause();
}
