/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one funnel to /dev/ec2ctl. Every call gives 0 or what its comment says, or -errno as the
 * contract on top of kmod/uapi/ec2ctl.h defines it. `id` is an EC2 instance id.
 */
#ifndef EC2_HOST_CHARDEV_H
#define EC2_HOST_CHARDEV_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/ec2ctl.h"

#define EC2_CHARDEV_PATH "/dev/ec2ctl"

/*
 * Open the control file (O_CLOEXEC, non-blocking reads) and check the ABI version.
 * Return: the descriptor, or -ENODEV (module not loaded), -EACCES, -EPROTO (other ABI version).
 */
int ec2_chardev_open(void);

/* What a user should do about an error of ec2_chardev_open(); a constant string. */
const char *ec2_chardev_explain(int error);

int ec2_chardev_info(int fd, struct ec2_get_info *info);

/*
 * Make an instance; the caller fills all of *create but size. Return: the instance file.
 */
int ec2_chardev_instance_create(int fd, struct ec2_instance_create *create);

/* On the instance file. */
int ec2_chardev_set_state(int instance_fd, enum ec2_state state);

int ec2_chardev_signal(int fd, const char *id, enum ec2_signal signal, uint32_t flags);

/* `serial`: EC2_SERIAL_LEN bytes, the volume id without its dash. */
int ec2_chardev_disk_attach(int fd, const char *id, uint32_t slot, int backing_fd,
			    const char *serial, uint32_t flags);
int ec2_chardev_disk_detach(int fd, const char *id, uint32_t slot, uint32_t flags);

/* *capacity (may be NULL): the size now, bytes. */
int ec2_chardev_disk_resize(int fd, const char *id, uint32_t slot, uint64_t *capacity);

/* The caller fills the limits; id and slot are set here. */
int ec2_chardev_disk_limit(int fd, const char *id, uint32_t slot, struct ec2_disk_limit *limit);

int ec2_chardev_instance_stats(int fd, const char *id, struct ec2_instance_stats *stats);
int ec2_chardev_disk_stats(int fd, const char *id, uint32_t slot, struct ec2_disk_stats *stats);

/*
 * Read events from a control or instance file. Return: how many (at most n), -EAGAIN when there is
 * none now on a non-blocking file.
 */
int ec2_chardev_read_events(int fd, struct ec2_event *events, size_t n);

#endif
