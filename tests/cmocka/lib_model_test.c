// SPDX-License-Identifier: LGPL-2.1-or-later
/* The shape tables cover every byte of every public struct, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/shapes.h"

#define HEADERS "lib/include/ec2ctl"

static const struct named {
	const char *name;
	const struct ec2_shape *shape;
} shapes[] = {
#define ROW(noun) {"ec2_" #noun, &ec2_shape_##noun},
	EC2_SHAPES(ROW)};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* Structs of the headers that are not data: handles and what lists are made of. */
static const char *const not_data[] = {"ec2_strings", "ec2_list", "ec2_int", "ec2_error",
				       "ec2_options"};

static size_t alignment(const struct ec2_shape *shape);

static size_t field_alignment(const struct ec2_field *field)
{
	return field->kind == EC2_STRUCT    ? alignment(field->shape)
	       : field->kind == EC2_STRINGS ? _Alignof(struct ec2_strings)
	       : field->kind == EC2_STRUCTS ? _Alignof(struct ec2_list)
	       : field->kind == EC2_OPTIONAL_INT ? _Alignof(struct ec2_int)
					    : field->size;
}

static size_t alignment(const struct ec2_shape *shape)
{
	size_t most = 1;

	for (size_t i = 0; i < shape->n_fields; i++) {
		if (field_alignment(&shape->fields[i]) > most)
			most = field_alignment(&shape->fields[i]);
	}
	return most;
}

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* In the order of the members, each field begins where the one before it ends. */
static void every_byte_is_covered(void **state)
{
	(void)state;
	for (size_t s = 0; s < N_SHAPES; s++) {
		const struct ec2_shape *shape = shapes[s].shape;
		size_t end = 0;

		for (size_t i = 0; i < shape->n_fields; i++) {
			const struct ec2_field *field = &shape->fields[i];

			if (field->offset != round_up(end, field_alignment(field)))
				fail_msg("%s.%s begins at %zu, expected %zu", shapes[s].name,
					 field->member, field->offset, end);
			end = field->offset + field->size;
		}
		if (shape->size != round_up(end, alignment(shape)))
			fail_msg("%s: %zu of %zu bytes", shapes[s].name, end, shape->size);
	}
}

static const struct ec2_shape *shape_of(const char *name)
{
	for (size_t s = 0; s < N_SHAPES; s++) {
		if (strcmp(shapes[s].name, name) == 0)
			return shapes[s].shape;
	}
	return NULL;
}

/* The member's name is the last word before the semicolon. */
static void check_member(const char *name, const struct ec2_shape *shape, char *line, size_t *n)
{
	char *end = strchr(line, ';'), *begin;

	if (!end || strstr(line, "/*") == line)
		return;
	*end = 0;
	for (begin = end; begin > line && !strchr(" *\t", begin[-1]); begin--)
		;
	if (*n >= shape->n_fields || strcmp(shape->fields[*n].member, begin))
		fail_msg("struct %s: member %s has no field in its place", name, begin);
	++*n;
}

static size_t check_header(const char *path)
{
	const struct ec2_shape *shape = NULL;
	char line[512], name[64];
	size_t n = 0, structs = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *text = line + strspn(line, " \t");
		bool data = true;

		if (sscanf(line, "struct %63s {", name) == 1 && strstr(line, "{")) {
			for (size_t i = 0; i < sizeof(not_data) / sizeof(not_data[0]); i++)
				data = data && strcmp(not_data[i], name) != 0;
			shape = shape_of(name);
			if (data && !shape)
				fail_msg("%s: struct %s has no shape", path, name);
			n = 0;
			structs += data;
		} else if (shape && line[0] == '}') {
			assert_int_equal(n, shape->n_fields);
			shape = NULL;
		} else if (shape) {
			check_member(name, shape, text, &n);
		}
	}
	fclose(f);
	return structs;
}

/* A bool forgotten in another's padding would not be missed by counting bytes. */
static void every_member_has_a_field(void **state)
{
	struct dirent **entries;
	size_t structs = 0;
	int n = scandir(HEADERS, &entries, NULL, alphasort);

	(void)state;
	assert_true(n > 2);
	for (int i = 0; i < n; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", HEADERS, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			structs += check_header(path);
		free(entries[i]);
	}
	free(entries);
	assert_int_equal(structs, N_SHAPES);
}

/* EC2's names: CamelCase, each once. */
static void names_are_of_ec2(void **state)
{
	(void)state;
	for (size_t s = 0; s < N_SHAPES; s++) {
		const struct ec2_shape *shape = shapes[s].shape;

		for (size_t i = 0; i < shape->n_fields; i++) {
			const char *name = shape->fields[i].name;

			assert_in_range(name[0], 'A', 'Z');
			assert_null(strpbrk(name, "_- ."));
			assert_ptr_equal(ec2_shape_field(shape, name), &shape->fields[i]);
		}
	}
}

static void requests_have_help(void **state)
{
	(void)state;
	for (size_t a = 0; a < ec2_n_actions; a++) {
		const struct ec2_shape *request = ec2_actions[a].request;

		assert_non_null(ec2_actions[a].example);
		assert_non_null(ec2_actions[a].summary);
		for (size_t i = 0; i < request->n_fields; i++)
			assert_non_null(request->fields[i].help);
		assert_ptr_equal(ec2_action_find(ec2_actions[a].command), &ec2_actions[a]);
	}
}

/* Every kind of member, filled, copied and released: the leak checker sees what is forgotten. */
static void fill(const struct ec2_shape *shape, void *p, int depth)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];
		void *member = (char *)p + field->offset;

		if (field->kind == EC2_STRING)
			*(char **)member = strdup(field->name);
		else if (field->kind == EC2_STRINGS)
			assert_int_equal(ec2_strings_add(member, field->name), 0);
		else if (field->kind == EC2_STRUCT)
			fill(field->shape, member, depth + 1);
		else if (field->kind == EC2_STRUCTS)
			fill(field->shape, ec2_list_add(member, field->shape), depth + 1);
		else if (field->kind == EC2_OPTIONAL_INT)
			*(struct ec2_int *)member = (struct ec2_int){true, 0};
		else
			memset(member, 1,
			       field->size > 1 && field->kind != EC2_TRISTATE ? field->size : 1);
	}
}

static void copies_and_releases(void **state)
{
	(void)state;
	for (size_t s = 0; s < N_SHAPES; s++) {
		const struct ec2_shape *shape = shapes[s].shape;
		void *from = calloc(1, shape->size), *to = calloc(1, shape->size);

		fill(shape, from, 0);
		assert_false(ec2_shape_absent(shape, from));
		assert_int_equal(ec2_shape_copy(shape, to, from), 0);
		ec2_shape_clear(shape, from);
		assert_false(ec2_shape_absent(shape, to));
		ec2_shape_clear(shape, to);
		free(from);
		free(to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_covered), cmocka_unit_test(every_member_has_a_field),
		cmocka_unit_test(names_are_of_ec2),	 cmocka_unit_test(requests_have_help),
		cmocka_unit_test(copies_and_releases),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
