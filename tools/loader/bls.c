// SPDX-License-Identifier: LGPL-2.1-or-later
/* Boot Loader Specification entries: one file per kernel, as Fedora, RHEL and Amazon Linux have. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

static size_t run_of(const char *s, bool digits)
{
	size_t n = 0;

	while (digits ? isdigit((unsigned char)s[n]) : isalpha((unsigned char)s[n]))
		n++;
	return n;
}

static const char *skip_signs(const char *s)
{
	while (*s && !isalnum((unsigned char)*s) && *s != '~' && *s != '^')
		s++;
	return s;
}

/* Compare a run of digits by value, of letters by order; both pointers move behind it. */
static int compare_segment(const char **x, const char **y)
{
	bool digits = isdigit((unsigned char)**x);
	size_t nx, ny;
	int d;

	if (digits) {
		*x += strspn(*x, "0");
		*y += strspn(*y, "0");
	}
	nx = run_of(*x, digits);
	ny = run_of(*y, digits);
	d = digits && nx != ny ? (nx < ny ? -1 : 1) : memcmp(*x, *y, nx < ny ? nx : ny);
	if (!d)
		d = (nx > ny) - (nx < ny);
	*x += nx;
	*y += ny;
	return d;
}

int ld_version_compare(const char *x, const char *y)
{
	int d;

	for (;;) {
		x = skip_signs(x);
		y = skip_signs(y);
		/* "1~rc" is before "1", "1^git" is after it but before "1.1" */
		if (*x == '~' || *y == '~') {
			if (*x != *y)
				return *x == '~' ? -1 : 1;
		} else if (*x == '^' || *y == '^') {
			if (*x != *y)
				return *x == '^' ? (*y ? -1 : 1) : (*x ? 1 : -1);
		} else if (!*x || !*y) {
			return (*x != 0) - (*y != 0);
		} else if (isdigit((unsigned char)*x) != isdigit((unsigned char)*y)) {
			return isdigit((unsigned char)*x) ? 1 : -1; /* a number is newer */
		} else {
			d = compare_segment(&x, &y);
			if (d)
				return d;
			continue;
		}
		x++;
		y++;
	}
}

static void add_initrds(struct ld_arena *a, struct ld_bls *b, const char *value)
{
	size_t n;

	while (*value && b->n_initrd < LD_MAX_INITRD) {
		n = strcspn(value, " \t");
		if (n)
			b->initrd[b->n_initrd++] = ld_strndup(a, value, n);
		value += n;
		value += strspn(value, " \t");
	}
}

static void field(struct ld_arena *a, struct ld_bls *b, const char *key, const char *value)
{
	if (!strcmp(key, "title"))
		b->title = value;
	else if (!strcmp(key, "version"))
		b->version = value;
	else if (!strcmp(key, "linux"))
		b->kernel = value;
	else if (!strcmp(key, "initrd"))
		add_initrds(a, b, value);
	else if (!strcmp(key, "options"))
		b->options = b->options ? ld_join(a, b->options, " ", value) : value;
}

static void parse(struct ld_arena *a, struct ld_bls *b, const char *text)
{
	const char *eol, *key, *value, *end;
	size_t n;

	for (; *text; text = *eol ? eol + 1 : eol) {
		eol = text + strcspn(text, "\n");
		text += strspn(text, " \t");
		n = strcspn(text, " \t\n");
		value = text + n + strspn(text + n, " \t");
		end = eol;
		while (end > value && isspace((unsigned char)end[-1]))
			end--;
		if (*text == '#' || value >= end)
			continue;
		key = ld_strndup(a, text, n);
		value = ld_strndup(a, value, (size_t)(end - value));
		if (key && value)
			field(a, b, key, value);
	}
}

struct listing {
	struct ld_arena *a;
	const char *names[LD_MAX_ENTRIES];
	int n;
};

static void add_name(void *arg, const char *name)
{
	struct listing *l = arg;
	size_t n = strlen(name);

	if (n > 5 && !strcmp(name + n - 5, ".conf") && l->n < LD_MAX_ENTRIES) {
		l->names[l->n] = ld_strndup(l->a, name, n - 5);
		l->n += !!l->names[l->n];
	}
}

static int newest_first(const void *x, const void *y)
{
	return -ld_version_compare(*(const char *const *)x, *(const char *const *)y);
}

int ld_bls_read(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *dir,
		struct ld_bls **out)
{
	struct listing *l = ld_alloc(a, sizeof(*l));
	const char *path, *text;
	struct ld_bls *b;
	int i, n = 0;

	if (!l)
		return 0;
	l->a = a;
	if (io->list(io->ctx, dev, dir, add_name, l) || !l->n)
		return 0;
	*out = b = ld_alloc(a, (size_t)l->n * sizeof(*b));
	if (!b)
		return 0;
	qsort(l->names, (size_t)l->n, sizeof(l->names[0]), newest_first);
	for (i = 0; i < l->n; i++) {
		path = ld_join(a, dir, "/", l->names[i]);
		path = path ? ld_join(a, path, ".conf", "") : NULL;
		text = path ? io->read(io->ctx, a, dev, path) : NULL;
		if (!text)
			continue;
		b[n] = (struct ld_bls){.id = l->names[i], .title = l->names[i], .dev = dev};
		parse(a, &b[n], text);
		if (b[n].kernel)
			n++;
	}
	return n;
}

/* Paths are relative to the file system that holds the entries; some are written as the root sees them. */
static const char *locate(struct ld_arena *a, const struct ld_io *io, const char *dev,
			  const char *path)
{
	const char *below;

	if (io->exists(io->ctx, dev, path))
		return path;
	below = ld_join(a, "/boot", *path == '/' ? "" : "/", path);
	return below && io->exists(io->ctx, dev, below) ? below : path;
}

int ld_bls_boot(struct ld_arena *a, const struct ld_io *io, struct ld_grub *g,
		const struct ld_bls *b, struct ld_boot *boot)
{
	struct ld_bls files = {0};
	unsigned int i;

	*boot = (struct ld_boot){.title = b->title, .cmdline = b->options ? b->options : ""};
	if (g)
		boot->cmdline = ld_expand_text(g, boot->cmdline);
	boot->kernel = (struct ld_file){b->dev, locate(a, io, b->dev, b->kernel)};
	/* a variable among the initrds may stand for none or several */
	for (i = 0; i < b->n_initrd; i++)
		if (b->initrd[i])
			add_initrds(a, &files, g ? ld_expand_text(g, b->initrd[i]) : b->initrd[i]);
	for (i = 0; i < files.n_initrd; i++)
		if (files.initrd[i])
			boot->initrd[boot->n_initrd++] =
				(struct ld_file){b->dev, locate(a, io, b->dev, files.initrd[i])};
	return g ? g->err : 0;
}

int ld_bls(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *dir,
	   struct ld_boot *boot)
{
	struct ld_bls *list = NULL;
	int n = ld_bls_read(a, io, dev, dir, &list), i;

	for (i = 0; i < n; i++) {
		ld_bls_boot(a, io, NULL, &list[i], boot);
		if (io->exists(io->ctx, boot->kernel.dev, boot->kernel.path))
			return 0;
	}
	return -ENOENT;
}
