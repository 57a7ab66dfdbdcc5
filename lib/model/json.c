// SPDX-License-Identifier: LGPL-2.1-or-later
/* Structs to JSON and back, by their shapes. */
#include "model/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/shapes.h"

static void *at(const void *p, const struct ec2_field *field)
{
	return (char *)p + field->offset;
}

/* ---- to JSON ---- */

void ec2_json_time(int64_t ms, char text[EC2_JSON_TIME_LEN])
{
	time_t seconds = ms / 1000;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(text, EC2_JSON_TIME_LEN, "%Y-%m-%dT%H:%M:%S+00:00", &tm))
		text[0] = '\0';
}

/* The length of the UTF-8 sequence at `s`, 0 where none begins. */
static size_t sequence(const unsigned char *s)
{
	static const struct {
		unsigned char mask, value, length;
		uint32_t least;
	} kinds[] = {{0x80, 0, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800},
		     {0xf8, 0xf0, 4, 0x10000}};

	for (size_t k = 0; k < 4; k++) {
		uint32_t code;

		if ((s[0] & kinds[k].mask) != kinds[k].value)
			continue;
		code = s[0] & (unsigned char)~kinds[k].mask;
		for (size_t i = 1; i < kinds[k].length; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (s[i] & 0x3f);
		}
		if (code < kinds[k].least || code > 0x10ffff || (code >> 11) == 0x1b)
			return 0;
		return kinds[k].length;
	}
	return 0;
}

static json_t *text(const char *s)
{
	json_t *json = json_string(s);
	char *clean, *to;

	if (json)
		return json;
	clean = to = malloc(3 * strlen(s) + 1);
	if (!clean)
		return NULL;
	while (*s) {
		size_t n = sequence((const unsigned char *)s);

		memcpy(to, n ? s : "\xef\xbf\xbd", n ? n : 3);
		to += n ? n : 3;
		s += n ? n : 1;
	}
	*to = '\0';
	json = json_string(clean);
	free(clean);
	return json;
}

static json_t *strings(const struct ec2_strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < list->n; i++) {
		if (json_array_append_new(array, text(list->items[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *structs(const struct ec2_shape *shape, const struct ec2_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < list->n; i++) {
		const char *item = (const char *)list->items + i * shape->size;

		if (json_array_append_new(array, ec2_json_from_struct(shape, item))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *timestamp(int64_t ms)
{
	char iso[EC2_JSON_TIME_LEN];

	ec2_json_time(ms, iso);
	return json_string(iso);
}

static bool absent(const struct ec2_field *field, const void *p)
{
	bool zero_absent = field->flags & EC2_F_ZERO_ABSENT;

	switch (field->kind) {
	case EC2_STRING:
		return !*(char *const *)p;
	case EC2_BOOL:
		return false;
	case EC2_TRISTATE:
		return *(const enum ec2_bool *)p == EC2_ABSENT;
	case EC2_INT:
		return zero_absent && !*(const int32_t *)p;
	case EC2_LONG:
		return zero_absent && !*(const int64_t *)p;
	case EC2_OPTIONAL_INT:
		return !((const struct ec2_int *)p)->is_set;
	case EC2_TIME:
		return !*(const int64_t *)p;
	case EC2_STRUCT:
		return ec2_shape_absent(field->shape, p);
	case EC2_STRINGS:
		return !(field->flags & EC2_F_EMPTY_LIST) && !((const struct ec2_strings *)p)->n;
	case EC2_STRUCTS:
		return !(field->flags & EC2_F_EMPTY_LIST) && !((const struct ec2_list *)p)->n;
	}
	return true;
}

static json_t *value(const struct ec2_field *field, const void *p)
{
	switch (field->kind) {
	case EC2_STRING:
		return text(*(char *const *)p);
	case EC2_BOOL:
		return json_boolean(*(const bool *)p);
	case EC2_TRISTATE:
		return json_boolean(*(const enum ec2_bool *)p == EC2_TRUE);
	case EC2_INT:
		return json_integer(*(const int32_t *)p);
	case EC2_LONG:
		return json_integer(*(const int64_t *)p);
	case EC2_OPTIONAL_INT:
		return json_integer(((const struct ec2_int *)p)->value);
	case EC2_TIME:
		return timestamp(*(const int64_t *)p);
	case EC2_STRUCT:
		return ec2_json_from_struct(field->shape, p);
	case EC2_STRINGS:
		return strings(p);
	case EC2_STRUCTS:
		return structs(field->shape, p);
	}
	return NULL;
}

json_t *ec2_json_from_struct(const struct ec2_shape *shape, const void *p)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];

		if (absent(field, at(p, field)))
			continue;
		if (json_object_set_new(object, field->name, value(field, at(p, field)))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* ---- from JSON ---- */

/* Where we are in the document, from the inside out, for messages. */
struct path {
	const struct path *up;
	const char *name; /* NULL: an element of a list */
	size_t index;
};

static int from_object(const struct ec2_shape *shape, const json_t *json, void *p,
		       const struct path *path, char **error);

static void print_path(FILE *out, const struct path *path)
{
	if (!path)
		return;
	print_path(out, path->up);
	if (path->name)
		fprintf(out, "%s%s", path->up ? "." : "", path->name);
	else
		fprintf(out, "[%zu]", path->index);
}

static int wrong(char **error, const struct path *path, const char *what)
{
	size_t size;
	FILE *out = open_memstream(error, &size);

	if (!out)
		return -ENOMEM;
	if (path) {
		print_path(out, path);
		fputs(": ", out);
	}
	fputs(what, out);
	return fclose(out) ? -ENOMEM : -EINVAL;
}

static int from_string(const json_t *json, char **to, const struct path *path, char **error)
{
	if (!json_is_string(json))
		return wrong(error, path, "a string is wanted");
	if (json_string_length(json) != strlen(json_string_value(json)))
		return wrong(error, path, "a string without NUL is wanted");
	*to = strdup(json_string_value(json));
	return *to ? 0 : -ENOMEM;
}

static int from_integer(const struct ec2_field *field, const json_t *json, void *p,
			const struct path *path, char **error)
{
	json_int_t n = json_integer_value(json);

	if (!json_is_integer(json))
		return wrong(error, path, "a whole number is wanted");
	if (field->kind == EC2_LONG) {
		*(int64_t *)p = n;
		return 0;
	}
	if (n < INT32_MIN || n > INT32_MAX)
		return wrong(error, path, "the number is out of range");
	if (field->kind == EC2_OPTIONAL_INT)
		*(struct ec2_int *)p = (struct ec2_int){true, n};
	else
		*(int32_t *)p = n;
	return 0;
}

/* "2026-01-02T03:04:05", with fractions left out, and Z or an offset. */
static int from_time(const json_t *json, int64_t *to, const struct path *path, char **error)
{
	const char *s = json_string_value(json), *end = NULL;
	struct tm tm = {0};
	int hours = 0, minutes = 0;
	char sign = 0;

	if (json_is_integer(json)) {
		*to = json_integer_value(json) * 1000;
		return 0;
	}
	if (s)
		end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
	if (end && *end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (!end || (*end && strcmp(end, "Z") &&
		     sscanf(end, "%c%2d:%2d", &sign, &hours, &minutes) != 3))
		return wrong(error, path, "a time like 2026-01-02T03:04:05Z is wanted");
	*to = (int64_t)timegm(&tm) * 1000;
	*to -= (sign == '-' ? -1 : 1) * (hours * 60 + minutes) * INT64_C(60000);
	return 0;
}

static int from_strings(const json_t *json, struct ec2_strings *to, const struct path *path,
			char **error)
{
	if (!json_is_array(json))
		return wrong(error, path, "a list is wanted");
	for (size_t i = 0; i < json_array_size(json); i++) {
		struct path here = {path, NULL, i};
		char *item = NULL;
		int err = from_string(json_array_get(json, i), &item, &here, error);

		if (!err)
			err = ec2_strings_add(to, item);
		free(item);
		if (err)
			return err;
	}
	return 0;
}

static int from_structs(const struct ec2_shape *shape, const json_t *json, struct ec2_list *to,
			const struct path *path, char **error)
{
	if (!json_is_array(json))
		return wrong(error, path, "a list is wanted");
	for (size_t i = 0; i < json_array_size(json); i++) {
		struct path here = {path, NULL, i};
		void *item = ec2_list_add(to, shape);
		int err;

		if (!item)
			return -ENOMEM;
		err = from_object(shape, json_array_get(json, i), item, &here, error);
		if (err)
			return err;
	}
	return 0;
}

static int from_value(const struct ec2_field *field, const json_t *json, void *p,
		      const struct path *path, char **error)
{
	switch (field->kind) {
	case EC2_STRING:
		return from_string(json, p, path, error);
	case EC2_BOOL:
	case EC2_TRISTATE:
		if (!json_is_boolean(json))
			return wrong(error, path, "true or false is wanted");
		if (field->kind == EC2_BOOL)
			*(bool *)p = json_is_true(json);
		else
			*(enum ec2_bool *)p = json_is_true(json) ? EC2_TRUE : EC2_FALSE;
		return 0;
	case EC2_INT:
	case EC2_LONG:
	case EC2_OPTIONAL_INT:
		return from_integer(field, json, p, path, error);
	case EC2_TIME:
		return from_time(json, p, path, error);
	case EC2_STRUCT:
		return from_object(field->shape, json, p, path, error);
	case EC2_STRINGS:
		return from_strings(json, p, path, error);
	case EC2_STRUCTS:
		return from_structs(field->shape, json, p, path, error);
	}
	return -EINVAL;
}

static int from_object(const struct ec2_shape *shape, const json_t *json, void *p,
		       const struct path *path, char **error)
{
	const char *name;
	json_t *member;

	if (!json_is_object(json))
		return wrong(error, path, "an object is wanted");
	json_object_foreach((json_t *)json, name, member) {
		const struct ec2_field *field = ec2_shape_field(shape, name);
		struct path here = {path, name, 0};
		int err;

		if (!field)
			return wrong(error, &here, "there is no such member");
		if (json_is_null(member))
			continue;
		err = from_value(field, member, at(p, field), &here, error);
		if (err)
			return err;
	}
	return 0;
}

int ec2_json_to_struct(const struct ec2_shape *shape, const json_t *json, void *p, char **error)
{
	int err;

	*error = NULL;
	memset(p, 0, shape->size);
	err = from_object(shape, json, p, NULL, error);
	if (err)
		ec2_shape_clear(shape, p);
	return err;
}
