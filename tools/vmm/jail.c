// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"
#include "vmm.h"

/* Enough for the vectors of every disk. */
#define MAX_FILES 1024
/* standard error and what the command line names, at most */
#define KEPT 32

static void must(bool done, const char *what)
{
	if (!done)
		die("jail: %s: %s (ec2-vmm must be started as root)", what, strerror(errno));
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void jail_close_others(const int *keep, unsigned int n)
{
	int fds[KEPT] = {STDERR_FILENO};
	unsigned int i, count = 1, from = 0;

	for (i = 0; i < n && count < KEPT; i++)
		if (keep[i] >= 0)
			fds[count++] = keep[i];
	qsort(fds, count, sizeof(fds[0]), compare);
	for (i = 0; i < count; i++) {
		if ((unsigned int)fds[i] > from)
			must(!close_range(from, (unsigned int)fds[i] - 1, 0), "descriptors");
		from = (unsigned int)fds[i] + 1;
	}
	must(!close_range(from, ~0U, 0), "descriptors");
}

/* A file system of nothing, which is then all that there is. */
static void leave_file_system(void)
{
	must(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	must(!mount("none", "/dev", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "size=4k,nr_inodes=1,mode=0555"),
	     "empty file system");
	must(!chdir("/dev"), "empty file system");
	must(!syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(!umount2(".", MNT_DETACH), "old root");
	must(!chdir("/"), "new root");
	must(!mount(NULL, "/", NULL,
		    MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL),
	     "read-only root");
}

static void leave_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	must(!syscall(SYS_capset, &head, none), "capabilities");
}

static void drop_bounding_set(void)
{
	unsigned int capability;

	for (capability = 0; capability <= 63; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			break; /* past the last that this kernel knows */
}

static void limit(__rlimit_resource_t resource, rlim_t value, const char *what)
{
	const struct rlimit both = {value, value};

	must(!setrlimit(resource, &both), what);
}

void jail_enter(uid_t uid, gid_t gid)
{
	pid_t parent = getppid();

	must(!unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET), "namespaces");
	leave_file_system();
	/* not RLIMIT_FSIZE: our threads write the disks' files, in the kernel */
	limit(RLIMIT_NOFILE, MAX_FILES, "limit of files");
	limit(RLIMIT_CORE, 0, "no core files");
	drop_bounding_set();
	must(!setgroups(0, NULL), "groups");
	must(!setresgid(gid, gid, gid), "group id");
	must(!setresuid(uid, uid, uid), "user id");
	leave_capabilities();
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
	must(!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "not dumpable");
	/* after the change of ids, which would undo it */
	must(!prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "death with the parent");
	if (getppid() != parent)
		die("the parent is gone");
}

void jail_no_more_threads(void)
{
	limit(RLIMIT_NPROC, 0, "limit of threads");
}
