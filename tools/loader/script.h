/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GRUB's script language: words and their expansion; what an evaluation holds. */
#ifndef LD_SCRIPT_H
#define LD_SCRIPT_H

#include "config.h"

enum ld_token_kind { LD_EOF, LD_SEP, LD_WORD };

/* A word as written, quotes and all: it is expanded each time it is run. */
struct ld_token {
	enum ld_token_kind kind;
	const char *s;
	size_t len;
};

struct ld_script {
	struct ld_token *tok; /* ends with LD_EOF */
	size_t pos;
};

struct ld_args {
	const char **v;
	size_t n, room;
};

struct ld_var {
	struct ld_var *next;
	const char *name, *value;
};

struct ld_function {
	struct ld_function *next;
	const char *name;
	struct ld_script body;
};

struct ld_bls {
	const char *id; /* the file's name without .conf */
	const char *title, *version, *kernel, *options;
	const char *initrd[LD_MAX_INITRD];
	unsigned int n_initrd;
	const char *dev;
};

struct ld_entry {
	const char *title, *id;
	int parent; /* index of the submenu it is in, or -1 */
	bool submenu;
	struct ld_script body;
	struct ld_args args;
	const struct ld_bls *bls; /* instead of a body */
};

struct ld_grub {
	struct ld_arena *arena;
	const struct ld_io *io;
	const char *dev; /* of the configuration */
	struct ld_var *vars;
	struct ld_function *functions;
	struct ld_entry entries[LD_MAX_ENTRIES];
	int n_entries;
	int parent; /* the submenu that runs now, or -1 */
	struct ld_boot *boot; /* the entry that runs now fills it */
	struct ld_args args; /* $1 … of the function or entry that runs now */
	unsigned int depth, steps;
	int status; /* $? */
	int err; /* -errno: a limit was hit, all ends */
};

int ld_lex(struct ld_arena *a, const char *text, struct ld_script *out);
bool ld_token_is(const struct ld_token *t, const char *word);

const char *ld_get(const struct ld_grub *g, const char *name); /* "" when not set */
void ld_set(struct ld_grub *g, const char *name, const char *value);

void ld_args_add(struct ld_grub *g, struct ld_args *args, const char *s);
/* Appends what the word becomes: no, one or several arguments. */
void ld_expand(struct ld_grub *g, const struct ld_token *t, struct ld_args *args);
const char *ld_expand_text(struct ld_grub *g, const char *text);

/* Split "(dev)/path" or "/path"; the device defaults to $root. */
struct ld_file ld_resolve(struct ld_grub *g, const char *name);

/* The `test` and `[` command. Return: 0 true, 1 false. */
int ld_test(struct ld_grub *g, const char *const *v, size_t n);

/* Simple commands, by name. */
int ld_command(struct ld_grub *g, const struct ld_args *args);
/* Evaluate a file in the same menu. */
int ld_source(struct ld_grub *g, struct ld_file f);
/* `name=value` lines of GRUB's environment block. */
void ld_load_env(struct ld_grub *g, const char *text);

/*
 * Entries of a directory, newest first, appended to *out (at most LD_MAX_ENTRIES).
 * Return: how many.
 */
int ld_bls_read(struct ld_arena *a, const struct ld_io *io, const char *dev, const char *dir,
		struct ld_bls **out);
/* Version order of RPM and of the Boot Loader Specification: <0, 0, >0. */
int ld_version_compare(const char *x, const char *y);
/* Fill `boot`; options and initrds are expanded with the script's variables, g may be NULL. */
int ld_bls_boot(struct ld_arena *a, const struct ld_io *io, struct ld_grub *g,
		const struct ld_bls *b, struct ld_boot *boot);

#endif
