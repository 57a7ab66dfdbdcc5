// SPDX-License-Identifier: LGPL-2.1-or-later
/* extlinux.conf and syslinux.cfg: labels with a kernel, initrds and a command line. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "config.h"

struct label {
	const char *name, *kernel, *initrd, *append;
};

struct config {
	struct ld_arena *a;
	const char *wanted; /* DEFAULT */
	const char *append; /* before the first label: for all */
	struct label labels[64];
	int n, menu_default;
};

static void directive(struct config *c, const char *key, const char *value)
{
	struct label *l = c->n ? &c->labels[c->n - 1] : NULL;

	if (!strcasecmp(key, "default"))
		c->wanted = value;
	else if (!strcasecmp(key, "label") && c->n < 64)
		c->labels[c->n++].name = value;
	else if (!strcasecmp(key, "append") && !l)
		c->append = value;
	else if (!strcasecmp(key, "append"))
		l->append = value;
	else if (l && (!strcasecmp(key, "kernel") || !strcasecmp(key, "linux")))
		l->kernel = value;
	else if (l && !strcasecmp(key, "initrd"))
		l->initrd = value;
	else if (l && !strcasecmp(key, "menu") && !strcasecmp(value, "default"))
		c->menu_default = c->n - 1;
}

static void parse(struct config *c, const char *text)
{
	const char *eol, *end, *key, *value;
	size_t n;

	for (; *text; text = *eol ? eol + 1 : eol) {
		eol = text + strcspn(text, "\n");
		text += strspn(text, " \t");
		n = strcspn(text, " \t\r\n");
		value = text + n + strspn(text + n, " \t");
		end = eol;
		while (end > value && isspace((unsigned char)end[-1]))
			end--;
		if (*text == '#' || text >= eol)
			continue;
		key = ld_strndup(c->a, text, n);
		value = ld_strndup(c->a, value, value < end ? (size_t)(end - value) : 0);
		if (key && value)
			directive(c, key, value);
	}
}

/* A path without a leading slash stands beside the configuration. */
static const char *beside(struct ld_arena *a, const char *config, const char *path, size_t n)
{
	const char *p = ld_strndup(a, path, n), *slash = strrchr(config, '/');
	const char *dir = ld_strndup(a, config, slash ? (size_t)(slash - config) : 0);

	if (!p || !dir || *p == '/')
		return p;
	return ld_join(a, dir, "/", p);
}

static void initrds(struct ld_arena *a, struct ld_boot *b, const char *dev, const char *config,
		    const char *list)
{
	size_t n;

	for (; *list && *list != ' ' && b->n_initrd < LD_MAX_INITRD; list += n + (list[n] == ',')) {
		n = strcspn(list, ", ");
		if (n)
			b->initrd[b->n_initrd++] =
				(struct ld_file){dev, beside(a, config, list, n)};
	}
}

int ld_extlinux(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *path,
		struct ld_boot *boot)
{
	const char *text = io->read(io->ctx, a, dev, path), *in_append;
	struct config *c = ld_alloc(a, sizeof(*c));
	const struct label *l;
	int i, chosen = 0;

	*boot = (struct ld_boot){.cmdline = ""};
	if (!text)
		return -ENOENT;
	if (!c)
		return -ENOMEM;
	c->a = a;
	c->menu_default = -1;
	parse(c, text);
	if (c->menu_default >= 0)
		chosen = c->menu_default;
	for (i = 0; c->wanted && i < c->n; i++)
		if (!strcasecmp(c->labels[i].name, c->wanted))
			chosen = i;
	l = &c->labels[chosen];
	if (!c->n || !l->kernel)
		return -ENOENT;
	boot->title = l->name;
	boot->kernel = (struct ld_file){dev, beside(a, path, l->kernel, strlen(l->kernel))};
	boot->cmdline = l->append ? l->append : c->append ? c->append : "";
	in_append = strstr(boot->cmdline, "initrd=");
	if (l->initrd)
		initrds(a, boot, dev, path, l->initrd);
	else if (in_append && (in_append == boot->cmdline || in_append[-1] == ' '))
		initrds(a, boot, dev, path, in_append + 7);
	if (!boot->kernel.path || !io->exists(io->ctx, dev, boot->kernel.path))
		return -ENOENT;
	return 0;
}
