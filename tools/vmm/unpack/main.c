// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * ec2-unpack-kernel IN OUT
 *
 * IN is a path, or the number of an open descriptor: a bzImage or an ELF kernel. OUT is made, or
 * replaced. The work is done in a jailed child; when that fails, OUT is removed.
 * Exit status: 0, or 1 with one line on stderr.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unpack.h"

#define IMAGE_MAX (256UL << 20)

static int out_fd = -1;
static uint64_t out_size;

static void complain(const char *format, va_list arguments)
{
	fputs("ec2-unpack-kernel: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	_exit(1);
}

void output_add(const void *bytes, size_t length)
{
	const uint8_t *from = bytes;

	if (length > UNPACK_MAX - out_size)
		fail("the kernel is larger than %lu MiB when uncompressed", UNPACK_MAX >> 20);
	out_size += length;
	while (length) {
		ssize_t written = write(out_fd, from, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			fail("writing: %s", strerror(errno));
		from += written;
		length -= (size_t)written;
	}
}

static void read_all(int fd, uint8_t *to, size_t length)
{
	size_t at = 0;

	while (at < length) {
		ssize_t got = pread(fd, to + at, length - at, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			fail("reading: %s", strerror(errno));
		if (got == 0)
			fail("the file became shorter while it was read");
		at += (size_t)got;
	}
}

/* In the jail. */
static void unpack(int in_fd, size_t size)
{
	const uint8_t *payload;
	size_t length;
	uint8_t *image = malloc(size);

	if (!image)
		fail("no memory");
	read_all(in_fd, image, size);
	if (size >= SELFMAG && !memcmp(image, ELFMAG, SELFMAG)) {
		output_add(image, size);
	} else {
		bzimage_payload(image, size, &payload, &length);
		decompress(payload, length);
	}
	free(image);
	elf_check(out_fd, out_size);
	if (fsync(out_fd) < 0)
		fail("writing: %s", strerror(errno));
}

static int open_input(const char *name)
{
	char *end;
	long fd = strtol(name, &end, 10);

	if (*name && !*end && fd >= 0 && fd < 1 << 20)
		return (int)fd;
	return open(name, O_RDONLY | O_CLOEXEC);
}

static bool run_child(int in_fd, size_t size)
{
	pid_t child = fork();
	int status = 0;

	if (child < 0) {
		fprintf(stderr, "ec2-unpack-kernel: fork: %s\n", strerror(errno));
		return false;
	}
	if (!child) {
		jail();
		unpack(in_fd, size);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		fprintf(stderr, "ec2-unpack-kernel: the file made the unpacker fail (signal %d)\n",
			WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
	struct stat st;
	int in_fd;

	if (argc != 3) {
		fputs("usage: ec2-unpack-kernel IN OUT\n", stderr);
		return 1;
	}
	in_fd = open_input(argv[1]);
	if (in_fd < 0 || fstat(in_fd, &st) < 0) {
		fprintf(stderr, "ec2-unpack-kernel: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (!S_ISREG(st.st_mode) || st.st_size < 1024 || (uint64_t)st.st_size > IMAGE_MAX) {
		fprintf(stderr,
			"ec2-unpack-kernel: %s: not a kernel (a file of 1 KiB to %lu MiB)\n",
			argv[1], IMAGE_MAX >> 20);
		return 1;
	}
	out_fd = open(argv[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (out_fd < 0) {
		fprintf(stderr, "ec2-unpack-kernel: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	if (run_child(in_fd, (size_t)st.st_size))
		return 0;
	unlink(argv[2]);
	return 1;
}
