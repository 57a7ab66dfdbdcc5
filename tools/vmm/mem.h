/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's memory: one piece below the hole, one above 4 GiB. Private, anonymous, huge pages. */
#ifndef VMM_MEM_H
#define VMM_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Map `bytes` of it and give it to the VM. Ends the process with a message on failure. */
void mem_create(uint64_t bytes);

/* Host address of [gpa, gpa + length), or NULL where that is not all one piece of memory. */
void *mem_at(uint64_t gpa, uint64_t length);

/* The pieces themselves: filled in. Return: how many. */
#define MEM_PIECES 2
struct mem_piece {
	uint64_t gpa, size;
	uint8_t *host;
};
unsigned int mem_pieces(struct mem_piece *copy);

/* First address after the low piece, and after the high one (GPA_ABOVE_4G when there is none). */
uint64_t mem_low_end(void);
uint64_t mem_high_end(void);

/*
 * Read a file's bytes straight into guest memory. Return: 0, -EFAULT outside of memory, -ENODATA
 * when the file is shorter, -errno.
 */
int mem_read_file(uint64_t gpa, int fd, uint64_t offset, uint64_t length);

#endif
