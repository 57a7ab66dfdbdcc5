// SPDX-License-Identifier: LGPL-2.1-or-later
/* The functions of --query. */
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char query_functions[] = "contains ends_with join keys length map max max_by min min_by "
			       "not_null reverse sort sort_by starts_with sum to_number to_string "
			       "values";

json_t *query_fail(char **error, const char *function, const char *why)
{
	if (!*error && asprintf(error, "Bad value for --query: %s(): %s", function, why) < 0)
		*error = NULL;
	return NULL;
}

static json_t *do_length(json_t **v, char **error)
{
	if (json_is_string(v[0])) {
		size_t n = 0;

		/* characters, not bytes */
		for (const char *s = json_string_value(v[0]); *s; s++)
			n += (*s & 0xc0) != 0x80;
		return json_integer(n);
	}
	if (json_is_array(v[0]))
		return json_integer(json_array_size(v[0]));
	if (json_is_object(v[0]))
		return json_integer(json_object_size(v[0]));
	return query_fail(error, "length", "a string, list or object is wanted");
}

static json_t *do_contains(json_t **v, char **error)
{
	if (json_is_string(v[0]) && json_is_string(v[1]))
		return json_boolean(
			!!strstr(json_string_value(v[0]), json_string_value(v[1])));
	if (!json_is_array(v[0]))
		return query_fail(error, "contains", "a string or list is wanted");
	for (size_t i = 0; i < json_array_size(v[0]); i++) {
		if (query_equal(json_array_get(v[0], i), v[1]))
			return json_true();
	}
	return json_false();
}

static json_t *do_starts_with(json_t **v, char **error)
{
	if (!json_is_string(v[0]) || !json_is_string(v[1]))
		return query_fail(error, "starts_with", "two strings are wanted");
	return json_boolean(!strncmp(json_string_value(v[0]), json_string_value(v[1]),
				     json_string_length(v[1])));
}

static json_t *do_ends_with(json_t **v, char **error)
{
	size_t length = json_string_length(v[0]), end = json_string_length(v[1]);

	if (!json_is_string(v[0]) || !json_is_string(v[1]))
		return query_fail(error, "ends_with", "two strings are wanted");
	return json_boolean(length >= end && !strcmp(json_string_value(v[0]) + length - end,
						     json_string_value(v[1])));
}

static json_t *do_join(json_t **v, char **error)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	json_t *joined;

	if (!json_is_string(v[0]) || !json_is_array(v[1]))
		return query_fail(error, "join", "a string and a list of strings are wanted");
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (size_t i = 0; i < json_array_size(v[1]); i++) {
		const char *item = json_string_value(json_array_get(v[1], i));

		if (!item) {
			fclose(out);
			free(text);
			return query_fail(error, "join", "a list of strings is wanted");
		}
		fprintf(out, "%s%s", i ? json_string_value(v[0]) : "", item);
	}
	fclose(out);
	joined = json_string(text);
	free(text);
	return joined;
}

static json_t *members(json_t *object, bool keys)
{
	json_t *out = json_array(), *item;
	const char *key;

	json_object_foreach(object, key, item)
		json_array_append_new(out, keys ? json_string(key) : json_incref(item));
	return out;
}

static json_t *do_keys(json_t **v, char **error)
{
	return json_is_object(v[0]) ? members(v[0], true) :
				      query_fail(error, "keys", "an object is wanted");
}

static json_t *do_values(json_t **v, char **error)
{
	return json_is_object(v[0]) ? members(v[0], false) :
				      query_fail(error, "values", "an object is wanted");
}

static json_t *do_reverse(json_t **v, char **error)
{
	json_t *out;

	if (!json_is_array(v[0]))
		return query_fail(error, "reverse", "a list is wanted");
	out = json_array();
	for (size_t i = json_array_size(v[0]); i-- > 0;)
		json_array_append(out, json_array_get(v[0], i));
	return out;
}

static json_t *do_to_string(json_t **v, char **error)
{
	char *text;
	json_t *out;

	(void)error;
	if (json_is_string(v[0]))
		return json_incref(v[0]);
	text = json_dumps(v[0], JSON_COMPACT | JSON_ENCODE_ANY);
	out = json_string(text);
	free(text);
	return out;
}

static json_t *do_to_number(json_t **v, char **error)
{
	json_t *out;

	(void)error;
	if (json_is_number(v[0]))
		return json_incref(v[0]);
	if (!json_is_string(v[0]))
		return json_null();
	out = json_loads(json_string_value(v[0]), JSON_DECODE_ANY, NULL);
	if (json_is_number(out))
		return out;
	json_decref(out);
	return json_null();
}

/* An element and what it is sorted by; `place` keeps the sort stable. */
struct keyed {
	json_t *item, *key;
	size_t place;
};

static int by_key(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	double x, y;
	int order;

	if (json_is_string(a->key)) {
		order = strcmp(json_string_value(a->key), json_string_value(b->key));
	} else {
		x = json_number_value(a->key);
		y = json_number_value(b->key);
		order = (x > y) - (x < y);
	}
	return order ? order : (a->place > b->place) - (a->place < b->place);
}

static json_t *sorted(const char *name, json_t *list, const struct query_node *by, char **error)
{
	size_t n = json_array_size(list), done = 0;
	struct keyed *items;
	json_t *out = NULL;

	if (!json_is_array(list))
		return query_fail(error, name, "a list is wanted");
	items = calloc(n + 1, sizeof(*items));
	for (; items && done < n; done++) {
		json_t *item = json_array_get(list, done);
		json_t *key = by ? query_eval_node(by, item, error) : json_incref(item);

		items[done] = (struct keyed){item, key, done};
		if (!json_is_string(key) && !json_is_number(key)) {
			done++;
			query_fail(error, name, "only strings or only numbers can be sorted");
			goto out;
		}
		if (json_is_string(key) != json_is_string(items[0].key)) {
			done++;
			query_fail(error, name, "strings and numbers cannot be sorted together");
			goto out;
		}
	}
	if (items) {
		qsort(items, n, sizeof(*items), by_key);
		out = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append(out, items[i].item);
	}
out:
	for (size_t i = 0; items && i < done; i++)
		json_decref(items[i].key);
	free(items);
	return out;
}

static json_t *do_sort(json_t **v, char **error)
{
	return sorted("sort", v[0], NULL, error);
}

/* The first or the last of the sorted list; null of an empty one. */
static json_t *extreme(const char *name, json_t *list, const struct query_node *by, bool last,
		       char **error)
{
	json_t *order = sorted(name, list, by, error), *found;
	size_t n = json_array_size(order);

	if (!order)
		return NULL;
	found = n ? json_incref(json_array_get(order, last ? n - 1 : 0)) : json_null();
	json_decref(order);
	return found;
}

static json_t *do_max(json_t **v, char **error)
{
	return extreme("max", v[0], NULL, true, error);
}

static json_t *do_min(json_t **v, char **error)
{
	return extreme("min", v[0], NULL, false, error);
}

static json_t *do_sum(json_t **v, char **error)
{
	double sum = 0;

	if (!json_is_array(v[0]))
		return query_fail(error, "sum", "a list of numbers is wanted");
	for (size_t i = 0; i < json_array_size(v[0]); i++) {
		json_t *item = json_array_get(v[0], i);

		if (!json_is_number(item))
			return query_fail(error, "sum", "a list of numbers is wanted");
		sum += json_number_value(item);
	}
	/* whole numbers are printed as such */
	return sum > -9e15 && sum < 9e15 && sum == (double)(json_int_t)sum ?
		       json_integer((json_int_t)sum) :
		       json_real(sum);
}

/* ---- functions of a list and of an &EXPRESSION on its elements ---- */

static json_t *sort_by(json_t *list, const struct query_node *by, char **error)
{
	return sorted("sort_by", list, by, error);
}

static json_t *max_by(json_t *list, const struct query_node *by, char **error)
{
	return extreme("max_by", list, by, true, error);
}

static json_t *min_by(json_t *list, const struct query_node *by, char **error)
{
	return extreme("min_by", list, by, false, error);
}

static json_t *map(json_t *list, const struct query_node *by, char **error)
{
	json_t *out;

	if (!json_is_array(list))
		return query_fail(error, "map", "a list is wanted");
	out = json_array();
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *v = query_eval_node(by, json_array_get(list, i), error);

		if (!v) {
			json_decref(out);
			return NULL;
		}
		json_array_append_new(out, v);
	}
	return out;
}

static const struct {
	const char *name;
	size_t min, max;
	json_t *(*call)(json_t **v, char **error);
	/* instead: sees one argument as an expression, that of the place `expression` */
	json_t *(*by)(json_t *list, const struct query_node *by, char **error);
	size_t expression;
} functions[] = {
	{"contains", 2, 2, do_contains, NULL, 0},
	{"ends_with", 2, 2, do_ends_with, NULL, 0},
	{"join", 2, 2, do_join, NULL, 0},
	{"keys", 1, 1, do_keys, NULL, 0},
	{"length", 1, 1, do_length, NULL, 0},
	{"map", 2, 2, NULL, map, 0},
	{"max", 1, 1, do_max, NULL, 0},
	{"max_by", 2, 2, NULL, max_by, 1},
	{"min", 1, 1, do_min, NULL, 0},
	{"min_by", 2, 2, NULL, min_by, 1},
	{"not_null", 1, 16, NULL, NULL, 0}, /* evaluates only as far as it must */
	{"reverse", 1, 1, do_reverse, NULL, 0},
	{"sort", 1, 1, do_sort, NULL, 0},
	{"sort_by", 2, 2, NULL, sort_by, 1},
	{"starts_with", 2, 2, do_starts_with, NULL, 0},
	{"sum", 1, 1, do_sum, NULL, 0},
	{"to_number", 1, 1, do_to_number, NULL, 0},
	{"to_string", 1, 1, do_to_string, NULL, 0},
	{"values", 1, 1, do_values, NULL, 0},
};

static int function_index(const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!strcmp(functions[i].name, name))
			return i;
	}
	return -1;
}

const char *query_function_check(const char *name, size_t *min, size_t *max)
{
	int i = function_index(name);

	if (i < 0)
		return NULL;
	*min = functions[i].min;
	*max = functions[i].max;
	return functions[i].name;
}

static json_t *not_null(const struct query_node *n, json_t *in, char **error)
{
	for (size_t i = 0; i < n->n_args; i++) {
		json_t *v = query_eval_node(n->args[i], in, error);

		if (!v || !json_is_null(v))
			return v;
		json_decref(v);
	}
	return json_null();
}

static json_t *call_by(int f, const struct query_node *n, json_t *in, char **error)
{
	size_t at = functions[f].expression;
	json_t *list, *out;

	if (n->args[at]->kind != QUERY_EXPREF)
		return query_fail(error, functions[f].name,
				  at ? "the second argument is &EXPRESSION" :
				       "the first argument is &EXPRESSION");
	list = query_eval_node(n->args[1 - at], in, error);
	if (!list)
		return NULL;
	out = functions[f].by(list, n->args[at]->left, error);
	json_decref(list);
	return out;
}

json_t *query_call(const struct query_node *n, json_t *in, char **error)
{
	json_t *v[2] = {NULL, NULL}, *out = NULL;
	int f = function_index(n->name);

	if (functions[f].by)
		return call_by(f, n, in, error);
	if (!functions[f].call)
		return not_null(n, in, error);
	v[0] = query_eval_node(n->args[0], in, error);
	if (v[0] && n->n_args > 1)
		v[1] = query_eval_node(n->args[1], in, error);
	if (v[0] && (n->n_args < 2 || v[1]))
		out = functions[f].call(v, error);
	json_decref(v[0]);
	json_decref(v[1]);
	return out;
}
