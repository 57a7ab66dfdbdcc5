// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unpack.h"

#define NOBODY 65534
#define MEMORY_MAX (1UL << 30)
#define SECONDS_MAX 120

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	const struct rlimit both = {value, value};

	if (setrlimit(resource, &both) < 0)
		fail("jail: limits: %s", strerror(errno));
}

static void leave_root(void)
{
	if (geteuid())
		return;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		fail("jail: user id: %s", strerror(errno));
}

void jail(void)
{
	static const int allowed[] = {
		SCMP_SYS(pread64),    SCMP_SYS(write),	      SCMP_SYS(fsync),
		SCMP_SYS(brk),	      SCMP_SYS(mmap),	      SCMP_SYS(munmap),
		SCMP_SYS(mremap),     SCMP_SYS(madvise),      SCMP_SYS(futex),
		SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(newfstatat),
	};
	scmp_filter_ctx list;
	size_t i;
	int error = 0;

	leave_root();
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_AS, MEMORY_MAX);
	limit(RLIMIT_CPU, SECONDS_MAX);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		fail("jail: privileges: %s", strerror(errno));
	list = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!list)
		fail("jail: no memory");
	for (i = 0; !error && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		error = seccomp_rule_add(list, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!error)
		error = seccomp_load(list);
	seccomp_release(list);
	if (error)
		fail("jail: list of system calls: %s", strerror(-error));
}
