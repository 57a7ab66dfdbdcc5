// SPDX-License-Identifier: LGPL-2.1-or-later
/* Help, made from the tables. */
#include "cli.h"

#include <string.h>

void help_overview(struct cli *cli)
{
	FILE *out = cli->out;

	fputs("ec2ctl: one Linux host as an EC2 region\n\n"
	      "usage: ec2ctl COMMAND [flags]\n\nActions of EC2:\n", out);
	for (size_t i = 0; i < cli->n_actions; i++)
		fprintf(out, "  %-30s %s\n", cli->actions[i].command, cli->actions[i].summary);
	fputs("\nThis host:\n", out);
	for (size_t i = 0; i < n_commands; i++) {
		const struct ec2_action *row = ec2_action_find(commands[i].name);

		fprintf(out, "  %-30s %s\n", commands[i].name,
			commands[i].summary ? commands[i].summary : row->summary);
	}
	fputs("\nFlags of every command:\n", out);
	for (size_t i = 0; i < n_global_flags; i++)
		fprintf(out, "  --%s%s%-*s %s\n", global_flags[i].name,
			global_flags[i].value ? " " : "",
			(int)(28 - strlen(global_flags[i].name) - !!global_flags[i].value),
			global_flags[i].value ? global_flags[i].value : "", global_flags[i].help);
	fputs("  --version\n\nMore: ec2ctl help COMMAND\n", out);
}

const char *help_type(const struct ec2_field *field)
{
	switch (field->kind) {
	case EC2_BOOL:
	case EC2_TRISTATE:
		return "";
	case EC2_INT:
	case EC2_LONG:
	case EC2_OPTIONAL_INT:
		return "<integer>";
	case EC2_TIME:
		return "<timestamp>";
	case EC2_STRUCT:
		return shorthand_is_box(field) ? "<value>" : "<structure>";
	case EC2_STRINGS:
	case EC2_STRUCTS:
		return "<list>";
	default:
		return "<string>";
	}
}

static void print_flag(FILE *out, const struct ec2_field *field)
{
	char name[FLAG_NAME_MAX];
	bool on_off = !*help_type(field);

	flag_name(field->name, name);
	fprintf(out, "  --%s%s%s %s\n", name, on_off ? " | --no-" : "", on_off ? name : "",
		help_type(field));
	fprintf(out, "      %s%s\n", field->help ? field->help : "",
		field->flags & EC2_F_REQUIRED ? " (required)" : "");
}

void help_action(struct cli *cli, const struct ec2_action *action, const char *usage)
{
	const struct special_flag *special;
	FILE *out = cli->out;

	fprintf(out, "ec2ctl %s: %s\n\nusage: ec2ctl %s %s\n", action->command, action->summary,
		action->command, usage ? usage : "[flags]");
	if (action->request) {
		fputs("\nFlags:\n", out);
		for (size_t i = 0; i < action->request->n_fields; i++)
			print_flag(out, &action->request->fields[i]);
		for (size_t i = 0; (special = flags_special(action->request, i)); i++)
			fprintf(out, "  --%s%s%s\n      %s\n", special->name,
				*special->type ? " " : "", special->type, special->help);
	}
	fprintf(out, "\nExample:\n  %s\n\nFlags of every command: ec2ctl help\n", action->example);
}

/* A paragraph, broken at blanks for the terminal. */
static void paragraph(struct cli *cli, const char *text)
{
	size_t width = cli->width > 20 && cli->width < 100 ? cli->width : 80, at = 0;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (at && at + 1 + length > width) {
			fputc('\n', cli->out);
			at = 0;
		}
		fprintf(cli->out, "%s%.*s", at ? " " : "", (int)length, text);
		at += length + !!at;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', cli->out);
}

void help_command(struct cli *cli, const struct command *command)
{
	const struct ec2_action *row = ec2_action_find(command->name);

	if (row) {
		help_action(cli, row, command->usage);
		return;
	}
	fprintf(cli->out, "ec2ctl %s: %s\n\nusage: ec2ctl %s %s\n\n", command->name,
		command->summary, command->name, command->usage);
	paragraph(cli, command->help);
	fprintf(cli->out, "\nExample:\n  %s\n", command->example);
}

static void help_query(FILE *out)
{
	fprintf(out, "--query takes JMESPath:\n"
		     "  Reservations[].Instances[].InstanceId            a path through lists\n"
		     "  Reservations[].Instances[].[InstanceId,State.Name]  several, as a list\n"
		     "  Reservations[].Instances[].{Id:InstanceId}       the same with names\n"
		     "  Images[?Name=='debian-12'].ImageId | [0]         a condition, then the first\n"
		     "  Images[-1]  Images[:3]                           places in a list\n"
		     "  == != < <= > >= && || ! @ 'text' `JSON`\n"
		     "Functions: %s\n",
		query_functions);
}

static void names(struct cli *cli)
{
	for (size_t i = 0; i < cli->n_actions; i++)
		fprintf(cli->out, "%s\n", cli->actions[i].command);
	for (size_t i = 0; i < n_commands; i++)
		fprintf(cli->out, "%s\n", commands[i].name);
}

int command_help(struct cli *cli, int argc, char **argv)
{
	const struct ec2_action *action;
	const struct command *command;

	/* for the build and the completion */
	if (argc == 2 && !strcmp(argv[0], "--man"))
		return man_page(cli, argv[1]);
	if (argc == 1 && !strcmp(argv[0], "--names")) {
		names(cli);
		return CLI_OK;
	}
	if (!argc) {
		help_overview(cli);
		return CLI_OK;
	}
	if (!strcmp(argv[0], "query")) {
		help_query(cli->out);
		return CLI_OK;
	}
	action = action_find(cli, argv[0]);
	command = command_find(argv[0]);
	if (action)
		help_action(cli, action, NULL);
	else if (command)
		help_command(cli, command);
	else
		return unknown_command(cli, argv[0]);
	return CLI_OK;
}
