// SPDX-License-Identifier: LGPL-2.1-or-later
/* Filters: values found by a path over the shapes, compared as text. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/request.h"

bool ec2_match(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	/* on a mismatch the last star takes one character more; earlier ones need not be tried */
	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern == '\\' && pattern[1] && pattern[1] == *text) {
			pattern += 2;
			text++;
		} else if (*pattern == '?' || (*pattern == *text && *pattern != '\\')) {
			pattern++;
			text++;
		} else if (*pattern == '\\' && !pattern[1] && *text == '\\') {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool match_any(const struct ec2_strings *patterns, const char *text)
{
	for (size_t i = 0; i < patterns->n; i++) {
		if (ec2_match(patterns->items[i], text))
			return true;
	}
	return false;
}

static void time_text(int64_t ms, char *text, size_t size)
{
	time_t seconds = ms / 1000;
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%03dZ", (int)(ms % 1000));
}

static bool match_scalar(const struct ec2_field *field, const void *p,
			 const struct ec2_strings *patterns)
{
	char text[48];

	switch (field->kind) {
	case EC2_STRING:
		return *(char *const *)p && match_any(patterns, *(char *const *)p);
	case EC2_BOOL:
		return match_any(patterns, *(const bool *)p ? "true" : "false");
	case EC2_TRISTATE:
		if (*(const enum ec2_bool *)p == EC2_ABSENT)
			return false;
		return match_any(patterns,
				 *(const enum ec2_bool *)p == EC2_TRUE ? "true" : "false");
	case EC2_INT:
		snprintf(text, sizeof(text), "%d", *(const int32_t *)p);
		return match_any(patterns, text);
	case EC2_OPTIONAL_INT:
		snprintf(text, sizeof(text), "%d", ((const struct ec2_int *)p)->value);
		return ((const struct ec2_int *)p)->is_set && match_any(patterns, text);
	case EC2_LONG:
		snprintf(text, sizeof(text), "%lld", (long long)*(const int64_t *)p);
		return match_any(patterns, text);
	case EC2_TIME:
		if (!*(const int64_t *)p)
			return false;
		time_text(*(const int64_t *)p, text, sizeof(text));
		return match_any(patterns, text);
	default:
		return false;
	}
}

static bool match_path(const struct ec2_shape *shape, const void *p, const char *path,
		       const struct ec2_strings *patterns);

static bool match_strings(const struct ec2_strings *list, const struct ec2_strings *patterns)
{
	for (size_t i = 0; i < list->n; i++) {
		if (match_any(patterns, list->items[i]))
			return true;
	}
	return false;
}

static bool match_list(const struct ec2_field *field, const struct ec2_list *list, const char *path,
		       const struct ec2_strings *patterns)
{
	for (size_t i = 0; i < list->n; i++) {
		if (match_path(field->shape, (char *)list->items + i * field->shape->size, path,
			       patterns))
			return true;
	}
	return false;
}

static bool match_path(const struct ec2_shape *shape, const void *p, const char *path,
		       const struct ec2_strings *patterns)
{
	size_t n = strcspn(path, ".");

	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];
		const char *member = (const char *)p + field->offset;
		const char *rest = path[n] ? path + n + 1 : "";

		if (strncmp(field->name, path, n) || field->name[n])
			continue;
		if (field->kind == EC2_STRUCT)
			return match_path(field->shape, member, rest, patterns);
		if (field->kind == EC2_STRUCTS)
			return match_list(field, (const struct ec2_list *)member, rest, patterns);
		if (field->kind == EC2_STRINGS)
			return match_strings((const struct ec2_strings *)member, patterns);
		return match_scalar(field, member, patterns);
	}
	return false;
}

/* tag:KEY takes the key as it is; the value may have wildcards. */
static bool match_tag(const struct ec2_list *tags, const char *key,
		      const struct ec2_strings *patterns)
{
	const struct ec2_tag *tag = tags->items;

	for (size_t i = 0; i < tags->n; i++, tag++) {
		if (strcmp(tag->key, key) == 0 && match_any(patterns, tag->value))
			return true;
	}
	return false;
}

const struct ec2_field *ec2_tags_field(const struct ec2_shape *shape)
{
	const struct ec2_field *tags = ec2_shape_field(shape, "Tags");

	return tags ? tags : ec2_shape_field(shape, "TagSet");
}

static bool match_filter(const struct ec2_lister *lister, const struct ec2_filter *filter,
			 const void *outer, const void *item)
{
	const struct ec2_field *tags = ec2_tags_field(lister->shape);

	if (tags && strcmp(filter->name, "tag-key") == 0)
		return match_list(tags, (const struct ec2_list *)((const char *)item + tags->offset),
				  "Key", &filter->values);
	if (tags && strncmp(filter->name, "tag:", 4) == 0)
		return match_tag((const struct ec2_list *)((const char *)item + tags->offset),
				 filter->name + 4, &filter->values);
	for (size_t i = 0; i < lister->n_rows; i++) {
		const struct ec2_filter_row *row = &lister->rows[i];

		if (strcmp(row->name, filter->name) == 0)
			return match_path(row->outer ? lister->outer_shape : lister->shape,
					  row->outer ? outer : item, row->path, &filter->values);
	}
	return false;
}

int ec2_lister_take(struct ec2_lister *lister, int64_t seq, const void *outer, const void *item)
{
	const struct ec2_filter *filter = lister->filters->items;

	if (seq <= lister->after || lister->more)
		return 0;
	for (size_t i = 0; i < lister->filters->n; i++) {
		if (!match_filter(lister, &filter[i], outer, item))
			return 0;
	}
	if (lister->max && lister->taken == lister->max) {
		lister->more = true;
		return 0;
	}
	lister->taken++;
	lister->last = seq;
	return 1;
}
