// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which commands there are, and the way from a command line to one of them. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

const struct command commands[] = {
	{"import-image", NULL, "FILE [flags]", NULL, NULL, command_import, false},
	{"console", "type on an instance's serial console", "INSTANCE-ID",
	 "Shows what the instance writes, and sends it what you type. Ctrl-] leaves, or ~. at the "
	 "beginning of a line; the instance runs on.",
	 "ec2ctl console i-0123456789abcdef0", command_console, false},
	{"wait", "wait until instances are in a state", "STATE [--timeout SECONDS] [flags]",
	 "STATE is instance-exists, instance-running, instance-stopped, instance-terminated, "
	 "instance-status-ok or system-status-ok. The flags are those of describe-instances (of "
	 "describe-instance-status for the last two). Exit status 255 when that state cannot come any "
	 "more, or has not come after ten minutes.",
	 "ec2ctl wait instance-running --instance-ids i-0123456789abcdef0", command_wait, false},
	{"events", "follow what happens to instances", "[--dump]",
	 "Prints a line for each event of the kernel module, as JSON into a pipe, until Ctrl-C. "
	 "Says so when events were lost. --dump lists first what runs, and again after a loss.",
	 "ec2ctl events --dump", command_events, false},
	{"reconcile", NULL, "", NULL, NULL, command_reconcile, false},
	{"help", "explain a command", "[COMMAND]",
	 "Also: `ec2ctl help query` on the language of --query.", "ec2ctl help run-instances",
	 command_help, false},
	{"completion", "print the completion for a shell", "bash",
	 "To use it: ec2ctl completion bash > /etc/bash_completion.d/ec2ctl",
	 "ec2ctl completion bash", command_completion, false},
};
const size_t n_commands = sizeof(commands) / sizeof(commands[0]);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

const struct ec2_action *action_find(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->n_actions; i++) {
		if (!strcmp(cli->actions[i].command, name))
			return &cli->actions[i];
	}
	return NULL;
}

int unknown_command(struct cli *cli, const char *name)
{
	const char *names[cli->n_actions + n_commands + 1];
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < cli->n_actions; i++)
		names[n++] = cli->actions[i].command;
	for (size_t i = 0; i < n_commands; i++)
		names[n++] = commands[i].name;
	names[n] = NULL;
	near = suggest(name, names);
	return error_usage(cli, NULL, "Unknown command: %s%s%s%s", name,
			   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* EC2CTL_OUTPUT, unless --output says otherwise. Return: 0 or exit status. */
static int output_from_environment(struct cli *cli)
{
	const char *value = getenv("EC2CTL_OUTPUT");

	return value && *value ? output_set(cli, "EC2CTL_OUTPUT", value) : 0;
}

int cli_run(struct cli *cli, int argc, char **argv)
{
	const struct ec2_action *action;
	const struct command *command;
	int status;

	if (argc > 0 && !strcmp(argv[0], "--version")) {
		fprintf(cli->out, "ec2ctl %s\n", ec2_version());
		return CLI_OK;
	}
	status = output_from_environment(cli);
	if (!status)
		status = flags_global(cli, &argc, argv);
	if (status)
		return status;
	if (!argc) {
		help_overview(cli);
		return cli->help ? CLI_OK : CLI_USAGE;
	}
	if (!strncmp(argv[0], "-", 1))
		return error_usage(cli, NULL, "Unknown option: %s", argv[0]);
	action = action_find(cli, argv[0]);
	command = command_find(argv[0]);
	if (!action && !command)
		return unknown_command(cli, argv[0]);
	if (argc > 1 && !strcmp(argv[1], "help"))
		cli->help = true;
	if (cli->help)
		return command_help(cli, 1, argv);
	if (action)
		return command_action(cli, action, argc - 1, argv + 1);
	return command->run(cli, argc - 1, argv + 1);
}

void cli_close(struct cli *cli)
{
	query_free(cli->query);
	cli->query = NULL;
	ec2_close(cli->ec2);
	cli->ec2 = NULL;
}
