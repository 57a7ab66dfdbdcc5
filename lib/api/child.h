/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that the library runs and waits for. */
#ifndef EC2_API_CHILD_H
#define EC2_API_CHILD_H

#include "api/ec2.h"

struct ec2_child {
	const char *const *argv; /* argv[0]: a name to be found in PATH, or a path */
	char **out, **err; /* what it printed, to be freed by the caller; NULL only on failure */
	/* called with the newest output as it comes; anything but 0 kills the program */
	int (*on_output)(void *arg, const char *text);
	void *arg;
	bool drops_root; /* by itself, to another user: it keeps what that takes, CAP_SETUID, CAP_SETGID */
};

/*
 * Run it without capabilities and network, with an empty environment but PATH and LANG, with limits on
 * memory, processor time and files, and no descriptor but the standard ones; it is killed when the
 * calling thread ends.
 * Return: 0: it exited with 0; -EPROTO: with another status, or by a signal; -ENOENT: there is no such
 * program; -ECANCELED: on_output said so; -errno.
 */
int ec2_child_run(struct ec2 *ec2, const struct ec2_child *child);

#endif
