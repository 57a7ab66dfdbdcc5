// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Values of flags: plain text, JSON, and the AWS command line's shorthand:
 *	Key=a,Value=b            a struct
 *	Name=n,Values=a,b        a list of strings goes on up to the next KEY=
 *	Tags=[{Key=a,Value=b}]   lists and structs inside
 * Quotation marks, single or double, and \, keep commas and brackets from being read.
 */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16

struct reader {
	const char *text, *at;
	char **error;
	int depth;
};

static json_t *read_struct(struct reader *r, const struct ec2_shape *shape);

static json_t *fail(struct reader *r, const char *why)
{
	if (!*r->error &&
	    asprintf(r->error, "%s at character %td of '%s'", why, r->at - r->text + 1, r->text) < 0)
		*r->error = NULL;
	return NULL;
}

static json_t *integer(const char *text, char **error)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end || errno) {
		if (asprintf(error, "a whole number is wanted, not '%s'", text) < 0)
			*error = NULL;
		return NULL;
	}
	return json_integer(n);
}

/* Text as a scalar of the member's kind; a string for all that are not numbers or booleans. */
static json_t *scalar(enum ec2_kind kind, const char *text, char **error)
{
	json_t *json = NULL;

	switch (kind) {
	case EC2_BOOL:
	case EC2_TRISTATE:
		if (!strcasecmp(text, "true"))
			return json_true();
		if (!strcasecmp(text, "false"))
			return json_false();
		if (asprintf(error, "true or false is wanted, not '%s'", text) < 0)
			*error = NULL;
		return NULL;
	case EC2_INT:
	case EC2_LONG:
	case EC2_OPTIONAL_INT:
		return integer(text, error);
	default:
		json = json_string(text);
		if (!json)
			*error = strdup("the text is not UTF-8");
		return json;
	}
}

/* Up to the closing mark; a backslash keeps the mark. */
static bool read_quoted(struct reader *r, char *to)
{
	char mark = *r->at++;

	for (; *r->at && *r->at != mark; r->at++) {
		if (*r->at == '\\' && (r->at[1] == mark || r->at[1] == '\\'))
			r->at++;
		*to++ = *r->at;
	}
	*to = '\0';
	if (!*r->at) {
		fail(r, "a quotation mark is not closed");
		return false;
	}
	r->at++;
	return true;
}

/* Where an unquoted value ends: at a comma, and inside brackets at a closing one. */
static bool ends(const struct reader *r)
{
	return !*r->at || *r->at == ',' || (r->depth > 0 && (*r->at == ']' || *r->at == '}'));
}

static json_t *read_scalar(struct reader *r, enum ec2_kind kind)
{
	char *text = malloc(strlen(r->at) + 1), *to = text;
	json_t *json = NULL;

	if (!text)
		return NULL;
	if (*r->at == '\'' || *r->at == '"') {
		if (!read_quoted(r, text))
			goto out;
		if (!ends(r)) {
			fail(r, "',' is wanted");
			goto out;
		}
	} else {
		for (; !ends(r); r->at++) {
			if (*r->at == '\\' && r->at[1] == ',')
				r->at++;
			*to++ = *r->at;
		}
		*to = '\0';
	}
	json = scalar(kind, text, r->error);
out:
	free(text);
	return json;
}

/* Does KEY= begin here? */
static bool key_ahead(const char *at)
{
	size_t length;

	at += strspn(at, " \t\n");
	length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/#");
	return length && at[length] == '=';
}

static void skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\n");
}

/* Behind '[': items up to ']'. */
static json_t *read_list(struct reader *r, const struct ec2_field *field)
{
	json_t *list = json_array();

	r->at++;
	r->depth++;
	skip_blanks(r);
	while (*r->at != ']') {
		json_t *item = NULL;

		if (field->kind == EC2_STRINGS)
			item = read_scalar(r, EC2_STRING);
		else if (*r->at == '{')
			item = read_struct(r, field->shape);
		else
			fail(r, "'{' is wanted");
		if (!item || json_array_append_new(list, item))
			goto fail;
		skip_blanks(r);
		if (*r->at == ',') {
			r->at++;
			skip_blanks(r);
		} else if (*r->at != ']') {
			fail(r, "',' or ']' is wanted");
			goto fail;
		}
	}
	r->at++;
	r->depth--;
	return list;
fail:
	json_decref(list);
	return NULL;
}

static json_t *read_bare_list(struct reader *r, const struct ec2_field *field)
{
	json_t *list = json_array(), *item;

	if (field->kind == EC2_STRUCTS) {
		item = *r->at == '{' ? read_struct(r, field->shape) : fail(r, "'[' is wanted");
		if (!item || json_array_append_new(list, item))
			goto fail;
		return list;
	}
	for (;;) {
		item = read_scalar(r, EC2_STRING);
		if (!item || json_array_append_new(list, item))
			goto fail;
		if (*r->at != ',' || key_ahead(r->at + 1))
			return list;
		r->at++;
	}
fail:
	json_decref(list);
	return NULL;
}

static json_t *read_value(struct reader *r, const struct ec2_field *field)
{
	switch (field->kind) {
	case EC2_STRUCT:
		return *r->at == '{' ? read_struct(r, field->shape) : fail(r, "'{' is wanted");
	case EC2_STRINGS:
	case EC2_STRUCTS:
		return *r->at == '[' ? read_list(r, field) : read_bare_list(r, field);
	default:
		return read_scalar(r, field->kind);
	}
}

static json_t *unknown_key(struct reader *r, const struct ec2_shape *shape, const char *key)
{
	const char *names[shape->n_fields + 1];
	const char *near;
	char *why;

	for (size_t i = 0; i < shape->n_fields; i++)
		names[i] = shape->fields[i].name;
	names[shape->n_fields] = NULL;
	near = suggest(key, names);
	if (asprintf(&why, "there is no key '%s'%s%s%s", key, near ? " (did you mean '" : "",
		     near ? near : "", near ? "'?)" : "") < 0)
		return NULL;
	fail(r, why);
	free(why);
	return NULL;
}

/* KEY=VALUE into the object. */
static bool read_pair(struct reader *r, const struct ec2_shape *shape, json_t *object)
{
	const struct ec2_field *field;
	size_t length;
	json_t *value;
	char *key;

	skip_blanks(r);
	length = strcspn(r->at, "=,{}[]");
	if (!length || r->at[length] != '=') {
		fail(r, "KEY=VALUE is wanted");
		return false;
	}
	key = strndup(r->at, length);
	field = key ? ec2_shape_field(shape, key) : NULL;
	if (key && !field)
		unknown_key(r, shape, key);
	else if (field && json_object_get(object, key))
		fail(r, "this key stands here twice");
	free(key);
	if (!field || *r->error)
		return false;
	r->at += length + 1;
	value = read_value(r, field);
	return value && !json_object_set_new(object, field->name, value);
}

/* '{' and '}' around it are wanted inside other values, and left out at the top. */
static json_t *read_struct(struct reader *r, const struct ec2_shape *shape)
{
	bool braces = *r->at == '{';
	json_t *object = json_object();

	if (braces)
		r->at++;
	r->depth += braces;
	if (r->depth > MAX_DEPTH) {
		fail(r, "nested too deeply");
		goto fail;
	}
	skip_blanks(r);
	while (!(braces && *r->at == '}')) {
		if (!read_pair(r, shape, object))
			goto fail;
		if (braces)
			skip_blanks(r);
		if (*r->at == ',') {
			r->at++;
		} else if (!*r->at && !braces) {
			return object;
		} else if (!braces || *r->at != '}') {
			fail(r, braces ? "',' or '}' is wanted" : "',' is wanted");
			goto fail;
		}
	}
	r->at++;
	r->depth--;
	return object;
fail:
	json_decref(object);
	return NULL;
}

static json_t *from_json(const char *text, char **error)
{
	json_error_t why;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);

	if (!json && asprintf(error, "bad JSON: %s (line %d, column %d)", why.text, why.line,
			      why.column) < 0)
		*error = NULL;
	return json;
}

bool shorthand_is_box(const struct ec2_field *field)
{
	return field->kind == EC2_STRUCT && field->shape->n_fields == 1 &&
	       field->shape->fields[0].kind < EC2_STRUCT;
}

/* "m5.large" for "Value=m5.large" */
static json_t *box(const struct ec2_field *field, const char *text, char **error)
{
	const struct ec2_field *inside = &field->shape->fields[0];
	size_t length = strlen(inside->name);
	json_t *object, *value;

	if (!strncmp(text, inside->name, length) && text[length] == '=')
		text += length + 1;
	value = scalar(inside->kind, text, error);
	if (!value)
		return NULL;
	object = json_object();
	json_object_set_new(object, inside->name, value);
	return object;
}

json_t *shorthand_value(const struct ec2_field *field, const char *text, char **error)
{
	struct reader r = {.text = text, .at = text, .error = error};
	char first = text[strspn(text, " \t\r\n")];

	*error = NULL;
	switch (field->kind) {
	case EC2_STRINGS:
		return first == '[' ? from_json(text, error) : scalar(EC2_STRING, text, error);
	case EC2_STRUCTS:
		if (first == '[')
			return from_json(text, error);
		/* fall through */
	case EC2_STRUCT:
		if (first == '{')
			return from_json(text, error);
		if (shorthand_is_box(field))
			return box(field, text, error);
		return read_struct(&r, field->shape);
	default:
		return scalar(field->kind, text, error);
	}
}
