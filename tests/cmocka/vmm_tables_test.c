// SPDX-License-Identifier: LGPL-2.1-or-later
/* The VMM's ACPI and SMBIOS tables: checksums, shape, and what ACPI's own compiler says of them. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "tools/vmm/acpi.h"
#include "tools/vmm/layout.h"
#include "tools/vmm/smbios.h"

static uint8_t area[TABLES_SIZE];

static uint8_t sum(const uint8_t *bytes, size_t length)
{
	uint8_t total = 0;

	while (length)
		total += bytes[--length];
	return total;
}

static uint64_t get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

static uint8_t *at(uint64_t gpa)
{
	assert_in_range(gpa, GPA_TABLES, GPA_TABLES + TABLES_SIZE - 36);
	return area + (gpa - GPA_TABLES);
}

/* The nth table of the XSDT, or NULL. */
static uint8_t *table(unsigned int n)
{
	uint8_t *xsdt = at(get(area + 24, 8));

	assert_memory_equal(xsdt, "XSDT", 4);
	if (36 + 8 * (n + 1) > get(xsdt + 4, 4))
		return NULL;
	return at(get(xsdt + 36 + 8 * n, 8));
}

static void build(unsigned int vcpus)
{
	assert_int_not_equal(acpi_build(area, sizeof(area), GPA_TABLES, vcpus, PCI64_SIZE), 0);
}

static void every_table_has_a_good_checksum(void **state)
{
	static const unsigned int vcpus[] = {1, 2, 4, 32};
	uint8_t *one;
	unsigned int i, n;

	(void)state;
	for (i = 0; i < 4; i++) {
		build(vcpus[i]);
		assert_memory_equal(area, "RSD PTR ", 8);
		assert_int_equal(sum(area, 20), 0);
		assert_int_equal(sum(area, 36), 0);
		for (n = 0; (one = table(n)); n++)
			assert_int_equal(sum(one, get(one + 4, 4)), 0);
		assert_int_equal(n, 3);
		one = at(get(table(0) + 140, 8));
		assert_memory_equal(one, "DSDT", 4);
		assert_int_equal(sum(one, get(one + 4, 4)), 0);
	}
}

static void madt_lists_each_vcpu_once(void **state)
{
	const uint8_t *madt, *entry;
	unsigned int vcpus = 0;

	(void)state;
	build(32);
	madt = table(1);
	assert_memory_equal(madt, "APIC", 4);
	for (entry = madt + 44; entry < madt + get(madt + 4, 4); entry += entry[1]) {
		assert_int_not_equal(entry[1], 0);
		if (entry[0] == 0)
			assert_int_equal(entry[3], vcpus++);
	}
	assert_int_equal(vcpus, 32);
}

static void too_little_room_is_refused(void **state)
{
	size_t full, size;

	(void)state;
	full = acpi_build(area, sizeof(area), GPA_TABLES, 4, PCI64_SIZE);
	for (size = 0; size < full; size += 7)
		assert_int_equal(acpi_build(area, size, GPA_TABLES, 4, PCI64_SIZE), 0);
	assert_int_equal(acpi_build(area, full, GPA_TABLES, 4, PCI64_SIZE), full);
}

/* Run a program in `folder`, its output to the file "log" there. Return: its exit status. */
static int run(const char *folder, char *const *arguments)
{
	pid_t child = fork();
	int status;

	if (!child) {
		/* "/" is where nothing is written */
		if (chdir(folder) || (folder[1] && !freopen("log", "w", stdout)) || dup2(1, 2) < 0)
			_exit(126);
		execvp(arguments[0], arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void write_file(const char *folder, const char *name, const uint8_t *bytes, size_t length)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* Fails, and shows the log, where it speaks of errors or warnings other than "0 Warnings". */
static void check_log(const char *folder, const char *name)
{
	char path[256], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/log", folder);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strstr(line, "0 Errors, 0 Warnings"))
			continue;
		if (strstr(line, "Error") || strstr(line, "Warning") || strstr(line, "Invalid"))
			fail_msg("iasl on %s: %s", name, line);
	}
	fclose(file);
}

static void check_table(const char *folder, const char *name, const uint8_t *bytes)
{
	char aml[32], dsl[32];

	snprintf(aml, sizeof(aml), "%s.aml", name);
	snprintf(dsl, sizeof(dsl), "%s.dsl", name);
	write_file(folder, aml, bytes, get(bytes + 4, 4));
	assert_int_equal(run(folder, (char *[]){"iasl", "-d", aml, NULL}), 0);
	check_log(folder, name);
	/* and what it made of it compiles without a complaint */
	assert_int_equal(run(folder, (char *[]){"iasl", "-ve", dsl, NULL}), 0);
	check_log(folder, name);
}

static void iasl_has_nothing_to_say(void **state)
{
	char folder[] = "/tmp/ec2-tables.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	if (run(folder, (char *[]){"iasl", "-v", NULL}) == 127) {
		run("/", (char *[]){"rm", "-r", folder, NULL});
		skip();
	}
	build(4);
	check_table(folder, "facp", table(0));
	check_table(folder, "apic", table(1));
	check_table(folder, "mcfg", table(2));
	check_table(folder, "dsdt", at(get(table(0) + 140, 8)));
	run("/", (char *[]){"rm", "-r", folder, NULL});
}

/* ---- SMBIOS ---- */

/* The nth string of a structure. */
static const char *string(const uint8_t *structure, unsigned int n)
{
	const char *text = (const char *)structure + structure[1];

	while (--n)
		text += strlen(text) + 1;
	return text;
}

static const uint8_t *structure(unsigned int type)
{
	const uint8_t *one = area + 32;

	while (one[0] != type) {
		const uint8_t *end = one + one[1];

		if (one[0] == 127)
			return NULL;
		while (end[0] || end[1])
			end++;
		one = end + 2;
	}
	return one;
}

static void smbios_is_ec2s(void **state)
{
	const uint8_t *system, *board;
	size_t used =
		smbios_build(area, sizeof(area), GPA_TABLES, "i-0123456789abcdef0", "t3.nano");

	(void)state;
	assert_in_range(used, 100, 1000);
	assert_memory_equal(area, "_SM3_", 5);
	assert_int_equal(sum(area, area[6]), 0);
	assert_int_equal(get(area + 16, 8), GPA_TABLES + 32);
	assert_int_equal(get(area + 12, 4), used - 32);
	system = structure(1);
	assert_string_equal(string(system, system[4]), "Amazon EC2");
	assert_string_equal(string(system, system[5]), "t3.nano");
	assert_string_equal(string(system, system[7]), "ec201234-5678-9abc-def0-0123456789ab");
	/* the same in binary: the first three fields little-endian */
	assert_int_equal(get(system + 8, 4), 0xec201234);
	assert_int_equal(get(system + 12, 2), 0x5678);
	assert_int_equal(system[16], 0xde);
	board = structure(2);
	assert_string_equal(string(board, board[8]), "i-0123456789abcdef0");
	assert_non_null(structure(0));
	assert_non_null(structure(3));
}

static void smbios_too_little_room_is_refused(void **state)
{
	size_t size, full = smbios_build(area, sizeof(area), GPA_TABLES, "i-1", "t");

	(void)state;
	for (size = 0; size < full; size++)
		assert_int_equal(smbios_build(area, size, GPA_TABLES, "i-1", "t"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_has_a_good_checksum),
		cmocka_unit_test(madt_lists_each_vcpu_once),
		cmocka_unit_test(too_little_room_is_refused),
		cmocka_unit_test(iasl_has_nothing_to_say),
		cmocka_unit_test(smbios_is_ec2s),
		cmocka_unit_test(smbios_too_little_room_is_refused),
	};

	return cmocka_run_group_tests_name("vmm_tables", tests, NULL, NULL);
}
