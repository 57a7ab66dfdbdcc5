// SPDX-License-Identifier: LGPL-2.1-or-later
/* The flags that every command takes. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int output_set(struct cli *cli, const char *where, const char *value)
{
	static const char *const names[] = {"json", "table", "text", NULL};

	for (int i = 0; names[i]; i++) {
		if (!strcmp(value, names[i])) {
			cli->output = OUTPUT_JSON + i;
			return 0;
		}
	}
	return error_usage(cli, NULL, "%s: json, table or text is wanted, not '%s'", where, value);
}

static int set_output(struct cli *cli, const char *value)
{
	return output_set(cli, "--output", value);
}

static int set_query(struct cli *cli, const char *value)
{
	char *error;

	query_free(cli->query);
	cli->query_text = value;
	cli->query = query_parse(value, &error);
	if (cli->query)
		return 0;
	error_usage(cli, NULL, "%s", error ? error : "out of memory");
	free(error);
	return CLI_USAGE;
}

static int set_region(struct cli *cli, const char *value)
{
	cli->region = value;
	return 0;
}

static int set_state_dir(struct cli *cli, const char *value)
{
	cli->state_dir = value;
	return 0;
}

static int set_wide(struct cli *cli, const char *value)
{
	(void)value;
	cli->wide = true;
	return 0;
}

static int set_max_items(struct cli *cli, const char *value)
{
	char *end;

	errno = 0;
	cli->max_items = strtol(value, &end, 10);
	if (end == value || *end || errno || cli->max_items < 1)
		return error_usage(cli, NULL, "--max-items: a number from 1 on is wanted, not '%s'",
				   value);
	return 0;
}

static int accept(struct cli *cli, const char *value)
{
	(void)cli;
	(void)value;
	return 0;
}

static int set_help(struct cli *cli, const char *value)
{
	(void)value;
	cli->help = true;
	return 0;
}

const struct global_flag global_flags[] = {
	{"output", "json|table|text", "how to print; a table on a terminal and JSON into a pipe",
	 set_output},
	{"query", "JMESPATH", "print only this part of the answer", set_query},
	{"wide", NULL, "all columns in tables", set_wide},
	{"max-items", "N", "print at most so many", set_max_items},
	{"no-paginate", NULL, "accepted for the AWS command line's sake: answers are whole", accept},
	{"no-cli-pager", NULL, "accepted for the AWS command line's sake: there is no pager", accept},
	{"region", "NAME", "the region's name, for a host that has several", set_region},
	{"state-dir", "DIR", "where the region's records are (/var/lib/ec2ctl)", set_state_dir},
	{"help", NULL, "help for the command", set_help},
};
const size_t n_global_flags = sizeof(global_flags) / sizeof(global_flags[0]);

/* argv[at] and `n` of its followers leave argv. */
static void drop(int *argc, char **argv, int at, int n)
{
	memmove(argv + at, argv + at + n, (*argc - at - n) * sizeof(*argv));
	*argc -= n;
}

/* Is argv[at] that flag? *value: behind '='. */
static bool matches(const char *arg, const char *name, const char **value)
{
	size_t length = strlen(name);

	if (strncmp(arg, "--", 2) || strncmp(arg + 2, name, length))
		return false;
	*value = arg[2 + length] == '=' ? arg + 3 + length : NULL;
	return !arg[2 + length] || *value;
}

const char *flags_take(int *argc, char **argv, const char *name, bool *missing)
{
	const char *value;

	*missing = false;
	for (int i = 0; i < *argc; i++) {
		if (!matches(argv[i], name, &value))
			continue;
		if (value) {
			drop(argc, argv, i, 1);
			return value;
		}
		if (i + 1 == *argc || !strncmp(argv[i + 1], "--", 2)) {
			*missing = true;
			return NULL;
		}
		value = argv[i + 1];
		drop(argc, argv, i, 2);
		return value;
	}
	return NULL;
}

bool flags_take_switch(int *argc, char **argv, const char *name)
{
	const char *value;

	for (int i = 0; i < *argc; i++) {
		if (matches(argv[i], name, &value) && !value) {
			drop(argc, argv, i, 1);
			return true;
		}
	}
	return false;
}

int flags_global(struct cli *cli, int *argc, char **argv)
{
	for (size_t i = 0; i < n_global_flags; i++) {
		const struct global_flag *flag = &global_flags[i];
		bool missing = false;
		const char *value;
		int status;

		if (!flag->value) {
			if (flags_take_switch(argc, argv, flag->name))
				flag->set(cli, NULL);
			continue;
		}
		while ((value = flags_take(argc, argv, flag->name, &missing))) {
			status = flag->set(cli, value);
			if (status)
				return status;
		}
		if (missing)
			return error_usage(cli, NULL, "--%s: a value is wanted (%s)", flag->name,
					   flag->value);
	}
	return 0;
}
