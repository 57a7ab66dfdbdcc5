// SPDX-License-Identifier: LGPL-2.1-or-later
/* The commands of GRUB's script that say what to boot. What only shows or loads is taken as done. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "script.h"

static int cmd_set(struct ld_grub *g, const struct ld_args *a)
{
	const char *eq;
	char *name;
	size_t i;

	for (i = 1; i < a->n; i++) {
		eq = strchr(a->v[i], '=');
		name = eq ? ld_strndup(g->arena, a->v[i], (size_t)(eq - a->v[i])) : NULL;
		if (name)
			ld_set(g, name, eq + 1);
	}
	return 0;
}

static int cmd_unset(struct ld_grub *g, const struct ld_args *a)
{
	size_t i;

	for (i = 1; i < a->n; i++)
		ld_set(g, a->v[i], "");
	return 0;
}

static int cmd_test(struct ld_grub *g, const struct ld_args *a)
{
	size_t n = a->n - 1;

	if (*a->v[0] == '[') {
		if (!n || strcmp(a->v[n], "]"))
			return 1;
		n--;
	}
	return ld_test(g, a->v + 1, n);
}

static int cmd_true(struct ld_grub *g, const struct ld_args *a)
{
	(void)g;
	(void)a;
	return 0;
}

static int cmd_false(struct ld_grub *g, const struct ld_args *a)
{
	(void)g;
	(void)a;
	return 1;
}

/* Kernel and arguments; one with blanks is quoted, as GRUB hands it to the kernel. */
static int cmd_linux(struct ld_grub *g, const struct ld_args *a)
{
	const char *line = "", *arg;
	size_t i;

	if (!g->boot || a->n < 2)
		return 1;
	for (i = 2; i < a->n && line; i++) {
		arg = strchr(a->v[i], ' ') ? ld_join(g->arena, "\"", a->v[i], "\"") : a->v[i];
		line = arg ? ld_join(g->arena, line, i > 2 ? " " : "", arg) : NULL;
	}
	if (!line) {
		g->err = -ENOMEM;
		return 1;
	}
	g->boot->kernel = ld_resolve(g, a->v[1]);
	g->boot->cmdline = line;
	g->boot->n_initrd = 0;
	return 0;
}

static int cmd_initrd(struct ld_grub *g, const struct ld_args *a)
{
	struct ld_boot *b = g->boot;
	size_t i;

	if (!b || a->n < 2)
		return 1;
	b->n_initrd = 0;
	for (i = 1; i < a->n && b->n_initrd < LD_MAX_INITRD; i++)
		if (strncmp(a->v[i], "--", 2) && strncmp(a->v[i], "newc:", 5))
			b->initrd[b->n_initrd++] = ld_resolve(g, a->v[i]);
	return 0;
}

static int search(struct ld_grub *g, enum ld_search by, const char *value, const char *var)
{
	const char *dev = value ? g->io->search(g->io->ctx, by, value) : NULL;

	if (dev)
		ld_set(g, var, dev);
	return !dev;
}

/* search.fs_uuid VALUE [VAR [HINT…]] */
static int cmd_search_by(struct ld_grub *g, const struct ld_args *a)
{
	enum ld_search by = !strcmp(a->v[0], "search.fs_uuid")	  ? LD_BY_UUID
			    : !strcmp(a->v[0], "search.fs_label") ? LD_BY_LABEL
								  : LD_BY_FILE;

	return search(g, by, a->n > 1 ? a->v[1] : NULL, a->n > 2 ? a->v[2] : "root");
}

static int cmd_search(struct ld_grub *g, const struct ld_args *a)
{
	const char *var = "root", *value = NULL, *first = NULL;
	enum ld_search by = LD_BY_FILE;
	bool bare = false;
	size_t i;

	for (i = 1; i < a->n; i++) {
		const char *w = a->v[i];

		if (!strcmp(w, "--fs-uuid") || !strcmp(w, "-u"))
			by = LD_BY_UUID;
		else if (!strcmp(w, "--label") || !strcmp(w, "--fs-label") || !strcmp(w, "-l"))
			by = LD_BY_LABEL;
		else if (!strcmp(w, "--file") || !strcmp(w, "-f"))
			by = LD_BY_FILE;
		else if (!strncmp(w, "--set=", 6))
			var = w + 6;
		else if (!strcmp(w, "--set") || !strcmp(w, "-s"))
			bare = true;
		else if (!strcmp(w, "--hint"))
			i++;
		else if (*w != '-') {
			first = value ? first : w;
			value = value && !bare ? value : w;
		}
	}
	/* "--set NAME VALUE", as some write it */
	if (bare && first != value)
		var = first;
	return search(g, by, value, var);
}

void ld_load_env(struct ld_grub *g, const char *text)
{
	const char *eol, *eq;
	char *name, *value, *o, *p;

	for (; *text; text = *eol ? eol + 1 : eol) {
		eol = text + strcspn(text, "\n");
		eq = memchr(text, '=', (size_t)(eol - text));
		if (*text == '#' || !eq)
			continue;
		name = ld_strndup(g->arena, text, (size_t)(eq - text));
		value = ld_strndup(g->arena, eq + 1, (size_t)(eol - eq - 1));
		if (!name || !value) {
			g->err = -ENOMEM;
			return;
		}
		for (o = p = value; *p; p++) {
			if (*p == '\\' && p[1])
				p++;
			*o++ = *p;
		}
		*o = 0;
		if (strcmp(name, "next_entry"))
			ld_set(g, name, value);
	}
}

static int cmd_load_env(struct ld_grub *g, const struct ld_args *a)
{
	const char *name = NULL, *text;
	struct ld_file f;
	size_t i;

	for (i = 1; i < a->n; i++) {
		if ((!strcmp(a->v[i], "-f") || !strcmp(a->v[i], "--file")) && i + 1 < a->n)
			name = a->v[++i];
		else if (!strncmp(a->v[i], "--file=", 7))
			name = a->v[i] + 7;
	}
	if (!name)
		name = ld_join(g->arena, ld_get(g, "prefix"), "/grubenv", "");
	if (!name)
		return 1;
	f = ld_resolve(g, name);
	text = g->io->read(g->io->ctx, g->arena, f.dev, f.path);
	if (text)
		ld_load_env(g, text);
	return !text;
}

static int cmd_source(struct ld_grub *g, const struct ld_args *a)
{
	return a->n < 2 || ld_source(g, ld_resolve(g, a->v[1])) ? 1 : 0;
}

/* Without a name: the configuration beside $prefix. */
static int cmd_normal(struct ld_grub *g, const struct ld_args *a)
{
	const char *name =
		a->n > 1 ? a->v[1] : ld_join(g->arena, ld_get(g, "prefix"), "/grub.cfg", "");

	return !name || ld_source(g, ld_resolve(g, name));
}

static int cmd_blscfg(struct ld_grub *g, const struct ld_args *a)
{
	const char *boot = ld_get(g, "boot"), *dir = ld_get(g, "blsdir");
	const char *devs[] = {*boot ? boot : ld_get(g, "root"), ld_get(g, "root"), g->dev};
	const char *dirs[] = {dir, "/loader/entries", "/boot/loader/entries"};
	struct ld_bls *list = NULL;
	int n = 0, i;
	size_t d;

	(void)a;
	for (d = 0; d < 9 && !n; d++)
		if (*dirs[d % 3])
			n = ld_bls_read(g->arena, g->io, devs[d / 3], dirs[d % 3], &list);
	for (i = 0; i < n && g->n_entries < LD_MAX_ENTRIES; i++)
		g->entries[g->n_entries++] = (struct ld_entry){.title = list[i].title,
							       .id = list[i].id,
							       .parent = g->parent,
							       .bls = &list[i]};
	return !n;
}

static const struct {
	const char *name;
	int (*run)(struct ld_grub *g, const struct ld_args *a);
} commands[] = {
	{"set", cmd_set},
	{"unset", cmd_unset},
	{"test", cmd_test},
	{"[", cmd_test},
	{"linux", cmd_linux},
	{"linux16", cmd_linux},
	{"linuxefi", cmd_linux},
	{"initrd", cmd_initrd},
	{"initrd16", cmd_initrd},
	{"initrdefi", cmd_initrd},
	{"search", cmd_search},
	{"search.fs_uuid", cmd_search_by},
	{"search.fs_label", cmd_search_by},
	{"search.file", cmd_search_by},
	{"load_env", cmd_load_env},
	{"source", cmd_source},
	{".", cmd_source},
	{"configfile", cmd_source},
	{"normal", cmd_normal},
	{"extract_entries_source", cmd_source},
	{"blscfg", cmd_blscfg},
	{"false", cmd_false},
	{"keystatus", cmd_false},
	{"sleep", cmd_false},
	{"background_image", cmd_false},
	{"loadfont", cmd_false},
};

int ld_command(struct ld_grub *g, const struct ld_args *args)
{
	struct ld_args set;
	const char *v[2];
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(args->v[0], commands[i].name))
			return commands[i].run(g, args);
	if (strchr(args->v[0], '=') && isalpha((unsigned char)*args->v[0])) {
		v[0] = "set";
		v[1] = args->v[0];
		set = (struct ld_args){.v = v, .n = 2};
		return cmd_set(g, &set);
	}
	return cmd_true(g, args);
}
