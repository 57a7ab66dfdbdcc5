/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the command share. */
#ifndef EC2CTL_CLI_H
#define EC2CTL_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model/shapes.h"
#include "query.h"

/* Exit statuses, those of the AWS command line. */
enum {
	CLI_OK = 0,
	CLI_INTERRUPTED = 130,
	CLI_USAGE = 252,   /* the command line is wrong */
	CLI_SERVICE = 254, /* EC2's own error */
	CLI_FAILED = 255,  /* anything else; a wait that ended badly */
};

enum output {
	OUTPUT_UNSET,
	OUTPUT_JSON,
	OUTPUT_TABLE,
	OUTPUT_TEXT,
};

struct cli {
	const struct ec2_action *actions; /* ec2_actions[]; tests bring their own */
	size_t n_actions;
	FILE *out, *err;
	bool out_tty;
	bool utf8;
	int width; /* of the terminal, columns */

	/* global flags */
	enum output output;
	const char *region, *state_dir;
	const char *query_text;
	struct query *query;
	long max_items; /* 0 = all */
	bool wide, help;

	struct ec2 *ec2; /* opened by the first that needs it */
};

/* ---- main.c ---- */

/* A command line without the program's name. Return: exit status. */
int cli_run(struct cli *cli, int argc, char **argv);
/* Release what cli_run() left. */
void cli_close(struct cli *cli);

/* ---- commands.c ---- */

/* A command that is not an action of EC2's. */
struct command {
	const char *name;
	const char *summary;
	const char *usage; /* what stands behind the name */
	const char *help;  /* paragraphs, each on one line */
	const char *example;
	int (*run)(struct cli *cli, int argc, char **argv);
	bool hidden;
};
extern const struct command commands[];
extern const size_t n_commands;

/* Return: CLI_USAGE, the error printed. */
int unknown_command(struct cli *cli, const char *name);
const struct command *command_find(const char *name);
const struct ec2_action *action_find(const struct cli *cli, const char *name);

int command_action(struct cli *cli, const struct ec2_action *action, int argc, char **argv);
int command_import(struct cli *cli, int argc, char **argv);
int command_console(struct cli *cli, int argc, char **argv);
int command_wait(struct cli *cli, int argc, char **argv);
int command_events(struct cli *cli, int argc, char **argv);
int command_reconcile(struct cli *cli, int argc, char **argv);
int command_help(struct cli *cli, int argc, char **argv);
int command_completion(struct cli *cli, int argc, char **argv);

/* Call the action and turn its answer into JSON (NULL for an empty answer). Return: exit status. */
int action_call(struct cli *cli, const struct ec2_action *action, const json_t *request,
		json_t **answer);
/* As action_call(), but a failure is left in ec2_last_error() and not printed. Return: 0 or -errno. */
int action_try(struct cli *cli, const struct ec2_action *action, const json_t *request,
	       json_t **answer);

/* ---- error.c ---- */

/* Print "ec2ctl: error: ..." and where the help is. Return: CLI_USAGE. */
int error_usage(struct cli *cli, const char *command, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Return: CLI_FAILED. */
int error_failed(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Print the handle's last error as the AWS command line does. Return: CLI_SERVICE. */
int error_service(struct cli *cli, const char *action);
/* The name most like `word`, or NULL when none is near. `names` ends with NULL. */
const char *suggest(const char *word, const char *const *names);

/* Open the region. Return: exit status, the error printed. */
int cli_open(struct cli *cli);

/* ---- flags.c ---- */

#define FLAG_NAME_MAX 64
/* "InstanceIds" -> "instance-ids" */
void flag_name(const char *member, char name[FLAG_NAME_MAX]);
/* A flag that every command takes. */
struct global_flag {
	const char *name;
	const char *value; /* NULL: takes none */
	const char *help;
	int (*set)(struct cli *cli, const char *value); /* Return: 0 or exit status, error printed */
};
extern const struct global_flag global_flags[];
extern const size_t n_global_flags;
/* Set --output; `where` is what an error names. Return: 0 or exit status. */
int output_set(struct cli *cli, const char *where, const char *value);
/*
 * Take the global flags out of argv (up to "--") and set them. Return: 0 or exit status.
 */
int flags_global(struct cli *cli, int *argc, char **argv);
/*
 * The request that the flags describe, as JSON.
 * @positional: the member that an argument without a flag gives, or NULL
 * @skeleton: out: --generate-cli-skeleton was given, print `request` and end
 * Return: 0 or exit status, the error printed.
 */
int flags_request(struct cli *cli, const struct ec2_action *action, const char *positional, int argc,
		  char **argv, json_t **request, bool *skeleton);
/* A flag that is no member of the request. */
struct special_flag {
	const char *name;
	const char *type; /* "<integer>"; "" : none is needed */
	const char *help;
};
/* Number i of those that the request has, or NULL behind the last. */
const struct special_flag *flags_special(const struct ec2_shape *request, size_t i);
/* Take `--name VALUE` or `--name=VALUE` out of argv. NULL: not there, or *missing its value. */
const char *flags_take(int *argc, char **argv, const char *name, bool *missing);
/* Take `--name`. */
bool flags_take_switch(int *argc, char **argv, const char *name);

/* ---- shorthand.c ---- */

/*
 * One argument as the value of a member: plain text, AWS shorthand or JSON. For lists it is one item,
 * or a JSON list. Return: a new reference, or NULL with *error set (caller frees).
 */
json_t *shorthand_value(const struct ec2_field *field, const char *text, char **error);
/* A struct with one scalar member, which may be given without its name. */
bool shorthand_is_box(const struct ec2_field *field);

/* ---- print.c, table.c, text.c ---- */

/* Print an answer: --query, then --output. `path` is the list that a table shows, or NULL. */
int print_answer(struct cli *cli, const struct ec2_shape *shape, const char *path, json_t *answer);
/* What --output says, or what fits standard output. */
enum output print_format(const struct cli *cli);
void table_print(struct cli *cli, const struct ec2_shape *shape, const char *path, json_t *answer);
/* A table of any JSON (what a --query made). */
void table_print_json(struct cli *cli, json_t *json);
void text_print(FILE *out, json_t *json);
/* A scalar as text prints it; a list or object as compact JSON. Caller frees. */
char *text_scalar(const json_t *json, const char *null);

/* ---- base64.c ---- */

char *base64_encode(const void *data, size_t size);
/* Return: size, or -1; *data is freed by the caller and has a NUL behind its end. */
long base64_decode(const char *text, char **data);

/* ---- help.c, man.c ---- */

void help_overview(struct cli *cli);
void help_action(struct cli *cli, const struct ec2_action *action, const char *usage);
void help_command(struct cli *cli, const struct command *command);
int man_page(struct cli *cli, const char *name);
/* The type of a member as the help shows it: "<string>", "<list>". */
const char *help_type(const struct ec2_field *field);

#endif
