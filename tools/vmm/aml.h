/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing ACPI machine language (ACPI 6.4, chapter 20), as little of it as our tables need. */
#ifndef VMM_AML_H
#define VMM_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AML_MAX_DEPTH 8

/* Writes past the end are dropped and marked in `overflow`. */
struct aml {
	uint8_t *buffer;
	size_t length, size;
	bool overflow;
	size_t open[AML_MAX_DEPTH]; /* where the lengths of what is open belong */
	unsigned int depth;
};

void aml_byte(struct aml *aml, unsigned int byte);
void aml_word(struct aml *aml, unsigned int word);
void aml_dword(struct aml *aml, uint32_t dword);
void aml_qword(struct aml *aml, uint64_t qword);
/* Raw bytes, such as opcodes, by a string literal. */
void aml_bytes(struct aml *aml, const void *bytes, size_t length);
#define aml_ops(aml, literal) aml_bytes(aml, literal, sizeof(literal) - 1)

/* A path as it stands in ASL, of four-letter segments: "_SB_", "\\_SB_.PCI0". */
void aml_name(struct aml *aml, const char *path);
void aml_number(struct aml *aml, uint64_t value);
void aml_string(struct aml *aml, const char *text);
/* "PNP0A08" as the number that ACPI makes of it */
void aml_eisa_id(struct aml *aml, const char *id);

/* Blocks: everything up to aml_end() is inside. */
void aml_scope(struct aml *aml, const char *path);
void aml_device(struct aml *aml, const char *name);
void aml_method(struct aml *aml, const char *name, unsigned int arguments);
void aml_if(struct aml *aml);
void aml_else(struct aml *aml);
void aml_package(struct aml *aml, unsigned int elements);
/* Field (region, width of an access in bytes) of a SystemIO region made by aml_ports() */
void aml_field(struct aml *aml, const char *region, unsigned int width);
void aml_end(struct aml *aml);

void aml_ports(struct aml *aml, const char *name, unsigned int base, unsigned int length);
void aml_field_unit(struct aml *aml, const char *name, unsigned int bits);
void aml_field_gap(struct aml *aml, unsigned int bits);

/* Name (name, …): the value follows, written by the caller or by these. */
void aml_let(struct aml *aml, const char *name);
void aml_let_number(struct aml *aml, const char *name, uint64_t value);

/* ResourceTemplate, closed by aml_resources_end(). */
void aml_resources(struct aml *aml, const char *name);
void aml_bus_range(struct aml *aml, unsigned int first, unsigned int last);
void aml_port_window(struct aml *aml, unsigned int first, unsigned int last);
void aml_memory_window32(struct aml *aml, uint32_t base, uint32_t size);
void aml_memory_window64(struct aml *aml, uint64_t base, uint64_t size);
void aml_fixed_ports(struct aml *aml, unsigned int base, unsigned int length);
void aml_fixed_memory(struct aml *aml, uint32_t base, uint32_t size);
void aml_interrupt(struct aml *aml, uint32_t gsi); /* edge, active high, exclusive */
void aml_resources_end(struct aml *aml);

#endif
