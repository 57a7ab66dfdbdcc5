/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/ec2ctl, and the one dispatcher of ioctls for all three kinds of file. */
#ifndef EC2_CHARDEV_H
#define EC2_CHARDEV_H

#include <linux/fs.h>
#include <linux/stddef.h>
#include <linux/types.h>

/*
 * One call. A handler reads and writes its struct in place; the dispatcher copies it back, as far as
 * the caller knows it. A call that makes something sets finish(): it runs after the copy-out with ok
 * true, and nothing can fail any more, or with ok false to undo it all.
 */
struct ec2_call {
	void *self; /* what the file stands for: NULL, struct ec2_instance, struct ec2_vm */
	void *args;
	void (*finish)(struct ec2_call *call, bool ok);
	/* for finish() */
	struct file *file;
	int fd;
	void *made;
};

struct ec2_ioctl {
	unsigned int nr;
	u32 size; /* the struct as this module knows it */
	u32 min_size; /* its first version */
	u32 flags; /* known flags */
	u32 reserved; /* offset of a __u32 that must be zero, or 0 for none */
	int (*fn)(struct ec2_call *call);
};

/*
 * A row: the name of the ioctl, its struct, the struct's first version's end, known flags, offset of
 * the reserved word, handler.
 */
#define EC2_IOCTL(_cmd, _type, _last, _flags, _reserved, _fn)                    \
	{                                                                        \
		.nr = _IOC_NR(_cmd), .size = sizeof(struct _type),               \
		.min_size = offsetofend(struct _type, _last), .flags = (_flags), \
		.reserved = (_reserved), .fn = (_fn),                            \
	}

long ec2_ioctl(void *self, const struct ec2_ioctl *table, size_t rows, unsigned int cmd,
	       unsigned long arg);

int ec2_chardev_init(void);
void ec2_chardev_exit(void);

#endif
