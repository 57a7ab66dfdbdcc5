// SPDX-License-Identifier: LGPL-2.1-or-later
/* Walks over any struct that has a shape. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/shapes.h"

static void *at(const void *p, const struct ec2_field *field)
{
	return (char *)p + field->offset;
}

static void strings_clear(struct ec2_strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

static void list_clear(const struct ec2_shape *shape, struct ec2_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		ec2_shape_clear(shape, (char *)list->items + i * shape->size);
	free(list->items);
}

void ec2_shape_clear(const struct ec2_shape *shape, void *p)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];

		switch (field->kind) {
		case EC2_STRING:
			free(*(char **)at(p, field));
			break;
		case EC2_STRUCT:
			ec2_shape_clear(field->shape, at(p, field));
			break;
		case EC2_STRINGS:
			strings_clear(at(p, field));
			break;
		case EC2_STRUCTS:
			list_clear(field->shape, at(p, field));
			break;
		default:
			break;
		}
	}
	memset(p, 0, shape->size);
}

static int strings_copy(struct ec2_strings *to, const struct ec2_strings *from)
{
	for (size_t i = 0; i < from->n; i++) {
		if (ec2_strings_add(to, from->items[i]))
			return -ENOMEM;
	}
	return 0;
}

static int list_copy(const struct ec2_shape *shape, struct ec2_list *to,
		     const struct ec2_list *from)
{
	for (size_t i = 0; i < from->n; i++) {
		void *item = ec2_list_add(to, shape);

		if (!item ||
		    ec2_shape_copy(shape, item, (const char *)from->items + i * shape->size))
			return -ENOMEM;
	}
	return 0;
}

static int string_copy(char **to, char *const *from)
{
	if (!*from)
		return 0;
	*to = strdup(*from);
	return *to ? 0 : -ENOMEM;
}

static int field_copy(const struct ec2_field *field, void *to, const void *from)
{
	switch (field->kind) {
	case EC2_STRING:
		return string_copy(to, from);
	case EC2_STRUCT:
		return ec2_shape_copy(field->shape, to, from);
	case EC2_STRINGS:
		return strings_copy(to, from);
	case EC2_STRUCTS:
		return list_copy(field->shape, to, from);
	default:
		memcpy(to, from, field->size);
		return 0;
	}
}

int ec2_shape_copy(const struct ec2_shape *shape, void *to, const void *from)
{
	memset(to, 0, shape->size);
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];

		if (field_copy(field, at(to, field), at(from, field))) {
			ec2_shape_clear(shape, to);
			return -ENOMEM;
		}
	}
	return 0;
}

static bool field_absent(const struct ec2_field *field, const void *p)
{
	switch (field->kind) {
	case EC2_STRING:
		return !*(char *const *)p;
	case EC2_BOOL:
		return false; /* always says something */
	case EC2_TRISTATE:
		return *(const enum ec2_bool *)p == EC2_ABSENT;
	case EC2_INT:
		return !*(const int32_t *)p;
	case EC2_OPTIONAL_INT:
		return !((const struct ec2_int *)p)->is_set;
	case EC2_LONG:
	case EC2_TIME:
		return !*(const int64_t *)p;
	case EC2_STRUCT:
		return ec2_shape_absent(field->shape, p);
	case EC2_STRINGS:
		return !((const struct ec2_strings *)p)->n;
	case EC2_STRUCTS:
		return !((const struct ec2_list *)p)->n;
	}
	return true;
}

bool ec2_shape_absent(const struct ec2_shape *shape, const void *p)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (!field_absent(&shape->fields[i], at(p, &shape->fields[i])))
			return false;
	}
	return true;
}

const struct ec2_field *ec2_shape_field(const struct ec2_shape *shape, const char *name)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (strcmp(shape->fields[i].name, name) == 0)
			return &shape->fields[i];
	}
	return NULL;
}

void *ec2_list_add(struct ec2_list *list, const struct ec2_shape *shape)
{
	char *items = reallocarray(list->items, list->n + 1, shape->size);

	if (!items)
		return NULL;
	list->items = items;
	return memset(items + list->n++ * shape->size, 0, shape->size);
}

int ec2_strings_add(struct ec2_strings *list, const char *string)
{
	char **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->n] = strdup(string);
	if (!items[list->n])
		return -ENOMEM;
	list->n++;
	return 0;
}
