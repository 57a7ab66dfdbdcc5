// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib_region.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/json.h"
#include "model/shapes.h"

struct region *region_new(void)
{
	struct region *region = calloc(1, sizeof(*region));

	assert_non_null(region);
	fake_make(&region->fake);
	region->ec2 = fake_open(&region->fake);
	return region;
}

void region_free(struct region *region)
{
	ec2_close(region->ec2);
	fake_remove(&region->fake);
	for (size_t i = 0; i < region->n; i++)
		free(region->values[i].value);
	free(region);
}

int region_tear_down(void **state)
{
	region_free(*state);
	return 0;
}

void region_reopen(struct region *region)
{
	ec2_close(region->ec2);
	region->ec2 = fake_open(&region->fake);
}

/* ---- $NAME ---- */

void region_set(struct region *region, const char *name, char *value)
{
	size_t i;

	for (i = 0; i < region->n && strcmp(region->values[i].name, name); i++)
		;
	assert_true(i < sizeof(region->values) / sizeof(region->values[0]));
	assert_non_null(value);
	if (i == region->n)
		region->n++;
	snprintf(region->values[i].name, sizeof(region->values[i].name), "%s", name);
	free(region->values[i].value);
	region->values[i].value = value;
}

/* The one whose name is the first `n` characters. */
static const char *find(const struct region *region, const char *name, size_t n)
{
	for (size_t i = 0; i < region->n; i++) {
		if (strlen(region->values[i].name) == n &&
		    strncmp(region->values[i].name, name, n) == 0)
			return region->values[i].value;
	}
	fail_msg("$%.*s is not set", (int)n, name);
	return NULL;
}

const char *region_get(const struct region *region, const char *name)
{
	return find(region, name, strlen(name));
}

/* The text with its $NAMEs replaced, and ' by ". */
static char *expand(const struct region *region, const char *template)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	while (*template) {
		size_t n = *template == '$'
				   ? strspn(template + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
				   : 0;

		if (n)
			fputs(find(region, template + 1, n), out);
		else
			fputc(*template == '\'' ? '"' : *template, out);
		template += n + 1;
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

/* ---- requests ---- */

json_t *region_call(struct region *region, const char *name, const char *template, int *ret)
{
	const struct ec2_action *action = ec2_action_find(name);
	char *text = expand(region, template), *error = NULL;
	json_error_t why;
	json_t *json = json_loads(text, 0, &why), *answer = NULL;
	void *request, *response;

	if (!json || !action)
		fail_msg("%s %s: %s", name, text, why.text);
	request = calloc(1, action->request->size);
	response = action->response ? calloc(1, action->response->size) : NULL;
	if (ec2_json_to_struct(action->request, json, request, &error))
		fail_msg("%s: %s", text, error);
	*ret = action->call(region->ec2, request, response);
	if (!*ret && response) {
		answer = ec2_json_from_struct(action->response, response);
		ec2_free_response(name, response);
	}
	ec2_shape_clear(action->request, request);
	json_decref(json);
	free(request);
	free(response);
	free(text);
	return answer;
}

void region_check(struct region *region, const struct region_row *row)
{
	const struct ec2_error *error;
	int ret;

	json_decref(region_call(region, row->action, row->request, &ret));
	error = ec2_last_error(region->ec2);
	if (!row->code) {
		if (ret)
			fail_msg("%s %s: %s: %s", row->action, row->request, error->code,
				 error->message);
		return;
	}
	if (!ret || strcmp(error->code, row->code))
		fail_msg("%s %s: %d, '%s' instead of '%s' (%s)", row->action, row->request, ret,
			 error->code, row->code, error->message);
	if (row->message && !strstr(error->message, row->message))
		fail_msg("%s %s: no '%s' in '%s'", row->action, row->request, row->message,
			 error->message);
}

void region_rows(struct region *region, const struct region_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		region_check(region, &rows[i]);
}

void region_must(struct region *region, const char *action, const char *request)
{
	const struct region_row row = {action, request, NULL, NULL};

	region_check(region, &row);
}

char *region_value(json_t *json, const char *path)
{
	char *copy = strdup(path), *save = NULL, *result = NULL;

	for (char *part = strtok_r(copy, ".", &save); part && json;
	     part = strtok_r(NULL, ".", &save))
		json = json_is_array(json) ? json_array_get(json, atoi(part))
					   : json_object_get(json, part);
	free(copy);
	if (json_is_string(json))
		return strdup(json_string_value(json));
	if (json_is_array(json) && asprintf(&result, "%zu", json_array_size(json)) > 0)
		return result;
	if (!json)
		return strdup("");
	return json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
}

static void step(struct region *region, const struct region_step *step)
{
	char *got, *wanted;
	json_t *answer;
	int ret;

	answer = region_call(region, step->action, step->request, &ret);
	if (ret)
		fail_msg("%s %s: %s: %s", step->action, step->request,
			 ec2_last_error(region->ec2)->code, ec2_last_error(region->ec2)->message);
	got = region_value(answer, step->path ? step->path : "");
	if (step->value) {
		wanted = expand(region, step->value);
		if (strcmp(got, wanted))
			fail_msg("%s %s: %s is '%s' instead of '%s'", step->action, step->request,
				 step->path, got, wanted);
		free(wanted);
	}
	if (step->keep)
		region_set(region, step->keep, got);
	else
		free(got);
	json_decref(answer);
}

void region_steps(struct region *region, const struct region_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		step(region, &steps[i]);
}

void region_expect(struct region *region, const char *action, const char *request, const char *path,
		   const char *value)
{
	const struct region_step one = {action, request, path, value, NULL};

	step(region, &one);
}
