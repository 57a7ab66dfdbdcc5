// SPDX-License-Identifier: LGPL-2.1-or-later
/* GRUB's `test` command. */
#include <stdlib.h>
#include <string.h>

#include "script.h"

struct expr {
	struct ld_grub *g;
	const char *const *v;
	size_t n, pos;
	unsigned int depth;
};

static bool any(struct expr *e);

static bool unary(struct expr *e, char op, const char *arg)
{
	struct ld_file f;

	if (op == 'n' || op == 'z')
		return (op == 'n') == !!*arg;
	f = ld_resolve(e->g, arg);
	return e->g->io->exists(e->g->io->ctx, f.dev, f.path);
}

enum relation { EQ = 1, LT = 2, GT = 4 };

static const struct {
	const char *name;
	bool number;
	int holds; /* relations for which it is true */
} binary[] = {
	{"=", false, EQ},	{"==", false, EQ}, {"!=", false, LT | GT},
	{"<", false, LT},	{">", false, GT},  {"<=", false, LT | EQ},
	{">=", false, GT | EQ}, {"-eq", true, EQ}, {"-ne", true, LT | GT},
	{"-lt", true, LT},	{"-gt", true, GT}, {"-le", true, LT | EQ},
	{"-ge", true, GT | EQ},
};

/* Return: 1 true, 0 false, -1 when `op` is no operator. */
static int compare(const char *x, const char *op, const char *y)
{
	long nx = strtol(x, NULL, 0), ny = strtol(y, NULL, 0), d;
	size_t i;

	for (i = 0; i < sizeof(binary) / sizeof(binary[0]); i++) {
		if (strcmp(op, binary[i].name))
			continue;
		d = binary[i].number ? (nx > ny) - (nx < ny) : strcmp(x, y);
		return !!(binary[i].holds & (d == 0 ? EQ : d < 0 ? LT : GT));
	}
	return -1;
}

static bool primary(struct expr *e)
{
	const char *w = e->pos < e->n ? e->v[e->pos] : NULL;
	bool r;
	int c;

	if (!w || e->depth > LD_MAX_DEPTH)
		return false;
	if (!strcmp(w, "!")) {
		e->pos++;
		e->depth++;
		return !primary(e);
	}
	if (!strcmp(w, "(")) {
		e->pos++;
		e->depth++;
		r = any(e);
		if (e->pos < e->n && !strcmp(e->v[e->pos], ")"))
			e->pos++;
		return r;
	}
	if (e->pos + 2 < e->n) {
		c = compare(w, e->v[e->pos + 1], e->v[e->pos + 2]);
		if (c >= 0) {
			e->pos += 3;
			return c;
		}
	}
	if (e->pos + 1 < e->n && *w == '-' && w[1] && !w[2] && strchr("nzefsd", w[1])) {
		e->pos += 2;
		return unary(e, w[1], e->v[e->pos - 1]);
	}
	e->pos++;
	return *w;
}

static bool all(struct expr *e)
{
	bool r = primary(e);

	while (e->pos < e->n && !strcmp(e->v[e->pos], "-a")) {
		e->pos++;
		r = primary(e) && r;
	}
	return r;
}

static bool any(struct expr *e)
{
	bool r = all(e);

	while (e->pos < e->n && !strcmp(e->v[e->pos], "-o")) {
		e->pos++;
		r = all(e) || r;
	}
	return r;
}

int ld_test(struct ld_grub *g, const char *const *v, size_t n)
{
	struct expr e = {.g = g, .v = v, .n = n};

	return any(&e) ? 0 : 1;
}
