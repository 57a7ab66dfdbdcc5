// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kvm.h"
#include "layout.h"
#include "mem.h"
#include "vmm.h"

#define HUGE_PAGE (2UL << 20)

static struct mem_piece pieces[MEM_PIECES];
static unsigned int n_pieces;

/* Aligned to huge pages as the guest's addresses are, or no huge page would ever fit. */
static void *map_aligned(uint64_t size)
{
	size_t room = size + HUGE_PAGE;
	uint8_t *start, *aligned;

	start = mmap(NULL, room, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	aligned = (uint8_t *)(((uintptr_t)start + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	if (aligned > start)
		munmap(start, aligned - start);
	if (start + room > aligned + size)
		munmap(aligned + size, start + room - (aligned + size));
	return aligned;
}

static void add_piece(uint64_t gpa, uint64_t size)
{
	struct mem_piece *piece = &pieces[n_pieces];
	int error;

	piece->host = map_aligned(size);
	if (!piece->host)
		die("%llu MiB of guest memory: %s", (unsigned long long)(size >> 20),
		    strerror(errno));
	/* without transparent huge pages in the host's kernel this fails, and small ones serve */
	madvise(piece->host, size, MADV_HUGEPAGE);
	madvise(piece->host, size, MADV_DONTFORK);
	error = kvm_memory(n_pieces, gpa, size, piece->host);
	if (error)
		die("%llu MiB of guest memory: %s", (unsigned long long)(size >> 20),
		    strerror(-error));
	piece->gpa = gpa;
	piece->size = size;
	n_pieces++;
}

void mem_create(uint64_t bytes)
{
	uint64_t low = bytes < GPA_HOLE ? bytes : GPA_HOLE;

	add_piece(0, low);
	if (bytes > low)
		add_piece(GPA_ABOVE_4G, bytes - low);
}

void *mem_at(uint64_t gpa, uint64_t length)
{
	unsigned int i;

	for (i = 0; i < n_pieces; i++) {
		const struct mem_piece *piece = &pieces[i];

		if (gpa >= piece->gpa && gpa - piece->gpa <= piece->size &&
		    length <= piece->size - (gpa - piece->gpa))
			return piece->host + (gpa - piece->gpa);
	}
	return NULL;
}

unsigned int mem_pieces(struct mem_piece *copy)
{
	memcpy(copy, pieces, n_pieces * sizeof(*copy));
	return n_pieces;
}

uint64_t mem_low_end(void)
{
	return pieces[0].size;
}

uint64_t mem_high_end(void)
{
	return n_pieces > 1 ? GPA_ABOVE_4G + pieces[1].size : GPA_ABOVE_4G;
}

int mem_read_file(uint64_t gpa, int fd, uint64_t offset, uint64_t length)
{
	uint8_t *to = mem_at(gpa, length);

	if (!to)
		return -EFAULT;
	while (length) {
		/* read() takes no more than 2 GiB at once */
		size_t part = length < 1UL << 30 ? length : 1UL << 30;
		ssize_t got = pread(fd, to, part, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		to += got;
		offset += (uint64_t)got;
		length -= (uint64_t)got;
	}
	return 0;
}
