// SPDX-License-Identifier: LGPL-2.1-or-later
/* The parser of --query: a lexer, and precedence climbing over it. */
#include "query.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 100
#define MAX_NODES 2000

enum token {
	T_END,
	T_NAME,
	T_QUOTED,
	T_LITERAL,
	T_NUMBER,
	T_STAR,
	T_CURRENT,
	T_AMP,
	T_COLON,
	T_COMMA,
	T_PIPE,
	T_OR,
	T_AND,
	T_COMPARE,
	T_FLATTEN,
	T_FILTER,
	T_LBRACKET,
	T_RBRACKET,
	T_LBRACE,
	T_RBRACE,
	T_LPAREN,
	T_RPAREN,
	T_DOT,
	T_NOT,
};

/* How strongly a token binds what stands left of it, as the JMESPath grammar has it. */
static const int binding[] = {
	[T_PIPE] = 1,   [T_OR] = 2,	 [T_AND] = 3,       [T_COMPARE] = 5, [T_FLATTEN] = 9,
	[T_STAR] = 20,  [T_FILTER] = 21, [T_DOT] = 40,      [T_NOT] = 45,    [T_LBRACE] = 50,
	[T_LBRACKET] = 55, [T_LPAREN] = 60,
};
#define BIND_PROJECTION 10

struct parser {
	const char *text;
	const char *at;    /* behind the token */
	const char *start; /* of the token */
	enum token token;
	char *string; /* T_NAME, T_QUOTED */
	json_t *literal;
	long number;
	enum query_compare compare;
	struct query *query;
	char *error;
	int depth, nodes;
};

static struct query_node *expression(struct parser *p, int power);

static void fail(struct parser *p, const char *why)
{
	if (p->error)
		return;
	if (asprintf(&p->error, "Bad value for --query: %s at column %td: %s", why,
		     p->start - p->text + 1, p->text) < 0)
		p->error = NULL;
}

static struct query_node *node(struct parser *p, enum query_kind kind)
{
	struct query_node *n;

	/* a chain, too, is evaluated by recursion */
	if (++p->nodes > MAX_NODES) {
		fail(p, "too long");
		return NULL;
	}
	n = calloc(1, sizeof(*n));
	if (!n) {
		fail(p, "out of memory");
		return NULL;
	}
	n->kind = kind;
	n->next = p->query->all;
	p->query->all = n;
	return n;
}

/* ---- lexer ---- */

static const struct {
	const char *text;
	enum token token;
	enum query_compare compare;
} symbols[] = {
	{"[]", T_FLATTEN, 0}, {"[?", T_FILTER, 0},	{"||", T_OR, 0},
	{"&&", T_AND, 0},     {"==", T_COMPARE, QUERY_EQ}, {"!=", T_COMPARE, QUERY_NE},
	{"<=", T_COMPARE, QUERY_LE}, {">=", T_COMPARE, QUERY_GE}, {"<", T_COMPARE, QUERY_LT},
	{">", T_COMPARE, QUERY_GT},  {"[", T_LBRACKET, 0},	{"]", T_RBRACKET, 0},
	{"{", T_LBRACE, 0},   {"}", T_RBRACE, 0},	{"(", T_LPAREN, 0},
	{")", T_RPAREN, 0},   {".", T_DOT, 0},	{"!", T_NOT, 0},
	{"*", T_STAR, 0},     {"@", T_CURRENT, 0},	{"&", T_AMP, 0},
	{":", T_COLON, 0},    {",", T_COMMA, 0},	{"|", T_PIPE, 0},
};

/* The text between p->start and its closing mark, with the mark's own escape taken away. */
static char *delimited(struct parser *p, char mark)
{
	char *text = malloc(strlen(p->at) + 1), *to = text;

	if (!text) {
		fail(p, "out of memory");
		return NULL;
	}
	for (p->at++; *p->at && *p->at != mark; p->at++) {
		if (*p->at == '\\' && p->at[1] == mark)
			p->at++;
		else if (*p->at == '\\' && p->at[1] && mark != '\'')
			*to++ = *p->at++;
		*to++ = *p->at;
	}
	*to = '\0';
	if (!*p->at) {
		fail(p, "a quotation mark is not closed");
		free(text);
		return NULL;
	}
	p->at++;
	return text;
}

/* `…` is JSON; a bare word in it stands for a string, as in the AWS command line. */
static void lex_backtick(struct parser *p)
{
	char *text = delimited(p, '`');
	const char *word = text;

	if (!text)
		return;
	while (isspace((unsigned char)*word))
		word++;
	p->token = T_LITERAL;
	p->literal = json_loads(word, JSON_DECODE_ANY, NULL);
	if (!p->literal)
		p->literal = json_string(word);
	if (!p->literal)
		fail(p, "not UTF-8");
	free(text);
}

static void lex_quoted(struct parser *p)
{
	const char *from = p->at;
	size_t length = 1;
	json_t *value;

	while (from[length] && from[length] != '"')
		length += from[length] == '\\' && from[length + 1] ? 2 : 1;
	if (!from[length]) {
		fail(p, "a quotation mark is not closed");
		return;
	}
	p->at = from + length + 1;
	value = json_loadb(from, length + 1, JSON_DECODE_ANY, NULL);
	if (!json_is_string(value)) {
		fail(p, "not a string");
	} else {
		p->token = T_QUOTED;
		p->string = strdup(json_string_value(value));
	}
	json_decref(value);
}

static void lex_raw(struct parser *p)
{
	char *text = delimited(p, '\'');

	if (!text)
		return;
	p->token = T_LITERAL;
	p->literal = json_string(text);
	if (!p->literal)
		fail(p, "not UTF-8");
	free(text);
}

static bool name_char(char c, bool first)
{
	return c == '_' || isalpha((unsigned char)c) || (!first && isdigit((unsigned char)c));
}

static void lex_name(struct parser *p)
{
	const char *from = p->at;

	while (name_char(*p->at, p->at == from))
		p->at++;
	p->token = T_NAME;
	p->string = strndup(from, p->at - from);
}

static void lex_number(struct parser *p)
{
	char *end;

	errno = 0;
	p->number = strtol(p->at, &end, 10);
	if (end == p->at || errno)
		fail(p, "not a number");
	p->at = end == p->at ? end + 1 : end;
	p->token = T_NUMBER;
}

static void lex_symbol(struct parser *p)
{
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		size_t length = strlen(symbols[i].text);

		if (strncmp(p->at, symbols[i].text, length))
			continue;
		p->token = symbols[i].token;
		p->compare = symbols[i].compare;
		p->at += length;
		return;
	}
	fail(p, "a character that means nothing here");
}

static void advance(struct parser *p)
{
	free(p->string);
	json_decref(p->literal);
	p->string = NULL;
	p->literal = NULL;
	p->token = T_END;
	while (isspace((unsigned char)*p->at))
		p->at++;
	p->start = p->at;
	if (!*p->at || p->error)
		return;
	if (name_char(*p->at, true))
		lex_name(p);
	else if (isdigit((unsigned char)*p->at) || *p->at == '-')
		lex_number(p);
	else if (*p->at == '`')
		lex_backtick(p);
	else if (*p->at == '"')
		lex_quoted(p);
	else if (*p->at == '\'')
		lex_raw(p);
	else
		lex_symbol(p);
	if (p->error)
		p->token = T_END;
}

static bool expect(struct parser *p, enum token token, const char *why)
{
	if (p->error)
		return false;
	if (p->token != token) {
		fail(p, why);
		return false;
	}
	advance(p);
	return !p->error;
}

/* ---- grammar ---- */

static bool push(struct parser *p, struct query_node *n, struct query_node *arg)
{
	struct query_node **args;

	if (!arg)
		return false;
	args = realloc(n->args, (n->n_args + 1) * sizeof(*args));
	if (!args) {
		fail(p, "out of memory");
		return false;
	}
	n->args = args;
	n->args[n->n_args++] = arg;
	return true;
}

static struct query_node *pair(struct parser *p, enum query_kind kind, struct query_node *left,
			       struct query_node *right)
{
	struct query_node *n;

	if (!left || !right)
		return NULL;
	n = node(p, kind);
	if (!n)
		return NULL;
	n->left = left;
	n->right = right;
	return n;
}

static struct query_node *field(struct parser *p)
{
	struct query_node *n = node(p, QUERY_FIELD);

	if (!n)
		return NULL;
	n->name = p->string;
	p->string = NULL;
	advance(p);
	return n;
}

static struct query_node *multi_list(struct parser *p)
{
	struct query_node *n = node(p, QUERY_LIST);

	if (!n)
		return NULL;
	for (;;) {
		if (!push(p, n, expression(p, 0)))
			return NULL;
		if (p->token != T_COMMA)
			break;
		advance(p);
	}
	return expect(p, T_RBRACKET, "']' is missing") ? n : NULL;
}

static struct query_node *multi_hash(struct parser *p)
{
	struct query_node *n = node(p, QUERY_HASH);

	while (n) {
		char *name;

		if (p->token != T_NAME && p->token != T_QUOTED) {
			fail(p, "a name is missing");
			return NULL;
		}
		name = p->string;
		p->string = NULL;
		advance(p);
		if (!expect(p, T_COLON, "':' is missing") || !push(p, n, expression(p, 0))) {
			free(name);
			return NULL;
		}
		/* the name belongs to the pair: a wrapper, since a node may have a name already */
		struct query_node *wrap = pair(p, QUERY_SUB, n->args[n->n_args - 1],
					       node(p, QUERY_CURRENT));
		if (!wrap) {
			free(name);
			return NULL;
		}
		wrap->name = name;
		n->args[n->n_args - 1] = wrap;
		if (p->token != T_COMMA)
			break;
		advance(p);
	}
	return n && expect(p, T_RBRACE, "'}' is missing") ? n : NULL;
}

/* What a projection applies to each element. */
static struct query_node *projected(struct parser *p, int power)
{
	if (p->error)
		return NULL;
	if (binding[p->token] < BIND_PROJECTION)
		return node(p, QUERY_CURRENT);
	if (p->token == T_LBRACKET || p->token == T_FILTER)
		return expression(p, power);
	if (p->token != T_DOT) {
		fail(p, "'.' or '[' is missing");
		return NULL;
	}
	advance(p);
	if (p->token == T_LBRACKET) {
		advance(p);
		return multi_list(p);
	}
	if (p->token == T_NAME || p->token == T_QUOTED || p->token == T_STAR ||
	    p->token == T_LBRACE)
		return expression(p, power);
	fail(p, "a name is missing behind '.'");
	return NULL;
}

static struct query_node *slice(struct parser *p, struct query_node *left, bool has, long first)
{
	struct query_node *n = node(p, QUERY_SLICE);
	long part[3] = {first, 0, 1};
	bool given[3] = {has, false, false};

	for (int i = 1; i < 3 && p->token == T_COLON; i++) {
		advance(p);
		if (p->token != T_NUMBER)
			continue;
		part[i] = p->number;
		given[i] = true;
		advance(p);
	}
	if (!n || !expect(p, T_RBRACKET, "']' is missing"))
		return NULL;
	if (!part[2]) {
		fail(p, "a slice's step cannot be 0");
		return NULL;
	}
	n->slice = (struct query_slice){given[0], given[1], part[0], part[1], part[2]};
	return pair(p, QUERY_PROJECT, pair(p, QUERY_SUB, left, n), projected(p, 20));
}

/* Behind '[': a number, a slice or '*'. */
static struct query_node *bracket(struct parser *p, struct query_node *left)
{
	struct query_node *n;
	long number = 0;

	if (!left)
		return NULL;
	if (p->token == T_STAR) {
		advance(p);
		if (!expect(p, T_RBRACKET, "']' is missing"))
			return NULL;
		return pair(p, QUERY_PROJECT, left, projected(p, 20));
	}
	if (p->token == T_COLON)
		return slice(p, left, false, 0);
	if (p->token != T_NUMBER) {
		fail(p, "a number, ':' or '*' is missing behind '['");
		return NULL;
	}
	number = p->number;
	advance(p);
	if (p->token == T_COLON)
		return slice(p, left, true, number);
	if (!expect(p, T_RBRACKET, "']' is missing"))
		return NULL;
	n = node(p, QUERY_INDEX);
	if (!n)
		return NULL;
	n->number = number;
	return pair(p, QUERY_SUB, left, n);
}

static struct query_node *filter(struct parser *p, struct query_node *left)
{
	struct query_node *condition = expression(p, 0), *n;

	if (!condition || !expect(p, T_RBRACKET, "']' is missing"))
		return NULL;
	/* a flatten behind a filter ends the projection */
	n = pair(p, QUERY_FILTER, left,
		 p->token == T_FLATTEN ? node(p, QUERY_CURRENT) : projected(p, binding[T_FILTER]));
	if (n)
		n->third = condition;
	return n;
}

static struct query_node *flatten(struct parser *p, struct query_node *left)
{
	struct query_node *n = pair(p, QUERY_FLATTEN, left, left);

	return pair(p, QUERY_PROJECT, n, projected(p, binding[T_FLATTEN]));
}

static struct query_node *call(struct parser *p, struct query_node *name)
{
	size_t min, max;

	if (name->kind != QUERY_FIELD || !query_function_check(name->name, &min, &max)) {
		fail(p, "no such function (see `ec2ctl help query`)");
		return NULL;
	}
	name->kind = QUERY_CALL;
	while (p->token != T_RPAREN) {
		if (!push(p, name, expression(p, 0)))
			return NULL;
		if (p->token != T_COMMA)
			break;
		advance(p);
	}
	if (!expect(p, T_RPAREN, "')' is missing"))
		return NULL;
	if (name->n_args < min || name->n_args > max) {
		fail(p, "wrong number of arguments");
		return NULL;
	}
	return name;
}

static struct query_node *unary(struct parser *p, enum query_kind kind, int power)
{
	struct query_node *left = expression(p, power);
	struct query_node *n = left ? node(p, kind) : NULL;

	if (n)
		n->left = left;
	return n;
}

/* What can begin an expression. */
static struct query_node *prefix(struct parser *p)
{
	enum token token = p->token;
	struct query_node *n;

	if (token == T_NAME || token == T_QUOTED)
		return field(p);
	if (token == T_LITERAL) {
		n = node(p, QUERY_LITERAL);
		if (n) {
			n->literal = p->literal;
			p->literal = NULL;
			advance(p);
		}
		return n;
	}
	if (token != T_END)
		advance(p);
	switch (token) {
	case T_CURRENT:
		return node(p, QUERY_CURRENT);
	case T_STAR:
		return pair(p, QUERY_VALUES, node(p, QUERY_CURRENT), projected(p, 20));
	case T_FLATTEN:
		return flatten(p, node(p, QUERY_CURRENT));
	case T_FILTER:
		return filter(p, node(p, QUERY_CURRENT));
	case T_LBRACE:
		return multi_hash(p);
	case T_LBRACKET:
		if (p->token == T_NUMBER || p->token == T_COLON || p->token == T_STAR)
			return bracket(p, node(p, QUERY_CURRENT));
		return multi_list(p);
	case T_NOT:
		return unary(p, QUERY_NOT, binding[T_NOT]);
	case T_AMP:
		return unary(p, QUERY_EXPREF, 0);
	case T_LPAREN:
		n = expression(p, 0);
		return n && expect(p, T_RPAREN, "')' is missing") ? n : NULL;
	default:
		fail(p, token == T_END ? "it ends too early" : "an expression is missing");
		return NULL;
	}
}

static struct query_node *dot(struct parser *p, struct query_node *left)
{
	if (p->token == T_STAR) {
		advance(p);
		return pair(p, QUERY_VALUES, left, projected(p, 20));
	}
	if (p->token == T_LBRACKET) {
		advance(p);
		return pair(p, QUERY_SUB, left, multi_list(p));
	}
	if (p->token == T_NAME || p->token == T_QUOTED || p->token == T_LBRACE)
		return pair(p, QUERY_SUB, left, expression(p, binding[T_DOT]));
	fail(p, "a name is missing behind '.'");
	return NULL;
}

/* What can go on behind an expression. */
static struct query_node *infix(struct parser *p, struct query_node *left)
{
	enum token token = p->token;
	enum query_compare compare = p->compare;
	struct query_node *n;

	advance(p);
	switch (token) {
	case T_DOT:
		return dot(p, left);
	case T_LBRACKET:
		return bracket(p, left);
	case T_FLATTEN:
		return flatten(p, left);
	case T_FILTER:
		return filter(p, left);
	case T_LPAREN:
		return call(p, left);
	case T_PIPE:
		return pair(p, QUERY_SUB, left, expression(p, binding[token]));
	case T_OR:
		return pair(p, QUERY_OR, left, expression(p, binding[token]));
	case T_AND:
		return pair(p, QUERY_AND, left, expression(p, binding[token]));
	case T_COMPARE:
		n = pair(p, QUERY_COMPARE, left, expression(p, binding[token]));
		if (n)
			n->compare = compare;
		return n;
	default:
		fail(p, "this cannot stand here");
		return NULL;
	}
}

static struct query_node *expression(struct parser *p, int power)
{
	struct query_node *left;

	if (p->error)
		return NULL;
	if (++p->depth > MAX_DEPTH) {
		fail(p, "nested too deeply");
		return NULL;
	}
	left = prefix(p);
	while (left && !p->error && power < binding[p->token])
		left = infix(p, left);
	p->depth--;
	return p->error ? NULL : left;
}

struct query *query_parse(const char *text, char **error)
{
	struct parser p = {.text = text, .at = text, .start = text};

	*error = NULL;
	p.query = calloc(1, sizeof(*p.query));
	if (!p.query)
		return NULL;
	advance(&p);
	p.query->root = expression(&p, 0);
	if (p.query->root && p.token != T_END)
		fail(&p, "this cannot stand here");
	free(p.string);
	json_decref(p.literal);
	if (p.error || !p.query->root) {
		query_free(p.query);
		*error = p.error;
		return NULL;
	}
	return p.query;
}

void query_free(struct query *query)
{
	if (!query)
		return;
	for (struct query_node *n = query->all, *next; n; n = next) {
		next = n->next;
		free(n->name);
		free(n->args);
		json_decref(n->literal);
		free(n);
	}
	free(query);
}
