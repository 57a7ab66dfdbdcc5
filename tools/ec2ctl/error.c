// SPDX-License-Identifier: LGPL-2.1-or-later
/* Errors as the AWS command line words them, and what the user may have meant. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edits that turn one word into the other (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], n = strlen(b);

	if (strlen(a) > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t up = row[j];

			row[j] = min3(up + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
		}
	}
	return row[n];
}

const char *suggest(const char *word, const char *const *names)
{
	size_t length = strlen(word), best = length / 3 + 2;
	const char *near = NULL, *begins = NULL;

	if (!length)
		return NULL;
	for (; *names; names++) {
		size_t d = distance(word, *names);

		if (d < best) {
			best = d;
			near = *names;
		}
		if (!begins && length >= 3 && !strncmp(*names, word, length))
			begins = *names;
	}
	return near ? near : begins;
}

int error_usage(struct cli *cli, const char *command, const char *format, ...)
{
	va_list args;

	fputs("ec2ctl: error: ", cli->err);
	va_start(args, format);
	vfprintf(cli->err, format, args);
	va_end(args);
	if (command)
		fprintf(cli->err, "\nSee `ec2ctl %s --help`.\n", command);
	else
		fputs("\nSee `ec2ctl --help`.\n", cli->err);
	return CLI_USAGE;
}

int error_failed(struct cli *cli, const char *format, ...)
{
	va_list args;

	fputs("ec2ctl: ", cli->err);
	va_start(args, format);
	vfprintf(cli->err, format, args);
	va_end(args);
	fputc('\n', cli->err);
	return CLI_FAILED;
}

int error_service(struct cli *cli, const char *action)
{
	const struct ec2_error *error = ec2_last_error(cli->ec2);

	fprintf(cli->err, "\nAn error occurred (%s) when calling the %s operation: %s\n",
		*error->code ? error->code : "InternalError", action,
		*error->message ? error->message : "no more is known");
	return CLI_SERVICE;
}

int cli_open(struct cli *cli)
{
	struct ec2_options options = {.state_dir = cli->state_dir, .region = cli->region};
	int err;

	if (cli->ec2)
		return 0;
	err = ec2_open(&options, &cli->ec2);
	if (!err)
		return 0;
	if (cli->ec2 && *ec2_last_error(cli->ec2)->message)
		error_failed(cli, "%s", ec2_last_error(cli->ec2)->message);
	else
		error_failed(cli, "the region cannot be opened: %s", strerror(-err));
	if (err == -EACCES)
		fputs("Run it as root, or join the group that owns the state directory.\n",
		      cli->err);
	return CLI_FAILED;
}
