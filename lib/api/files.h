/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of image files. */
#ifndef EC2_API_FILES_H
#define EC2_API_FILES_H

#include "api/ec2.h"

/*
 * Make `to` (which must not exist) a copy of `from`: sharing blocks where the file system can, holes
 * kept. `size` is the new file's; what is beyond the old one's is a hole.
 * @durable: on the disk when it returns
 * Return: 0 or -errno with the error set; then there is no file `to`.
 */
int ec2_copy_file(struct ec2 *ec2, const char *from, const char *to, int64_t size, bool durable,
		  ec2_progress progress, void *arg);

#endif
