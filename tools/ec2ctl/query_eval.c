// SPDX-License-Identifier: LGPL-2.1-or-later
/* Evaluates a parsed --query. Every function returns a new reference, or NULL with the error set. */
#include "query.h"

#include <string.h>

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
	json_t *v = query_eval_node(n->right, item, error);

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
	v = query_eval_node(n->third, item, error);
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
		json_t *v = query_eval_node(n->args[i], in, error);

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

bool query_equal(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return json_equal(a, b);
}

static json_t *compare(const struct query_node *n, json_t *in, char **error)
{
	json_t *a = query_eval_node(n->left, in, error), *b = a ? query_eval_node(n->right, in, error) : NULL, *v = NULL;

	if (a && b) {
		if (n->compare == QUERY_EQ || n->compare == QUERY_NE)
			v = json_boolean(query_equal(a, b) == (n->compare == QUERY_EQ));
		else
			v = ordered(n->compare, a, b);
	}
	json_decref(a);
	json_decref(b);
	return v;
}

static json_t *logic(const struct query_node *n, json_t *in, char **error)
{
	json_t *a = query_eval_node(n->left, in, error);

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
	return query_eval_node(n->right, in, error);
}

/* Nodes that first evaluate what stands left of them. */
static json_t *on_left(const struct query_node *n, json_t *in, char **error)
{
	json_t *base = query_eval_node(n->left, in, error), *out;

	if (!base)
		return NULL;
	switch (n->kind) {
	case QUERY_SUB:
		out = query_eval_node(n->right, base, error);
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

json_t *query_eval_node(const struct query_node *n, json_t *in, char **error)
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
		return query_call(n, in, error);
	case QUERY_EXPREF:
		return query_fail(error, "&", "an expression reference can only be an argument");
	default:
		return on_left(n, in, error);
	}
}

json_t *query_eval(const struct query *query, json_t *root, char **error)
{
	*error = NULL;
	return query_eval_node(query->root, root, error);
}
