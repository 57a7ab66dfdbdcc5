/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JMESPath for --query: paths, indexes, slices, projections, filters, multiselects, pipes,
 * comparisons, and the functions that the help lists. What is not known is refused by name.
 */
#ifndef EC2CTL_QUERY_H
#define EC2CTL_QUERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct query;

/* Return: the query, or NULL with *error set (caller frees). */
struct query *query_parse(const char *text, char **error);
/* Return: a new reference (JSON null where nothing matches), or NULL with *error set. */
json_t *query_eval(const struct query *query, json_t *root, char **error);
void query_free(struct query *query);

/* The names of the functions, for the help. */
extern const char query_functions[];

/* ---- between query.c (parser), query_eval.c and query_functions.c ---- */

enum query_kind {
	QUERY_CURRENT,
	QUERY_FIELD,    /* name */
	QUERY_INDEX,    /* number */
	QUERY_SLICE,    /* slice */
	QUERY_SUB,      /* left, then right on its result; also pipes */
	QUERY_PROJECT,  /* right on every element of left's list */
	QUERY_VALUES,   /* right on every value of left's object */
	QUERY_FILTER,   /* as PROJECT, for the elements where third holds */
	QUERY_FLATTEN,  /* left's list, one level flatter */
	QUERY_LIST,     /* args */
	QUERY_HASH,     /* args, each with a name */
	QUERY_LITERAL,  /* literal */
	QUERY_COMPARE,  /* token: which comparison */
	QUERY_AND,
	QUERY_OR,
	QUERY_NOT,      /* left */
	QUERY_CALL,     /* name, args */
	QUERY_EXPREF,   /* left, as an argument of sort_by and the like */
};

enum query_compare {
	QUERY_EQ,
	QUERY_NE,
	QUERY_LT,
	QUERY_LE,
	QUERY_GT,
	QUERY_GE,
};

struct query_slice {
	bool has_start, has_stop;
	long start, stop, step;
};

struct query_node {
	enum query_kind kind;
	struct query_node *left, *right, *third;
	char *name;
	long number;
	enum query_compare compare;
	struct query_slice slice;
	json_t *literal;
	struct query_node **args;
	size_t n_args;
	struct query_node *next; /* all nodes of a query, to free them */
};

struct query {
	struct query_node *root;
	struct query_node *all;
};

/* NULL where there is no such function; *min and *max are its numbers of arguments. */
const char *query_function_check(const char *name, size_t *min, size_t *max);

/* Each returns a new reference, or NULL with *error set. */
json_t *query_eval_node(const struct query_node *n, json_t *in, char **error);
json_t *query_call(const struct query_node *n, json_t *in, char **error);
/* Set the error, if none is set yet. Return: NULL. */
json_t *query_fail(char **error, const char *function, const char *why);
bool query_equal(const json_t *a, const json_t *b);

#endif
