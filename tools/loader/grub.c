// SPDX-License-Identifier: LGPL-2.1-or-later
/* GRUB's script: its statements, and the choice of an entry. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

static void run_list(struct ld_grub *g, struct ld_script *s, bool run, const char *const *stop);

static struct ld_token *peek(struct ld_script *s)
{
	return &s->tok[s->pos];
}

static void skip_seps(struct ld_script *s)
{
	while (peek(s)->kind == LD_SEP)
		s->pos++;
}

static bool accept(struct ld_script *s, const char *word)
{
	skip_seps(s);
	if (!ld_token_is(peek(s), word))
		return false;
	s->pos++;
	return true;
}

static void words(struct ld_grub *g, struct ld_script *s, bool run, struct ld_args *args,
		  const char *stop)
{
	while (peek(s)->kind == LD_WORD && !(stop && ld_token_is(peek(s), stop))) {
		if (run)
			ld_expand(g, peek(s), args);
		s->pos++;
	}
}

/* "{ … }": where it begins; the position moves behind it. */
static struct ld_script block(struct ld_grub *g, struct ld_script *s)
{
	static const char *const stop[] = {"}", NULL};
	struct ld_script body;

	accept(s, "{");
	body = *s;
	run_list(g, s, false, stop);
	accept(s, "}");
	return body;
}

static void run_body(struct ld_grub *g, struct ld_script body, struct ld_args args)
{
	static const char *const stop[] = {"}", NULL};
	struct ld_args saved = g->args;

	g->args = args;
	run_list(g, &body, true, stop);
	g->args = saved;
}

static void run_if(struct ld_grub *g, struct ld_script *s, bool run)
{
	static const char *const then[] = {"then", NULL};
	static const char *const ends[] = {"elif", "else", "fi", NULL};
	bool done = false, take;

	do {
		run_list(g, s, run && !done, then);
		accept(s, "then");
		take = run && !done && !g->status;
		run_list(g, s, take, ends);
		done = done || take;
	} while (accept(s, "elif"));
	if (accept(s, "else"))
		run_list(g, s, run && !done, ends);
	accept(s, "fi");
}

static void run_for(struct ld_grub *g, struct ld_script *s, bool run)
{
	static const char *const stop[] = {"done", NULL};
	struct ld_args name = {0}, values = {0};
	struct ld_script body;
	size_t i;

	words(g, s, run, &name, "in");
	accept(s, "in");
	words(g, s, run, &values, NULL);
	accept(s, "do");
	body = *s;
	run_list(g, s, false, stop);
	accept(s, "done");
	for (i = 0; name.n && i < values.n && !g->err; i++) {
		struct ld_script again = body;

		ld_set(g, name.v[0], values.v[i]);
		run_list(g, &again, true, stop);
	}
}

/* while, until: the condition and the body begin anew each round; LD_MAX_STEPS ends them all. */
static void run_while(struct ld_grub *g, struct ld_script *s, bool run, bool until)
{
	static const char *const cond[] = {"do", NULL};
	static const char *const stop[] = {"done", NULL};
	struct ld_script begin = *s;
	bool more;

	do {
		*s = begin;
		run_list(g, s, run, cond);
		accept(s, "do");
		more = run && !g->err && (!g->status) == !until;
		run_list(g, s, more, stop);
		accept(s, "done");
	} while (more && !g->err);
}

static void define(struct ld_grub *g, struct ld_script *s, bool run)
{
	struct ld_args name = {0};
	struct ld_function *f;
	struct ld_script body;

	words(g, s, run, &name, "{");
	body = block(g, s);
	if (!run || !name.n)
		return;
	f = ld_alloc(g->arena, sizeof(*f));
	if (!f) {
		g->err = -ENOMEM;
		return;
	}
	f->name = name.v[0];
	f->body = body;
	f->next = g->functions;
	g->functions = f;
}

static void add_entry(struct ld_grub *g, struct ld_script *s, bool run, bool submenu)
{
	struct ld_entry *e = &g->entries[g->n_entries];
	struct ld_args args = {0};
	struct ld_script body;
	size_t i;

	words(g, s, run, &args, "{");
	body = block(g, s);
	if (!run || !args.n || g->n_entries == LD_MAX_ENTRIES)
		return;
	*e = (struct ld_entry){.parent = g->parent, .submenu = submenu, .body = body};
	for (i = 0; i < args.n; i++) {
		const char *arg = args.v[i];

		if (!strcmp(arg, "--id") && i + 1 < args.n)
			e->id = args.v[++i];
		else if (!strncmp(arg, "--id=", 5))
			e->id = arg + 5;
		else if ((!strcmp(arg, "--class") || !strcmp(arg, "--users") ||
			  !strcmp(arg, "--hotkey") || !strcmp(arg, "--source")) &&
			 i + 1 < args.n)
			i++;
		else if (strncmp(arg, "--", 2))
			ld_args_add(g, &e->args, arg);
	}
	if (!e->args.n)
		return;
	e->title = e->args.v[0];
	g->n_entries++;
}

static void run_simple(struct ld_grub *g, struct ld_script *s, bool run)
{
	const struct ld_function *f;
	struct ld_args args = {0}, rest;

	words(g, s, run, &args, NULL);
	if (!run || !args.n || g->err)
		return;
	for (f = g->functions; f; f = f->next) {
		if (strcmp(f->name, args.v[0]))
			continue;
		rest = (struct ld_args){.v = args.v + 1, .n = args.n - 1};
		run_body(g, f->body, rest);
		return;
	}
	g->status = ld_command(g, &args);
}

static void run_statement(struct ld_grub *g, struct ld_script *s, bool run)
{
	if (accept(s, "if"))
		run_if(g, s, run);
	else if (accept(s, "for"))
		run_for(g, s, run);
	else if (accept(s, "while"))
		run_while(g, s, run, false);
	else if (accept(s, "until"))
		run_while(g, s, run, true);
	else if (accept(s, "function"))
		define(g, s, run);
	else if (accept(s, "menuentry"))
		add_entry(g, s, run, false);
	else if (accept(s, "submenu"))
		add_entry(g, s, run, true);
	else
		run_simple(g, s, run);
}

static bool at(const struct ld_token *t, const char *const *stop)
{
	for (; stop && *stop; stop++)
		if (ld_token_is(t, *stop))
			return true;
	return false;
}

/* Statements up to one of the words in `stop`, which is left there. Without `run` they are skipped. */
static void run_list(struct ld_grub *g, struct ld_script *s, bool run, const char *const *stop)
{
	size_t before;

	if (g->depth++ > LD_MAX_DEPTH)
		g->err = -ELOOP;
	while (!g->err) {
		skip_seps(s);
		if (peek(s)->kind == LD_EOF || at(peek(s), stop))
			break;
		if (g->steps++ > LD_MAX_STEPS)
			g->err = -ELOOP;
		before = s->pos;
		run_statement(g, s, run);
		if (s->pos == before)
			s->pos++; /* a stray word of some block */
	}
	g->depth--;
}

int ld_source(struct ld_grub *g, struct ld_file f)
{
	const char *text = f.dev ? g->io->read(g->io->ctx, g->arena, f.dev, f.path) : NULL;
	struct ld_script s;

	if (!text)
		return -ENOENT;
	g->err = ld_lex(g->arena, text, &s);
	if (!g->err)
		run_list(g, &s, true, NULL);
	return g->err;
}

/* The entry of a menu that one component of `default` names: its place, its id or its title. */
static int find(const struct ld_grub *g, int parent, const char *name)
{
	bool number = *name && strspn(name, "0123456789") == strlen(name);
	long index = number ? strtol(name, NULL, 10) : -1;
	int i;

	for (i = 0; i < g->n_entries; i++) {
		const struct ld_entry *e = &g->entries[i];

		if (e->parent != parent)
			continue;
		if (number ? index-- == 0
			   : !strcmp(e->title, name) || (e->id && !strcmp(e->id, name)))
			return i;
	}
	return -1;
}

/* The entry that `$default` names ("1>2", an id, a title), or the first; opens submenus on the way. */
static int choose(struct ld_grub *g)
{
	const char *path = ld_get(g, "default"), *cut;
	int i = -1, parent = -1, next;
	char *name;

	for (;;) {
		cut = strchr(path, '>');
		name = ld_strndup(g->arena, path, cut ? (size_t)(cut - path) : strlen(path));
		/* a title may hold the sign that parts the components */
		next = cut ? find(g, parent, path) : -1;
		if (next >= 0)
			cut = NULL;
		else
			next = name ? find(g, parent, name) : -1;
		if (next < 0)
			next = find(g, parent, "0");
		if (next < 0)
			return i;
		i = next;
		if (!g->entries[i].submenu)
			return i;
		g->parent = parent = i;
		run_body(g, g->entries[i].body, g->entries[i].args);
		path = cut ? cut + 1 : "0";
	}
}

static bool bootable(struct ld_grub *g, const struct ld_boot *b)
{
	return b->kernel.path && g->io->exists(g->io->ctx, b->kernel.dev, b->kernel.path);
}

/* Return: 0 or -errno, with *boot filled. */
static int run_entry(struct ld_grub *g, int i, struct ld_boot *boot)
{
	const struct ld_entry *e = &g->entries[i];

	*boot = (struct ld_boot){.title = e->title, .cmdline = ""};
	g->boot = boot;
	g->err = 0;
	if (e->bls)
		g->err = ld_bls_boot(g->arena, g->io, g, e->bls, boot);
	else
		run_body(g, e->body, e->args);
	g->boot = NULL;
	return g->err ? g->err : bootable(g, boot) ? 0 : -ENOENT;
}

static void defaults(struct ld_grub *g, const char *path)
{
	static const char *const names[][2] = {
		{"feature_menuentry_id", "y"},
		{"feature_platform_search_hint", "y"},
		{"feature_default_font_path", "y"},
		{"feature_all_video_module", "y"},
		{"feature_menuentry_options", "y"},
		{"feature_200_final", "y"},
		{"feature_timeout_style", "y"},
		{"feature_nativedisk_cmd", "y"},
		{"feature_ntldr", "y"},
		{"grub_platform", "pc"},
		{"grub_cpu", "i386"},
	};
	const char *slash = strrchr(path, '/');
	const char *dir = ld_strndup(g->arena, path, slash ? (size_t)(slash - path) : 0);
	const char *prefix = dir ? ld_join(g->arena, "(", g->dev, ")") : NULL;
	size_t i;

	prefix = prefix ? ld_join(g->arena, prefix, dir, "") : NULL;
	if (!prefix) {
		g->err = -ENOMEM;
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ld_set(g, names[i][0], names[i][1]);
	ld_set(g, "root", g->dev);
	ld_set(g, "prefix", prefix);
	ld_set(g, "config_directory", prefix);
}

int ld_grub(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *path,
	    struct ld_boot *boot)
{
	struct ld_grub *g = ld_alloc(a, sizeof(*g));
	int i, chosen, r;

	if (!g)
		return -ENOMEM;
	g->arena = a;
	g->io = io;
	g->dev = dev;
	g->parent = -1;
	*boot = (struct ld_boot){.cmdline = ""};
	defaults(g, path);
	r = g->err ? g->err : ld_source(g, (struct ld_file){dev, path});
	if (r)
		return r;
	chosen = choose(g);
	r = chosen >= 0 ? run_entry(g, chosen, boot) : -ENOENT;
	/* submenus opened by the choice have added their entries at the end */
	for (i = 0; r && i < g->n_entries; i++)
		if (i != chosen && !g->entries[i].submenu)
			r = run_entry(g, i, boot);
	return r;
}
