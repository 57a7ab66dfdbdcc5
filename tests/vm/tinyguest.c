// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The init of a small guest: prints a marker on the console, then obeys one command a line and answers
 * each with one line, "ok …" or "error …". For tests that need a guest soon, not a distribution.
 *
 *   poweroff | reboot | crash | spin | say WORDS | cpus | memory | cmdline | disks
 *   ignore                         from now on deaf to the power button
 *   size DISK                      bytes
 *   serial DISK                    the virtio-blk serial number
 *   write DISK OFFSET BYTES SEED   fills with the seed's pattern, direct I/O, then flushes
 *   check DISK OFFSET BYTES SEED   reads and compares
 *   sum DISK OFFSET BYTES          64-bit FNV-1a of what is there
 *   flush [DISK] | discard DISK OFFSET BYTES | zero DISK OFFSET BYTES
 *   write MIB SEED, verify MIB SEED   the first MIB of vda: "TINY-WROTE MIB ok", "TINY-VERIFIED MIB ok"
 *   net                            switches eth0 on: "ok net MAC mtu=N carrier=N queues=N of N"
 *   address A.B.C.D (of 24 bits) | ping A.B.C.D | channels N
 *   dhcp                           asks for an address and takes it: "ok dhcp A.B.C.D/LEN router A.B.C.D mtu N"
 *   spoof A.B.C.D A.B.C.D          an ICMP echo request from the first to the second address
 *   send TEXT, receive SECONDS     raw frames; receive says "listening" first
 *   spread                         a frame from each processor; how many queues have sent one
 *   rebind                         takes the driver away from eth0's device, and gives it back
 *   tcp A.B.C.D PORT MIB           to a server that gives back all it got
 *
 * When up it says "TINY-READY cpus=N mem=KIB disks=vda:BYTES,…"; at the power button "TINY-POWER-BUTTON".
 */
#include "tinyguest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define CHUNK (1u << 20)

static unsigned char *chunk;
static int console = -1;

void say(const char *format, ...)
{
	char line[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(console, line, n) < 0)
		reboot(RB_POWER_OFF);
}

static uint64_t next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* The pattern depends on seed and place, so that a block at the wrong place is an error too. */
static void pattern(unsigned char *buf, size_t len, uint64_t seed, uint64_t offset)
{
	uint64_t state = seed * 0x100000001b3 + offset;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		uint64_t v = next(&state);

		memcpy(buf + i, &v, 8);
	}
}

static int open_disk(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0 && (errno == EROFS || errno == EACCES))
		fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	return fd;
}

struct request {
	const char *disk;
	uint64_t offset, bytes, seed;
};

static uint64_t reached; /* where the last write or read stopped */

static int write_pattern(int fd, const struct request *r)
{
	uint64_t done = 0;

	while (done < r->bytes) {
		size_t n = r->bytes - done < CHUNK ? r->bytes - done : CHUNK;
		ssize_t w;

		reached = r->offset + done;
		pattern(chunk, n, r->seed, reached);
		w = pwrite(fd, chunk, n, r->offset + done);
		if (w < 0)
			return -errno;
		if ((size_t)w != n)
			return -EIO;
		done += n;
	}
	return fsync(fd) ? -errno : 0;
}

static int read_each(int fd, const struct request *r, bool compare, uint64_t *sum)
{
	unsigned char *expected = chunk + CHUNK;
	uint64_t done = 0;
	size_t i;

	*sum = 0xcbf29ce484222325;
	while (done < r->bytes) {
		size_t n = r->bytes - done < CHUNK ? r->bytes - done : CHUNK;
		ssize_t got = pread(fd, chunk, n, r->offset + done);

		reached = r->offset + done;
		if (got < 0)
			return -errno;
		if ((size_t)got != n)
			return -EIO;
		if (compare) {
			pattern(expected, n, r->seed, r->offset + done);
			if (memcmp(chunk, expected, n))
				return -EBADMSG;
		} else {
			for (i = 0; i < n; i++)
				*sum = (*sum ^ chunk[i]) * 0x100000001b3;
		}
		done += n;
	}
	return 0;
}

static int do_range(int fd, const struct request *r, unsigned long how)
{
	uint64_t range[2] = {r->offset, r->bytes};

	return ioctl(fd, how, range) ? -errno : 0;
}

static void on_disk(const char *verb, const struct request *r)
{
	uint64_t value = 0;
	int fd = open_disk(r->disk), err;

	if (fd < 0) {
		say("error %s %s: %s", verb, r->disk, strerror(errno));
		return;
	}
	if (!strcmp(verb, "write"))
		err = write_pattern(fd, r);
	else if (!strcmp(verb, "check"))
		err = read_each(fd, r, true, &value);
	else if (!strcmp(verb, "sum"))
		err = read_each(fd, r, false, &value);
	else if (!strcmp(verb, "size"))
		err = ioctl(fd, BLKGETSIZE64, &value) ? -errno : 0;
	else if (!strcmp(verb, "flush"))
		err = fsync(fd) ? -errno : 0;
	else if (!strcmp(verb, "discard"))
		err = do_range(fd, r, BLKDISCARD);
	else
		err = do_range(fd, r, BLKZEROOUT);
	close(fd);
	if (err)
		say("error %s %s: %s", verb, r->disk, strerror(-err));
	else if (!strcmp(verb, "sum"))
		say("ok sum %s %016llx", r->disk, (unsigned long long)value);
	else if (!strcmp(verb, "size"))
		say("ok size %s %llu", r->disk, (unsigned long long)value);
	else
		say("ok %s %s", verb, r->disk);
}

static void show_file(const char *verb, const char *path)
{
	char text[400] = "";
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0) {
		say("error %s: %s", verb, strerror(errno));
	} else {
		text[n] = 0;
		text[strcspn(text, "\n")] = 0;
		say("ok %s %s", verb, text);
	}
	if (fd >= 0)
		close(fd);
}

/* "vda:BYTES,vdb:BYTES" */
static void disks(char *found, size_t size)
{
	char name[] = "vda";
	uint64_t bytes;
	size_t len = 0;
	int fd;

	found[0] = 0;
	for (; name[2] <= 'z' && len + 32 < size; name[2]++) {
		fd = open_disk(name);
		if (fd < 0)
			continue;
		if (!ioctl(fd, BLKGETSIZE64, &bytes))
			len += snprintf(found + len, size - len, "%s%s:%llu", len ? "," : "", name,
					(unsigned long long)bytes);
		close(fd);
	}
}

static uint64_t memory(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? 0 : (uint64_t)info.totalram * info.mem_unit;
}

static void say_ready(void)
{
	char found[256];

	disks(found, sizeof(found));
	say("TINY-READY cpus=%ld mem=%llu disks=%s", sysconf(_SC_NPROCESSORS_ONLN),
	    (unsigned long long)memory() >> 10, found);
}

/* The short forms: the first MiB of the root disk. */
static void on_root(bool writing, unsigned long long mib, uint64_t seed)
{
	struct request r = {"vda", 0, mib << 20, seed};
	const char *what = writing ? "WROTE" : "VERIFIED";
	uint64_t sum;
	int fd = open_disk(r.disk), err;

	reached = 0;
	if (fd < 0) {
		say("TINY-%s %llu errno %d at 0", what, mib, errno);
		return;
	}
	err = writing ? write_pattern(fd, &r) : read_each(fd, &r, true, &sum);
	close(fd);
	if (!err)
		say("TINY-%s %llu ok", what, mib);
	else if (err == -EBADMSG)
		say("TINY-%s %llu bad at %llu", what, mib, (unsigned long long)reached >> 20);
	else
		say("TINY-%s %llu errno %d at %llu", what, mib, -err,
		    (unsigned long long)reached >> 20);
}

static void finish(int how)
{
	sync();
	reboot(how);
}

#define WATCHERS 4
static pid_t watcher[WATCHERS];

/* The power button: ACPI's input device. A guest that ignores it is the grace period's test. */
static void watch_power_button(void)
{
	unsigned char event[24];
	char path[32];
	int i, fd;

	for (i = 0; i < WATCHERS; i++) {
		snprintf(path, sizeof(path), "/dev/input/event%d", i);
		watcher[i] = fork();
		if (watcher[i] == 0) {
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				_exit(0);
			/* struct input_event: type at 16, code at 18; EV_KEY is 1, KEY_POWER 116 */
			while (read(fd, event, sizeof(event)) == sizeof(event))
				if (event[16] == 1 && event[18] == 116 && event[20] == 1) {
					say("TINY-POWER-BUTTON");
					finish(RB_POWER_OFF);
				}
			_exit(0);
		}
	}
}

static void ignore_power_button(void)
{
	int i;

	for (i = 0; i < WATCHERS; i++) {
		if (watcher[i] > 0)
			kill(watcher[i], SIGKILL);
		watcher[i] = 0;
	}
}

static void act(const char *verb, const char *disk, const char *line)
{
	char text[256];

	if (!strcmp(verb, "poweroff")) {
		say("ok poweroff");
		finish(RB_POWER_OFF);
	} else if (!strcmp(verb, "reboot")) {
		say("ok reboot");
		finish(RB_AUTOBOOT);
	} else if (!strcmp(verb, "crash")) {
		abort();
	} else if (!strcmp(verb, "spin")) {
		say("ok spin");
		for (;;)
			__asm__ volatile("pause");
	} else if (!strcmp(verb, "ignore")) {
		ignore_power_button();
		say("ok ignore");
	} else if (!strcmp(verb, "say")) {
		say("ok %s", line);
	} else if (!strcmp(verb, "cpus")) {
		say("ok cpus %ld", sysconf(_SC_NPROCESSORS_ONLN));
	} else if (!strcmp(verb, "memory")) {
		say("ok memory %llu", (unsigned long long)memory());
	} else if (!strcmp(verb, "cmdline")) {
		show_file(verb, "/proc/cmdline");
	} else if (!strcmp(verb, "disks")) {
		disks(text, sizeof(text));
		say("ok disks %s", text);
	} else if (!strcmp(verb, "serial")) {
		snprintf(text, sizeof(text), "/sys/block/%s/serial", disk);
		show_file(verb, text);
	} else if (verb[0]) {
		say("error unknown command");
	}
}

static void obey(char *line)
{
	static const char *const disk_verbs[] = {"write", "check",   "sum", "size",
						 "flush", "discard", "zero"};
	char verb[16] = "", disk[16] = "vda";
	unsigned long long offset = 0, bytes = 0, seed = 0;
	size_t i;

	if (obey_network(line))
		return;
	if (sscanf(line, "%15s %llu %llu", verb, &bytes, &seed) == 3 &&
	    (!strcmp(verb, "write") || !strcmp(verb, "verify"))) {
		on_root(verb[0] == 'w', bytes, seed);
		return;
	}
	sscanf(line, "%15s %15s %llu %llu %llu", verb, disk, &offset, &bytes, &seed);
	for (i = 0; i < sizeof(disk_verbs) / sizeof(disk_verbs[0]); i++) {
		if (!strcmp(verb, disk_verbs[i])) {
			on_disk(verb, &(struct request){disk, offset, bytes, seed});
			return;
		}
	}
	act(verb, disk, line);
}

static void load_modules(void)
{
	char path[64];
	int i, fd;

	for (i = 1; i < 64; i++) {
		snprintf(path, sizeof(path), "/modules/%02d.ko", i);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			say("error module %02d: %s", i, strerror(errno));
		close(fd);
	}
}

static void set_up(void)
{
	struct termios t;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	console = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (console < 0)
		console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (!tcgetattr(console, &t)) {
		t.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(console, TCSANOW, &t);
	}
	load_modules();
	if (posix_memalign((void **)&chunk, 4096, 2 * CHUNK))
		finish(RB_POWER_OFF);
}

int main(void)
{
	char line[256];
	size_t len = 0;

	set_up();
	if (!access("/obey-power-button", F_OK))
		watch_power_button();
	say_ready();
	for (;;) {
		char c;

		if (read(console, &c, 1) != 1)
			continue;
		if (c != '\n' && c != '\r') {
			if (len < sizeof(line) - 1)
				line[len++] = c;
			continue;
		}
		line[len] = 0;
		len = 0;
		obey(line);
	}
}
