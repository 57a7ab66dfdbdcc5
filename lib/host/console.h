/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live console of a running instance. */
#ifndef EC2_HOST_CONSOLE_H
#define EC2_HOST_CONSOLE_H

struct ec2;

/*
 * Connect to the console of an instance: a stream of bytes both ways, from now on.
 * Return: a descriptor (O_CLOEXEC); -ENOENT: it does not run; -errno.
 */
int ec2_console_connect(struct ec2 *ec2, const char *instance_id);

#endif
