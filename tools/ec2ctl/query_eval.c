// SPDX-License-Identifier: LGPL-2.1-or-later
/* Evaluates a parsed --query. Every function returns a new reference, or NULL with the error set. */
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char query_functions[] = "contains ends_with join keys length not_null reverse sort sort_by "
			       "starts_with to_number to_string values";

static json_t *eval(const struct query_node *n, json_t *in, char **error);

static json_t *fail(char **error, const char *function, const char *why)
{
	if (!*error && asprintf(error, "Bad value for --query: %s(): %s", function, why) < 0)
		*error = NULL;
	return NULL;
}

/* What JMESPath takes for false. */
static bool truth(const json_t *v)
{
	if (json_is_string(v))
		return json_string_length(v) > 0;
	if (json_is_array(v))
		return json_array_size(v) > 0;
	if (json_is_object(v))
		return json_object_size(v) > 0;
	return !json_is_null(v) && !json_is_false(v);
}

static json_t *index_of(json_t *in, long number)
{
	long size = json_array_size(in);

	if (number < 0)
		number += size;
	if (!json_is_array(in) || number < 0 || number >= size)
		return json_null();
	return json_incref(json_array_get(in, number));
}

static long clamp(long at, long size, long low, long high)
{
	if (at < 0)
		at += size;
	return at < low ? low : at > high ? high : at;
}

static json_t *slice_of(json_t *in, const struct query_slice *s)
{
	long size = json_array_size(in), start, stop;
	bool up = s->step > 0;
	json_t *out;

	if (!json_is_array(in))
		return json_null();
	out = json_array();
	start = s->has_start ? clamp(s->start, size, up ? 0 : -1, up ? size : size - 1) :
			       (up ? 0 : size - 1);
	stop = s->has_stop ? clamp(s->stop, size, up ? 0 : -1, up ? size : size - 1) :
			     (up ? size : -1);
	for (long i = start; up ? i < stop : i > stop;) {
		json_array_append(out, json_array_get(in, i));
		if (up ? s->step >= stop - i : s->step <= stop - i)
			break;
		i += s->step;
	}
	return out;
}

/* Apply n->right to an element and keep what it gives, unless null. */
static bool project_one(const struct query_node *n, json_t *item, json_t *out, char **error)
{
	json_t *v = eval(n->right, item, error);

	if (!v)
		return false;
	if (json_is_null(v))
		json_decref(v);
	else
		json_array_append_new(out, v);
	return true;
}

static bool selected(const struct query_node *n, json_t *item, bool *yes, char **error)
{
	json_t *v;

	*yes = true;
	if (n->kind != QUERY_FILTER)
		return true;
	v = eval(n->third, item, error);
	if (!v)
		return false;
	*yes = truth(v);
	json_decref(v);
	return true;
}

static json_t *project_list(const struct query_node *n, json_t *base, char **error)
{
	json_t *out;

	if (!json_is_array(base))
		return json_null();
	out = json_array();
	for (size_t i = 0; i < json_array_size(base); i++) {
		json_t *item = json_array_get(base, i);
		bool yes;

		if (!selected(n, item, &yes, error) || (yes && !project_one(n, item, out, error))) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static json_t *project_values(const struct query_node *n, json_t *base, char **error)
{
	const char *key;
	json_t *item, *out;

	if (!json_is_object(base))
		return json_null();
	out = json_array();
	json_object_foreach(base, key, item) {
		if (!project_one(n, item, out, error)) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static json_t *flat(json_t *base)
{
	json_t *out;

	if (!json_is_array(base))
		return json_null();
	out = json_array();
	for (size_t i = 0; i < json_array_size(base); i++) {
		json_t *item = json_array_get(base, i);

		if (json_is_array(item))
			json_array_extend(out, item);
		else
			json_array_append(out, item);
	}
	return out;
}

static json_t *multi(const struct query_node *n, json_t *in, char **error)
{
	json_t *out;

	if (json_is_null(in))
		return json_null();
	out = n->kind == QUERY_LIST ? json_array() : json_object();
	for (size_t i = 0; i < n->n_args; i++) {
		json_t *v = eval(n->args[i], in, error);

		if (!v) {
			json_decref(out);
			return NULL;
		}
		if (n->kind == QUERY_LIST)
			json_array_append_new(out, v);
		else
			json_object_set_new(out, n->args[i]->name, v);
	}
	return out;
}

static json_t *ordered(enum query_compare how, const json_t *a, const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);
	bool text = json_is_string(a) && json_is_string(b);

	/* strings, too, as the AWS command line allows: times are strings */
	if (text) {
		x = strcmp(json_string_value(a), json_string_value(b));
		y = 0;
	} else if (!json_is_number(a) || !json_is_number(b)) {
		return json_null();
	}
	switch (how) {
	case QUERY_LT:
		return json_boolean(x < y);
	case QUERY_LE:
		return json_boolean(x <= y);
	case QUERY_GT:
		return json_boolean(x > y);
	default:
		return json_boolean(x >= y);
	}
}

static bool equal(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return json_equal(a, b);
}

static json_t *compare(const struct query_node *n, json_t *in, char **error)
{
	json_t *a = eval(n->left, in, error), *b = a ? eval(n->right, in, error) : NULL, *v = NULL;

	if (a && b) {
		if (n->compare == QUERY_EQ || n->compare == QUERY_NE)
			v = json_boolean(equal(a, b) == (n->compare == QUERY_EQ));
		else
			v = ordered(n->compare, a, b);
	}
	json_decref(a);
	json_decref(b);
	return v;
}

static json_t *logic(const struct query_node *n, json_t *in, char **error)
{
	json_t *a = eval(n->left, in, error);

	if (!a)
		return NULL;
	if (n->kind == QUERY_NOT) {
		bool yes = truth(a);

		json_decref(a);
		return json_boolean(!yes);
	}
	if (truth(a) == (n->kind == QUERY_OR))
		return a;
	json_decref(a);
	return eval(n->right, in, error);
}

/* ---- functions ---- */

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
	return fail(error, "length", "a string, list or object is wanted");
}

static json_t *do_contains(json_t **v, char **error)
{
	if (json_is_string(v[0]) && json_is_string(v[1]))
		return json_boolean(
			!!strstr(json_string_value(v[0]), json_string_value(v[1])));
	if (!json_is_array(v[0]))
		return fail(error, "contains", "a string or list is wanted");
	for (size_t i = 0; i < json_array_size(v[0]); i++) {
		if (equal(json_array_get(v[0], i), v[1]))
			return json_true();
	}
	return json_false();
}

static json_t *do_starts_with(json_t **v, char **error)
{
	if (!json_is_string(v[0]) || !json_is_string(v[1]))
		return fail(error, "starts_with", "two strings are wanted");
	return json_boolean(!strncmp(json_string_value(v[0]), json_string_value(v[1]),
				     json_string_length(v[1])));
}

static json_t *do_ends_with(json_t **v, char **error)
{
	size_t length = json_string_length(v[0]), end = json_string_length(v[1]);

	if (!json_is_string(v[0]) || !json_is_string(v[1]))
		return fail(error, "ends_with", "two strings are wanted");
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
		return fail(error, "join", "a string and a list of strings are wanted");
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (size_t i = 0; i < json_array_size(v[1]); i++) {
		const char *item = json_string_value(json_array_get(v[1], i));

		if (!item) {
			fclose(out);
			free(text);
			return fail(error, "join", "a list of strings is wanted");
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
				      fail(error, "keys", "an object is wanted");
}

static json_t *do_values(json_t **v, char **error)
{
	return json_is_object(v[0]) ? members(v[0], false) :
				      fail(error, "values", "an object is wanted");
}

static json_t *do_reverse(json_t **v, char **error)
{
	json_t *out;

	if (!json_is_array(v[0]))
		return fail(error, "reverse", "a list is wanted");
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
		return fail(error, name, "a list is wanted");
	items = calloc(n + 1, sizeof(*items));
	for (; items && done < n; done++) {
		json_t *item = json_array_get(list, done);
		json_t *key = by ? eval(by, item, error) : json_incref(item);

		items[done] = (struct keyed){item, key, done};
		if (!json_is_string(key) && !json_is_number(key)) {
			done++;
			fail(error, name, "only strings or only numbers can be sorted");
			goto out;
		}
		if (json_is_string(key) != json_is_string(items[0].key)) {
			done++;
			fail(error, name, "strings and numbers cannot be sorted together");
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

static const struct {
	const char *name;
	size_t min, max;
	json_t *(*call)(json_t **v, char **error); /* NULL: sees its arguments unevaluated */
} functions[] = {
	{"contains", 2, 2, do_contains},
	{"ends_with", 2, 2, do_ends_with},
	{"join", 2, 2, do_join},
	{"keys", 1, 1, do_keys},
	{"length", 1, 1, do_length},
	{"not_null", 1, 16, NULL},
	{"reverse", 1, 1, do_reverse},
	{"sort", 1, 1, do_sort},
	{"sort_by", 2, 2, NULL},
	{"starts_with", 2, 2, do_starts_with},
	{"to_number", 1, 1, do_to_number},
	{"to_string", 1, 1, do_to_string},
	{"values", 1, 1, do_values},
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
		json_t *v = eval(n->args[i], in, error);

		if (!v || !json_is_null(v))
			return v;
		json_decref(v);
	}
	return json_null();
}

static json_t *sort_by(const struct query_node *n, json_t *in, char **error)
{
	json_t *list, *out;

	if (n->args[1]->kind != QUERY_EXPREF)
		return fail(error, "sort_by", "the second argument is &EXPRESSION");
	list = eval(n->args[0], in, error);
	if (!list)
		return NULL;
	out = sorted("sort_by", list, n->args[1]->left, error);
	json_decref(list);
	return out;
}

static json_t *call(const struct query_node *n, json_t *in, char **error)
{
	json_t *v[2] = {NULL, NULL}, *out = NULL;
	int f = function_index(n->name);

	if (!strcmp(n->name, "not_null"))
		return not_null(n, in, error);
	if (!strcmp(n->name, "sort_by"))
		return sort_by(n, in, error);
	v[0] = eval(n->args[0], in, error);
	if (v[0] && n->n_args > 1)
		v[1] = eval(n->args[1], in, error);
	if (v[0] && (n->n_args < 2 || v[1]))
		out = functions[f].call(v, error);
	json_decref(v[0]);
	json_decref(v[1]);
	return out;
}

/* Nodes that first evaluate what stands left of them. */
static json_t *on_left(const struct query_node *n, json_t *in, char **error)
{
	json_t *base = eval(n->left, in, error), *out;

	if (!base)
		return NULL;
	switch (n->kind) {
	case QUERY_SUB:
		out = eval(n->right, base, error);
		break;
	case QUERY_FLATTEN:
		out = flat(base);
		break;
	case QUERY_VALUES:
		out = project_values(n, base, error);
		break;
	default:
		out = project_list(n, base, error);
		break;
	}
	json_decref(base);
	return out;
}

static json_t *eval(const struct query_node *n, json_t *in, char **error)
{
	json_t *v;

	switch (n->kind) {
	case QUERY_CURRENT:
		return json_incref(in);
	case QUERY_FIELD:
		v = json_object_get(in, n->name);
		return v ? json_incref(v) : json_null();
	case QUERY_INDEX:
		return index_of(in, n->number);
	case QUERY_SLICE:
		return slice_of(in, &n->slice);
	case QUERY_LITERAL:
		return json_incref(n->literal);
	case QUERY_LIST:
	case QUERY_HASH:
		return multi(n, in, error);
	case QUERY_COMPARE:
		return compare(n, in, error);
	case QUERY_AND:
	case QUERY_OR:
	case QUERY_NOT:
		return logic(n, in, error);
	case QUERY_CALL:
		return call(n, in, error);
	case QUERY_EXPREF:
		return fail(error, "&", "an expression reference can only be an argument");
	default:
		return on_left(n, in, error);
	}
}

json_t *query_eval(const struct query *query, json_t *root, char **error)
{
	*error = NULL;
	return eval(query->root, root, error);
}
