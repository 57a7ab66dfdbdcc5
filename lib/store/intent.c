// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/intent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static char *owner_path(const struct ec2 *ec2, const char *owner)
{
	return ec2_path(ec2->run_dir, "owners/%s", owner);
}

/* A sweeper may take a new file for a dead one before its maker has locked it: then its link is gone. */
static bool still_linked(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static int owner_create(struct ec2 *ec2, const char *name)
{
	char *path = owner_path(ec2, name);
	int fd, ret;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(path);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) == 0 && still_linked(fd)) {
		ec2->owner_fd = fd;
		return 0;
	}
	ret = errno == EINTR ? -EINTR : -EAGAIN;
	close(fd);
	return ret;
}

static int owners_dir(struct ec2 *ec2)
{
	char *path = ec2_path(ec2->run_dir, "owners");
	int ret = 0;

	if (!path)
		return -ENOMEM;
	if (mkdir(ec2->run_dir, 0755) && errno != EEXIST)
		ret = -errno;
	else if (mkdir(path, 0700) && errno != EEXIST)
		ret = -errno;
	free(path);
	return ret;
}

int ec2_owner_take(struct ec2 *ec2)
{
	char name[40];
	uint64_t number;
	int ret;

	if (ec2->owner_fd >= 0)
		return 0;
	ret = owners_dir(ec2);
	if (ret)
		return ec2_fail_errno(ec2, ret, ec2->run_dir);
	do {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return ec2_fail_errno(ec2, -EIO, "Random numbers");
		snprintf(name, sizeof(name), "%d-%016llx", (int)getpid(),
			 (unsigned long long)number);
		ret = owner_create(ec2, name);
	} while (ret == -EAGAIN || ret == -EINTR || ret == -EEXIST);
	if (ret)
		return ec2_fail_errno(ec2, ret, ec2->run_dir);
	ec2->owner = strdup(name);
	if (!ec2->owner) {
		close(ec2->owner_fd);
		ec2->owner_fd = -1;
		return ec2_fail_errno(ec2, -ENOMEM, "An intent");
	}
	ec2_step("owner");
	return 0;
}

void ec2_owner_drop(struct ec2 *ec2)
{
	char *path;

	if (ec2->owner_fd < 0)
		return;
	path = owner_path(ec2, ec2->owner);
	if (path)
		unlink(path);
	free(path);
	close(ec2->owner_fd);
	ec2->owner_fd = -1;
	free(ec2->owner);
	ec2->owner = NULL;
}

int ec2_owner_alive(struct ec2 *ec2, const char *owner)
{
	char *path;
	int fd, ret;

	if (ec2->owner && strcmp(owner, ec2->owner) == 0)
		return 1;
	path = owner_path(ec2, owner);
	if (!path)
		return ec2_fail_errno(ec2, -ENOMEM, "An intent");
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		ret = errno == ENOENT ? 0 : ec2_fail_errno(ec2, -errno, path);
		free(path);
		return ret;
	}
	free(path);
	ret = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : 1;
	close(fd);
	return ret;
}

/* The lock is held while the link goes, so that its maker sees that it has lost it. */
static void sweep_one(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir, name, 0);
	close(fd);
}

int ec2_owners_sweep(struct ec2 *ec2)
{
	char *path = ec2_path(ec2->run_dir, "owners");
	struct dirent *entry;
	DIR *dir;

	if (!path)
		return ec2_fail_errno(ec2, -ENOMEM, "The run directory");
	dir = opendir(path);
	free(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && (!ec2->owner || strcmp(entry->d_name, ec2->owner)))
			sweep_one(dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return 0;
}

int ec2_intent_add(struct ec2 *ec2, const char *kind, const char *resource, int64_t argument)
{
	int ret = ec2_db_exec(ec2,
			      "INSERT INTO intents (owner, kind, resource, argument, created)"
			      " VALUES (?, ?, ?, ?, ?)",
			      "sssii", ec2->owner, kind, resource, argument, ec2_now());

	return ret < 0 ? ret : 0;
}

int ec2_intent_done(struct ec2 *ec2, const char *kind, const char *resource)
{
	int ret = ec2_db_exec(ec2,
			      "DELETE FROM intents WHERE owner = ? AND kind = ? AND resource = ?",
			      "sss", ec2->owner, kind, resource);

	return ret < 0 ? ret : 0;
}

static int check_owner(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	int alive = ec2_owner_alive(ec2, ec2_col_text(row, 0));

	if (alive > 0)
		*(int *)arg = 1;
	return alive < 0 ? alive : 0;
}

int ec2_intent_pending(struct ec2 *ec2, const char *kind, const char *resource)
{
	int pending = 0;
	int ret = ec2_db_each(
		ec2, check_owner, &pending,
		"SELECT owner FROM intents WHERE resource = ? AND kind = ifnull(?, kind)", "ss",
		resource, kind);

	return ret < 0 ? ret : pending;
}

static int find_dead(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_intent *intent = arg;
	int alive;

	if (intent->seq)
		return 0;
	alive = ec2_owner_alive(ec2, ec2_col_text(row, 3));
	if (alive)
		return alive < 0 ? alive : 0;
	intent->seq = ec2_col_int(row, 0);
	intent->argument = ec2_col_int(row, 4);
	snprintf(intent->kind, sizeof(intent->kind), "%s", ec2_col_text(row, 1));
	snprintf(intent->resource, sizeof(intent->resource), "%s", ec2_col_text(row, 2));
	snprintf(intent->owner, sizeof(intent->owner), "%s", ec2_col_text(row, 3));
	return 0;
}

int ec2_intent_claim(struct ec2 *ec2, struct ec2_intent *intent)
{
	int ret;

	for (;;) {
		memset(intent, 0, sizeof(*intent));
		ret = ec2_db_each(ec2, find_dead, intent,
				  "SELECT seq, kind, resource, owner, argument FROM intents"
				  " ORDER BY seq",
				  NULL);
		if (ret < 0 || !intent->seq)
			return ret < 0 ? ret : 0;
		ret = ec2_owner_take(ec2);
		if (ret)
			return ret;
		/* only one of those who saw it dead takes it */
		ret = ec2_db_exec(ec2, "UPDATE intents SET owner = ? WHERE seq = ? AND owner = ?",
				  "sis", ec2->owner, intent->seq, intent->owner);
		ec2_step("claim");
		if (ret)
			return ret < 0 ? ret : 1;
	}
}
