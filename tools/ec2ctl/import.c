// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl import-image FILE */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/json.h"

#define BAR 30

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* Ctrl-C stops the import, which takes back what it has written; a second one ends at once. */
static void catch_interrupt(struct sigaction *before)
{
	const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

	interrupted = 0;
	sigaction(SIGINT, &action, before);
}

/* A bar on standard error when that is a terminal; nothing otherwise. */
static int progress(void *arg, const char *what, double percent)
{
	struct cli *cli = arg;
	int full = (int)(percent * BAR / 100);

	if (interrupted || !isatty(fileno(cli->err)))
		return interrupted;
	full = full < 0 ? 0 : full > BAR ? BAR : full;
	fprintf(cli->err, "\r%-20.20s [", what ? what : "");
	for (int i = 0; i < BAR; i++)
		fputs(i >= full ? (cli->utf8 ? "·" : ".") : cli->utf8 ? "█" : "#", cli->err);
	fprintf(cli->err, "] %3.0f %%", percent);
	fflush(cli->err);
	return 0;
}

static void progress_end(struct cli *cli)
{
	if (isatty(fileno(cli->err)))
		fputs("\r\033[K", cli->err);
}

static int import(struct cli *cli, const json_t *json)
{
	const struct ec2_action *action = &ec2_import_action;
	struct ec2_import_image_request request;
	struct ec2_import_image_response response;
	json_t *answer;
	char *error;
	int status;

	if (ec2_json_to_struct(action->request, json, &request, &error)) {
		status = error_usage(cli, action->command, "Parameter validation failed: %s",
				     error ? error : "out of memory");
		free(error);
		return status;
	}
	status = cli_open(cli);
	if (!status) {
		struct sigaction before;
		int err;

		catch_interrupt(&before);
		err = ec2_import_image(cli->ec2, &request, progress, cli, &response);
		sigaction(SIGINT, &before, NULL);
		progress_end(cli);
		if (err == -ECANCELED && interrupted) {
			fputs("ec2ctl: interrupted; nothing is left of the import\n", cli->err);
			status = CLI_INTERRUPTED;
		} else if (err) {
			status = error_service(cli, action->name);
		} else {
			answer = ec2_json_from_struct(action->response, &response);
			ec2_import_image_response_free(&response);
			status = print_answer(cli, action->response, action->table, answer);
			json_decref(answer);
		}
	}
	ec2_shape_clear(action->request, &request);
	return status;
}

int command_import(struct cli *cli, int argc, char **argv)
{
	json_t *request;
	bool skeleton;
	int status = flags_request(cli, &ec2_import_action, "File", argc, argv, &request, &skeleton);

	if (status)
		return status;
	if (skeleton) {
		json_dumpf(request, cli->out, JSON_INDENT(4));
		fputc('\n', cli->out);
	} else {
		status = import(cli, request);
	}
	json_decref(request);
	return status;
}
