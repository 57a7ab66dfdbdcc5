// SPDX-License-Identifier: LGPL-2.1-or-later
#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "layout.h"
#include "mem.h"

#define E820_USABLE 1
#define E820_NOT_USABLE 2
#define MAX_SEGMENTS 32
/* Kernels are asked to be below this; see initrd_addr_max in the boot protocol. */
#define INITRD_TOP 0x7fffffffULL

static uint64_t kernel_end;

static uint64_t load_segment(int fd, const Elf64_Phdr *segment)
{
	uint64_t end;
	int error;

	if (segment->p_filesz > segment->p_memsz)
		die("kernel: a segment is larger in the file than in memory");
	if (segment->p_paddr < GPA_HIGH_MEMORY || !mem_at(segment->p_paddr, segment->p_memsz) ||
	    segment->p_paddr >= GPA_HOLE)
		die("kernel: a segment at %#llx, %llu KiB long, does not fit into the instance's "
		    "memory",
		    (unsigned long long)segment->p_paddr,
		    (unsigned long long)(segment->p_memsz >> 10));
	error = mem_read_file(segment->p_paddr, fd, segment->p_offset, segment->p_filesz);
	if (error == -ENODATA)
		die("kernel: the file is cut off");
	if (error)
		die("kernel: %s", strerror(-error));
	end = segment->p_paddr + segment->p_memsz;
	return end;
}

/* The rest of a segment (bss) is zero, as fresh guest memory is. */
static uint64_t load_kernel(int fd)
{
	Elf64_Phdr segments[MAX_SEGMENTS];
	Elf64_Ehdr head;
	size_t size;
	bool entry = false;
	int i;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG))
		die("kernel: not an uncompressed Linux kernel (ELF); see ec2-unpack-kernel");
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != EM_X86_64 ||
	    head.e_type != ET_EXEC)
		die("kernel: not an x86_64 kernel");
	if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0 ||
	    head.e_phnum > MAX_SEGMENTS)
		die("kernel: bad ELF program headers");
	size = head.e_phnum * sizeof(Elf64_Phdr);
	if (pread(fd, segments, size, (off_t)head.e_phoff) != (ssize_t)size)
		die("kernel: the file is cut off");
	for (i = 0; i < head.e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];
		uint64_t end;

		if (segment->p_type != PT_LOAD || !segment->p_memsz)
			continue;
		end = load_segment(fd, segment);
		if (end > kernel_end)
			kernel_end = end;
		if (head.e_entry >= segment->p_paddr && head.e_entry < end)
			entry = true;
	}
	if (!entry)
		die("kernel: its entry point is in none of its segments");
	return head.e_entry;
}

static void load_initrd(int fd, struct boot_params *zero_page)
{
	uint64_t top = mem_low_end() < INITRD_TOP ? mem_low_end() : INITRD_TOP;
	uint64_t at, length;
	struct stat st;
	int error;

	if (fstat(fd, &st) < 0)
		die("initrd: %s", strerror(errno));
	length = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode) || !length)
		die("initrd: not a file, or empty");
	if (length > top || ((top - length) & ~0xfffULL) < kernel_end)
		die("initrd: %llu MiB do not fit into the instance's memory beside the kernel",
		    (unsigned long long)(length >> 20));
	at = (top - length) & ~0xfffULL;
	error = mem_read_file(at, fd, 0, length);
	if (error)
		die("initrd: %s", strerror(-error));
	zero_page->hdr.ramdisk_image = (uint32_t)at;
	zero_page->hdr.ramdisk_size = (uint32_t)length;
}

static void add_e820(struct boot_params *zero_page, uint64_t start, uint64_t end, uint32_t type)
{
	struct boot_e820_entry *entry = &zero_page->e820_table[zero_page->e820_entries++];

	*entry = (struct boot_e820_entry){start, end - start, type};
}

static void write_e820(struct boot_params *zero_page)
{
	add_e820(zero_page, 0, GPA_LOW_RAM_END, E820_USABLE);
	add_e820(zero_page, GPA_TABLES, GPA_TABLES + TABLES_SIZE, E820_NOT_USABLE);
	add_e820(zero_page, GPA_HIGH_MEMORY, mem_low_end(), E820_USABLE);
	add_e820(zero_page, GPA_ECAM, GPA_ECAM + ECAM_SIZE, E820_NOT_USABLE);
	if (mem_high_end() > GPA_ABOVE_4G)
		add_e820(zero_page, GPA_ABOVE_4G, mem_high_end(), E820_USABLE);
}

/* The first GiB, mapped one to one by 2 MiB pages. */
static void write_page_tables(void)
{
	uint64_t *pml4 = mem_at(GPA_PML4, 4096);
	uint64_t *pdpt = mem_at(GPA_PDPT, 4096);
	uint64_t *pd = mem_at(GPA_PD, 4096);
	uint64_t i;

	pml4[0] = GPA_PDPT | 3;
	pdpt[0] = GPA_PD | 3;
	for (i = 0; i < 512; i++)
		pd[i] = i << 21 | 0x83;
}

static void write_gdt(void)
{
	uint64_t *gdt = mem_at(GPA_GDT, 4 * 8);

	gdt[2] = 0x00af9b000000ffffULL; /* __BOOT_CS: 64-bit code */
	gdt[3] = 0x00cf93000000ffffULL; /* __BOOT_DS */
}

uint64_t boot_load(const struct vmm_options *options, uint64_t rsdp)
{
	struct boot_params *zero_page = mem_at(GPA_ZERO_PAGE, sizeof(*zero_page));
	size_t length = strlen(options->cmdline);
	uint64_t entry = load_kernel(options->kernel_fd);

	zero_page->hdr.boot_flag = 0xaa55;
	zero_page->hdr.header = 0x53726448; /* "HdrS" */
	zero_page->hdr.version = 0x020f;
	zero_page->hdr.type_of_loader = 0xff;
	zero_page->hdr.loadflags = LOADED_HIGH;
	zero_page->hdr.kernel_alignment = 0x1000000;
	zero_page->hdr.cmd_line_ptr = GPA_CMDLINE;
	zero_page->hdr.cmdline_size = (uint32_t)length;
	zero_page->acpi_rsdp_addr = rsdp;
	memcpy(mem_at(GPA_CMDLINE, length + 1), options->cmdline, length + 1);
	if (options->initrd_fd >= 0)
		load_initrd(options->initrd_fd, zero_page);
	write_e820(zero_page);
	write_page_tables();
	write_gdt();
	return entry;
}
