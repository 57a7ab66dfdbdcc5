// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "unpack.h"

#define MAX_SEGMENTS 32

static void check_segment(const Elf64_Phdr *segment, uint64_t size)
{
	if (segment->p_filesz > segment->p_memsz || segment->p_offset > size ||
	    segment->p_filesz > size - segment->p_offset)
		fail("the ELF kernel is cut off, or its segments are wrong");
	if (segment->p_paddr < 1UL << 20 || segment->p_paddr >= UNPACK_MAX ||
	    segment->p_memsz > UNPACK_MAX)
		fail("the ELF kernel wants to be loaded at %#llx, which no x86_64 Linux does",
		     (unsigned long long)segment->p_paddr);
}

void elf_check(int fd, uint64_t size)
{
	Elf64_Phdr segments[MAX_SEGMENTS];
	Elf64_Ehdr head;
	size_t length;
	int i, loads = 0;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG))
		fail("what was unpacked is not an ELF kernel");
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != EM_X86_64 ||
	    head.e_type != ET_EXEC)
		fail("not an x86_64 kernel");
	length = head.e_phnum * sizeof(Elf64_Phdr);
	if (head.e_phentsize != sizeof(Elf64_Phdr) || !head.e_phnum ||
	    head.e_phnum > MAX_SEGMENTS ||
	    pread(fd, segments, length, (off_t)head.e_phoff) != (ssize_t)length)
		fail("the ELF kernel has bad program headers");
	for (i = 0; i < head.e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD)
			continue;
		check_segment(&segments[i], size);
		loads++;
	}
	if (!loads)
		fail("the ELF kernel has no segments");
}
