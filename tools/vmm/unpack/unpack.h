/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ec2-unpack-kernel: from a stranger's kernel file to an uncompressed ELF file. */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>
#include <stdint.h>

/* No kernel is larger, uncompressed. */
#define UNPACK_MAX (1UL << 30)

/* One line to stderr, and the end of the jailed process. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The output file: bytes are added at its end; fail()s past UNPACK_MAX or on a full disk. */
void output_add(const void *bytes, size_t length);

/* Decompress by what the first bytes say it is, to output_add(); fail()s. */
void decompress(const uint8_t *input, size_t length);

/* Find the compressed kernel in a bzImage; fail()s. */
void bzimage_payload(const uint8_t *image, size_t size, const uint8_t **payload, size_t *length);

/* An x86_64 kernel whose segments are all in the file of `size` bytes; fail()s. */
void elf_check(int fd, uint64_t size);

/* No files but those open, few system calls, little memory and time. */
void jail(void);

#endif
