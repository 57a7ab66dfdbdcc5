// SPDX-License-Identifier: LGPL-2.1-or-later
/* Words of GRUB's script language and their expansion. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "script.h"

/* The end of a word that begins at s: quotes and backslashes may hold blanks and separators. */
static const char *word_end(const char *s)
{
	char quote = 0;

	for (; *s; s++) {
		if (quote) {
			if (*s == '\\' && quote == '"' && s[1])
				s++;
			else if (*s == quote)
				quote = 0;
		} else if (*s == '\\' && s[1]) {
			s++;
		} else if (*s == '\'' || *s == '"') {
			quote = *s;
		} else if (isspace((unsigned char)*s) || *s == ';') {
			break;
		}
	}
	return s;
}

static const char *skip_blank(const char *s)
{
	for (;;) {
		if (*s == ' ' || *s == '\t' || *s == '\r')
			s++;
		else if (*s == '\\' && s[1] == '\n')
			s += 2;
		else if (*s == '#')
			s += strcspn(s, "\n");
		else
			return s;
	}
}

static const char *next_token(const char *s, struct ld_token *t)
{
	s = skip_blank(s);
	t->s = s;
	t->kind = !*s ? LD_EOF : (*s == '\n' || *s == ';') ? LD_SEP : LD_WORD;
	if (t->kind == LD_SEP)
		s++;
	else if (t->kind == LD_WORD)
		s = word_end(s);
	if (s == t->s && *s)
		s++; /* some other white space: a word of its own, which expands to nothing */
	t->len = (size_t)(s - t->s);
	return s;
}

int ld_lex(struct ld_arena *a, const char *text, struct ld_script *out)
{
	struct ld_token t;
	const char *s;
	size_t n = 0;

	for (s = text, t.kind = LD_SEP; t.kind != LD_EOF; n++)
		s = next_token(s, &t);
	out->pos = 0;
	out->tok = ld_alloc(a, n * sizeof(*out->tok));
	if (!out->tok)
		return -ENOMEM;
	for (s = text, n = 0;; n++) {
		s = next_token(s, &out->tok[n]);
		if (out->tok[n].kind == LD_EOF)
			return 0;
	}
}

bool ld_token_is(const struct ld_token *t, const char *word)
{
	return t->kind == LD_WORD && t->len == strlen(word) && !memcmp(t->s, word, t->len);
}

const char *ld_get(const struct ld_grub *g, const char *name)
{
	const struct ld_var *v;

	for (v = g->vars; v; v = v->next)
		if (!strcmp(v->name, name))
			return v->value;
	return "";
}

void ld_set(struct ld_grub *g, const char *name, const char *value)
{
	const char *copy = ld_strndup(g->arena, value, strlen(value));
	struct ld_var *v;

	for (v = g->vars; v && strcmp(v->name, name); v = v->next)
		;
	if (!v) {
		v = ld_alloc(g->arena, sizeof(*v));
		if (v) {
			v->name = ld_strndup(g->arena, name, strlen(name));
			v->next = g->vars;
		}
		if (v && v->name && copy)
			g->vars = v;
	}
	if (!v || !v->name || !copy)
		g->err = -ENOMEM;
	else
		v->value = copy;
}

void ld_args_add(struct ld_grub *g, struct ld_args *args, const char *s)
{
	const char **v;

	if (args->n == args->room) {
		v = ld_alloc(g->arena, (args->room * 2 + 8) * sizeof(*v));
		if (!v || !s) {
			g->err = -ENOMEM;
			return;
		}
		if (args->n)
			memcpy(v, args->v, args->n * sizeof(*v));
		args->v = v;
		args->room = args->room * 2 + 8;
	}
	if (!s)
		g->err = -ENOMEM;
	else
		args->v[args->n++] = s;
}

/* A word in the making. */
struct word {
	struct ld_grub *g;
	struct ld_args *args;
	char *s;
	size_t n, room;
	bool some; /* there is a word, be it empty */
};

static void put(struct word *w, char c)
{
	size_t room = w->room * 2 + 64;
	char *s;

	if (w->n + 1 >= w->room) {
		s = ld_alloc(w->g->arena, room);
		if (!s) {
			w->g->err = -ENOMEM;
			return;
		}
		if (w->n)
			memcpy(s, w->s, w->n);
		w->s = s;
		w->room = room;
	}
	w->s[w->n++] = c;
	w->s[w->n] = 0;
	w->some = true;
}

static void end_word(struct word *w)
{
	if (w->some)
		ld_args_add(w->g, w->args, w->s ? w->s : "");
	w->s = NULL;
	w->n = w->room = 0;
	w->some = false;
}

static void put_value(struct word *w, const char *value, bool quoted)
{
	for (; *value && !w->g->err; value++) {
		if (!quoted && isspace((unsigned char)*value))
			end_word(w);
		else
			put(w, *value);
	}
}

static const char *special(struct ld_grub *g, const char *name, size_t n, char *number, size_t size)
{
	size_t i, index = 0;

	if (n == 1 && *name == '?')
		snprintf(number, size, "%d", g->status);
	else if (n == 1 && *name == '#')
		snprintf(number, size, "%zu", g->args.n);
	else {
		for (i = 0; i < n && i < 4 && isdigit((unsigned char)name[i]); i++)
			index = index * 10 + (size_t)(name[i] - '0');
		if (i != n)
			return NULL;
		return index && index <= g->args.n ? g->args.v[index - 1] : "";
	}
	return number;
}

/* "$name", "${name}"; s stands after the dollar. Return: after the name. */
static const char *variable(struct word *w, const char *s, const char *end, bool quoted)
{
	bool brace = s < end && *s == '{';
	const char *name = s + brace, *value, *copy;
	char number[24];
	size_t n = 0, i;

	if (name < end && strchr("?#@*", *name))
		n = 1;
	else if (name < end && isdigit((unsigned char)*name))
		while (name + n < end && isdigit((unsigned char)name[n]))
			n++;
	else
		while (name + n < end && (isalnum((unsigned char)name[n]) || name[n] == '_'))
			n++;
	if (!n || (brace && (name + n >= end || name[n] != '}'))) {
		put(w, '$');
		return s;
	}
	if (*name == '@' || *name == '*') {
		for (i = 0; i < w->g->args.n; i++) {
			if (i && quoted && *name == '*')
				put(w, ' ');
			else if (i)
				end_word(w);
			put_value(w, w->g->args.v[i], quoted);
		}
	} else {
		value = special(w->g, name, n, number, sizeof(number));
		copy = value ? NULL : ld_strndup(w->g->arena, name, n);
		put_value(w, value ? value : copy ? ld_get(w->g, copy) : "", quoted);
	}
	return name + n + brace;
}

void ld_expand(struct ld_grub *g, const struct ld_token *t, struct ld_args *args)
{
	struct word w = {.g = g, .args = args};
	const char *s = t->s, *end = t->s + t->len;
	char quote = 0;

	while (s < end && !g->err) {
		if (quote ? *s == quote : (*s == '\'' || *s == '"')) {
			quote = quote ? 0 : *s;
			w.some = true;
			s++;
		} else if (*s == '\\' && quote != '\'' && s + 1 < end) {
			/* within double quotes only these are escapes */
			if (quote && !strchr("$\"\\\n", s[1]))
				put(&w, '\\');
			if (s[1] != '\n')
				put(&w, s[1]);
			s += 2;
		} else if (*s == '$' && quote != '\'') {
			s++;
			if (!quote && s < end && *s == '"')
				continue; /* $"text" is a text to translate */
			s = variable(&w, s, end, quote);
		} else if (!quote && isspace((unsigned char)*s)) {
			s++;
		} else {
			put(&w, *s++);
		}
	}
	end_word(&w);
}

const char *ld_expand_text(struct ld_grub *g, const char *text)
{
	struct ld_args none = {0};
	struct word w = {.g = g, .args = &none};
	const char *end = text + strlen(text), *s = text;

	while (s < end && !g->err) {
		if (*s == '$')
			s = variable(&w, s + 1, end, true);
		else
			put(&w, *s++);
	}
	return w.s ? w.s : "";
}

struct ld_file ld_resolve(struct ld_grub *g, const char *name)
{
	struct ld_file f = {.dev = ld_get(g, "root"), .path = name};
	const char *close = strchr(name, ')');

	if (*name == '(' && close) {
		f.dev = ld_strndup(g->arena, name + 1, (size_t)(close - name - 1));
		f.path = close + 1;
	}
	if (!f.dev || !*f.dev)
		f.dev = g->dev;
	return f;
}
