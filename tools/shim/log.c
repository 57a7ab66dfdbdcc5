// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST (2 * EC2_CONSOLE_KEEP)
#define PIECE 4096

int log_open(struct console_log *log, const char *state_dir, const char *id)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/console/%s.log", state_dir, id);
	log->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (log->fd < 0 || fstat(log->fd, &st) < 0)
		return -errno;
	log->size = st.st_size;
	return 0;
}

/* In place, which needs no space that a full disk would not have. */
static void move_down(struct console_log *log, off_t from)
{
	char bytes[PIECE];
	off_t to = 0;
	ssize_t n;

	while ((n = pread(log->fd, bytes, sizeof(bytes), from)) > 0) {
		n = pwrite(log->fd, bytes, (size_t)n, to);
		if (n <= 0)
			break;
		from += n;
		to += n;
	}
	(void)!ftruncate(log->fd, to);
	log->size = to;
}

static void shorten(struct console_log *log)
{
	off_t drop = log->size - EC2_CONSOLE_KEEP;

	/* in one step for readers, where the file system can; a multiple of any block size */
	if (log->size == MOST &&
	    fallocate(log->fd, FALLOC_FL_COLLAPSE_RANGE, 0, EC2_CONSOLE_KEEP) == 0)
		log->size -= EC2_CONSOLE_KEEP;
	else
		move_down(log, drop);
}

/* What a full disk does not take is lost, and the next bytes are tried again. */
void log_append(struct console_log *log, const char *bytes, size_t n)
{
	while (n && log->fd >= 0) {
		size_t room = log->size < MOST ? (size_t)(MOST - log->size) : 0;
		ssize_t done;

		if (!room) {
			shorten(log);
			if (log->size >= MOST)
				return;
			continue;
		}
		done = pwrite(log->fd, bytes, n < room ? n : room, log->size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		log->size += done;
		bytes += done;
		n -= (size_t)done;
	}
}

void log_close(struct console_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
