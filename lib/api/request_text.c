// SPDX-License-Identifier: LGPL-2.1-or-later
/* A request as text, to tell whether two are the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/describe.h"
#include "model/shapes.h"

static void put_shape(FILE *f, const struct ec2_shape *shape, const void *p, const char *without);

/* With its length before it, so that no text can look like two. */
static void put_text(FILE *f, const char *text)
{
	if (text)
		fprintf(f, "%zu:%s,", strlen(text), text);
	else
		fputs("-,", f);
}

static void put_list(FILE *f, const struct ec2_field *field, const struct ec2_list *list)
{
	fprintf(f, "%zu[", list->n);
	for (size_t i = 0; i < list->n; i++)
		put_shape(f, field->shape, (const char *)list->items + i * field->shape->size, "");
	fputs("]", f);
}

static void put_field(FILE *f, const struct ec2_field *field, const void *p)
{
	const struct ec2_strings *strings = p;
	const struct ec2_int *optional = p;

	switch (field->kind) {
	case EC2_STRING:
		put_text(f, *(char *const *)p);
		break;
	case EC2_BOOL:
		fprintf(f, "%d,", *(const bool *)p);
		break;
	case EC2_TRISTATE:
		fprintf(f, "%d,", (int)*(const enum ec2_bool *)p);
		break;
	case EC2_INT:
		fprintf(f, "%d,", *(const int32_t *)p);
		break;
	case EC2_OPTIONAL_INT:
		fprintf(f, optional->is_set ? "%d," : "-,", optional->value);
		break;
	case EC2_LONG:
	case EC2_TIME:
		fprintf(f, "%lld,", (long long)*(const int64_t *)p);
		break;
	case EC2_STRUCT:
		put_shape(f, field->shape, p, "");
		break;
	case EC2_STRINGS:
		fprintf(f, "%zu[", strings->n);
		for (size_t i = 0; i < strings->n; i++)
			put_text(f, strings->items[i]);
		fputs("]", f);
		break;
	case EC2_STRUCTS:
		put_list(f, field, p);
		break;
	}
}

static void put_shape(FILE *f, const struct ec2_shape *shape, const void *p, const char *without)
{
	fputs("{", f);
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (strcmp(shape->fields[i].name, without))
			put_field(f, &shape->fields[i], (const char *)p + shape->fields[i].offset);
	}
	fputs("}", f);
}

char *ec2_request_text(const struct ec2_shape *shape, const void *request, const char *without)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	put_shape(f, shape, request, without);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
