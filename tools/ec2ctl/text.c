// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * --output text, as the AWS command line has it: one line per object, its scalars in the order of
 * their names with tabs between, then what is nested, each line led by the member's name.
 */
#include "cli.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *text_scalar(const json_t *json, const char *null)
{
	char *text;

	if (!json || json_is_null(json))
		return strdup(null);
	if (json_is_string(json))
		return strdup(json_string_value(json));
	if (json_is_boolean(json))
		return strdup(json_is_true(json) ? "True" : "False");
	text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	return text ? text : strdup("");
}

static bool is_scalar(const json_t *json)
{
	return !json_is_object(json) && !json_is_array(json);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Add the names of the object's scalar (or other) members to a sorted set without doubles. */
static size_t names_of(json_t *object, bool scalars, const char **names, size_t n)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t i = 0;

		if (is_scalar(value) != scalars)
			continue;
		while (i < n && strcmp(names[i], key))
			i++;
		if (i == n)
			names[n++] = key;
	}
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	return n;
}

static void cell(FILE *out, bool *first, const char *text)
{
	fprintf(out, "%s%s", *first ? "" : "\t", text);
	*first = false;
}

static void label(FILE *out, bool *first, const char *name)
{
	if (!name)
		return;
	cell(out, first, "");
	for (; *name; name++)
		fputc(toupper((unsigned char)*name), out);
}

static void print(FILE *out, json_t *json, const char *name);

static void print_object(FILE *out, json_t *object, const char *name, const char **scalars,
			 size_t n_scalars)
{
	const char *others[json_object_size(object) + 1];
	size_t n = names_of(object, false, others, 0);
	bool first = true;

	if (n_scalars) {
		label(out, &first, name);
		for (size_t i = 0; i < n_scalars; i++) {
			json_t *member = json_object_get(object, scalars[i]);
			char *text = text_scalar(member, member ? "None" : "");

			cell(out, &first, text);
			free(text);
		}
		fputc('\n', out);
	}
	for (size_t i = 0; i < n; i++)
		print(out, json_object_get(object, others[i]), others[i]);
}

static void print_scalars(FILE *out, json_t *list, const char *name)
{
	bool first = true;

	/* a named list of scalars is a line each, as the AWS command line has it */
	for (size_t i = 0; i < json_array_size(list); i++) {
		char *text = text_scalar(json_array_get(list, i), "None");

		if (name)
			label(out, &first, name);
		cell(out, &first, text);
		free(text);
		if (name) {
			fputc('\n', out);
			first = true;
		}
	}
	if (!name && json_array_size(list))
		fputc('\n', out);
}

static void print_list(FILE *out, json_t *list, const char *name)
{
	size_t n = json_array_size(list), most = 0, n_scalars = 0;
	const char **scalars;
	bool plain = true;

	for (size_t i = 0; i < n; i++) {
		plain = plain && is_scalar(json_array_get(list, i));
		most += json_object_size(json_array_get(list, i));
	}
	if (plain) {
		print_scalars(out, list, name);
		return;
	}
	scalars = calloc(most + 1, sizeof(*scalars));
	if (!scalars)
		return;
	/* the same columns for all objects of a list */
	for (size_t i = 0; i < n; i++)
		n_scalars = names_of(json_array_get(list, i), true, scalars, n_scalars);
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_array_get(list, i);

		if (json_is_object(item))
			print_object(out, item, name, scalars, n_scalars);
		else
			print(out, item, name);
	}
	free(scalars);
}

static void print(FILE *out, json_t *json, const char *name)
{
	if (json_is_object(json)) {
		const char *scalars[json_object_size(json) + 1];
		size_t n = names_of(json, true, scalars, 0);

		print_object(out, json, name, scalars, n);
	} else if (json_is_array(json)) {
		print_list(out, json, name);
	} else {
		char *text = text_scalar(json, "None");

		fprintf(out, "%s\n", text);
		free(text);
	}
}

void text_print(FILE *out, json_t *json)
{
	print(out, json, NULL);
}
