// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"

#define CHUNK (16 * 1024 * 1024)
#define BUFFER (256 * 1024)

struct copy {
	int from, to;
	int64_t size; /* of the source */
	void *buffer; /* when the kernel cannot copy */
	ec2_progress progress;
	void *arg;
};

static ssize_t copy_by_hand(struct copy *copy, off_t at, size_t n)
{
	ssize_t got, put = 0;

	if (!copy->buffer)
		copy->buffer = malloc(BUFFER);
	if (!copy->buffer)
		return -ENOMEM;
	got = pread(copy->from, copy->buffer, n < BUFFER ? n : BUFFER, at);
	while (put < got) {
		ssize_t ret = pwrite(copy->to, (char *)copy->buffer + put, got - put, at + put);

		if (ret < 0)
			return -errno;
		put += ret;
	}
	return got < 0 ? -errno : got;
}

static ssize_t copy_some(struct copy *copy, off_t at, size_t n)
{
	off_t in = at, out = at;
	ssize_t ret;

	if (!copy->buffer) {
		ret = copy_file_range(copy->from, &in, copy->to, &out, n, 0);
		if (ret > 0)
			return ret;
		if (ret < 0 && errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP &&
		    errno != ENOSYS)
			return -errno;
	}
	return copy_by_hand(copy, at, n);
}

/* One piece of data between holes. */
static int copy_data(struct copy *copy, off_t at, off_t end)
{
	while (at < end) {
		size_t n = end - at < CHUNK ? end - at : CHUNK;
		ssize_t ret = copy_some(copy, at, n);

		if (ret <= 0)
			return ret < 0 ? ret : -EIO; /* the source has become shorter */
		at += ret;
		if (copy->progress &&
		    copy->progress(copy->arg, "copying", 100.0 * at / copy->size))
			return -ECANCELED;
		ec2_step("copied some");
	}
	return 0;
}

static int copy_all(struct copy *copy)
{
	off_t data = 0, hole;
	int ret = 0;

	if (ioctl(copy->to, FICLONE, copy->from) == 0)
		return 0;
	while (!ret && data < copy->size) {
		data = lseek(copy->from, data, SEEK_DATA);
		if (data < 0)
			return errno == ENXIO ? 0 : -errno;
		hole = lseek(copy->from, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		ret = copy_data(copy, data, hole);
		data = hole;
	}
	return ret;
}

static int open_both(struct copy *copy, const char *from, const char *to)
{
	struct stat st;

	copy->from = open(from, O_RDONLY | O_CLOEXEC);
	if (copy->from < 0)
		return -errno;
	if (fstat(copy->from, &st))
		return -errno;
	copy->size = S_ISREG(st.st_mode) ? st.st_size : lseek(copy->from, 0, SEEK_END);
	copy->to = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return copy->to < 0 ? -errno : 0;
}

int ec2_copy_file(struct ec2 *ec2, const char *from, const char *to, int64_t size, bool durable,
		  ec2_progress progress, void *arg)
{
	struct copy copy = {.from = -1, .to = -1, .progress = progress, .arg = arg};
	int ret = open_both(&copy, from, to);

	if (!ret)
		ret = copy_all(&copy);
	if (!ret && ftruncate(copy.to, size))
		ret = -errno;
	if (!ret && durable && fsync(copy.to))
		ret = -errno;
	/* not waited for, but begun: the guest's first writes find fewer dirty pages in their way */
	if (!ret && !durable)
		sync_file_range(copy.to, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (ret && copy.to >= 0)
		unlink(to);
	if (copy.from >= 0)
		close(copy.from);
	if (copy.to >= 0)
		close(copy.to);
	free(copy.buffer);
	ec2_step("copied");
	if (ret)
		return ec2_fail(ec2, ret, "InternalError", "%s cannot be copied to %s: %s", from,
				to, strerror(-ret));
	return 0;
}
