/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests to a region on the scripted kernel, as tables of what EC2 answers. */
#ifndef TESTS_LIB_REGION_H
#define TESTS_LIB_REGION_H

#include <jansson.h>

#include "fake_kernel.h"

struct region {
	struct fake fake;
	struct ec2 *ec2;
	struct {
		char name[24];
		char *value;
	} values[64]; /* $NAME in requests */
	size_t n;
};

struct region *region_new(void);
void region_free(struct region *region);
/* cmocka's, of a test whose state is a region */
int region_tear_down(void **state);
/* Close and open the region. */
void region_reopen(struct region *region);
/* $NAME from now on; the value is the region's to free. */
void region_set(struct region *region, const char *name, char *value);
const char *region_get(const struct region *region, const char *name);

/* One request and its answer: an error's code and a part of its message, or NULL. */
struct region_row {
	const char *action;
	const char *request; /* JSON; $NAME stands for a value, ' for " */
	const char *code;
	const char *message;
};
void region_check(struct region *region, const struct region_row *row);
void region_rows(struct region *region, const struct region_row *rows, size_t n);
#define REGION_ROWS(region, rows) region_rows(region, rows, sizeof(rows) / sizeof((rows)[0]))
/* The request of a Describe action with one filter. */
#define FILTER(name, value) "{'Filters': [{'Name': '" name "', 'Values': ['" value "']}]}"

/* One request that succeeds: the answer has `value` (with $NAME; NULL: anything) at `path`. */
struct region_step {
	const char *action;
	const char *request;
	const char *path;
	const char *value;
	const char *keep; /* what is there is $KEEP from now on; NULL: it is not wanted */
};
void region_steps(struct region *region, const struct region_step *steps, size_t n);
#define REGION_STEPS(region, steps) region_steps(region, steps, sizeof(steps) / sizeof((steps)[0]))

/* It succeeds. */
void region_must(struct region *region, const char *action, const char *request);
/* And its answer has that value there: a path of names and indexes, a list's value is its length. */
void region_expect(struct region *region, const char *action, const char *request, const char *path,
		   const char *value);
/* Call an action by its tables. The answer, or NULL when it has none or fails. */
json_t *region_call(struct region *region, const char *name, const char *template, int *ret);
/* The value at a path, as text, to be freed; "" when there is none. */
char *region_value(json_t *json, const char *path);

#endif
