// SPDX-License-Identifier: LGPL-2.1-or-later
/* `ec2ctl help --man NAME`: man pages in mdoc, made by the build from the tables. */
#include "cli.h"

#include <ctype.h>
#include <string.h>

/* Text with what roff reads as its own made harmless. */
static void roff(FILE *out, const char *text)
{
	for (bool start = true; *text; text++, start = false) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
}

static void line(FILE *out, const char *text)
{
	roff(out, text);
	fputc('\n', out);
}

static void head(FILE *out, const char *page, const char *summary)
{
	fputs(".Dd January 1, 2026\n.Dt ", out);
	for (const char *c = page; *c; c++)
		fputc(toupper((unsigned char)*c), out);
	fprintf(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", page, summary);
}

/* `type` is as the help has it: "<string>", or "". */
static void flag_line(FILE *out, const char *name, const char *type)
{
	fprintf(out, ".It Fl Fl %s", name);
	if (*type)
		fprintf(out, " Ar %.*s", (int)strlen(type) - 2, type + 1);
	fputc('\n', out);
}

static void flag(FILE *out, const struct ec2_field *field)
{
	char name[FLAG_NAME_MAX];

	flag_name(field->name, name);
	flag_line(out, name, help_type(field));
	line(out, field->help ? field->help : field->name);
	if (field->flags & EC2_F_REQUIRED)
		fputs("Required.\n", out);
}

static void example(FILE *out, const char *text)
{
	fputs(".Sh EXAMPLES\n.Dl ", out);
	line(out, text);
	fputs(".Sh SEE ALSO\n.Xr ec2ctl 1\n", out);
}

static void action_page(FILE *out, const struct ec2_action *action, const char *usage)
{
	const struct special_flag *special;
	char page[FLAG_NAME_MAX];

	snprintf(page, sizeof(page), "ec2ctl-%s", action->command);
	head(out, page, action->summary);
	fprintf(out, ".Sh SYNOPSIS\n.Nm ec2ctl Cm %s\n.Op Ar flags\n", action->command);
	fputs(".Sh DESCRIPTION\n", out);
	if (usage) {
		fputs("Usage: ", out);
		line(out, usage);
	} else {
		fprintf(out, "EC2's action %s.\n", action->name);
	}
	if (action->request) {
		fputs("The flags are:\n.Bl -tag -width Ds\n", out);
		for (size_t i = 0; i < action->request->n_fields; i++)
			flag(out, &action->request->fields[i]);
		for (size_t i = 0; (special = flags_special(action->request, i)); i++) {
			flag_line(out, special->name, special->type);
			line(out, special->help);
		}
		fputs(".El\nThe flags of every command are in\n.Xr ec2ctl 1 .\n", out);
	}
	example(out, action->example);
}

static void command_page(FILE *out, const struct command *command)
{
	const struct ec2_action *row = ec2_action_find(command->name);
	char page[FLAG_NAME_MAX];

	if (row) {
		action_page(out, row, command->usage);
		return;
	}
	snprintf(page, sizeof(page), "ec2ctl-%s", command->name);
	head(out, page, command->summary);
	fprintf(out, ".Sh SYNOPSIS\n.Nm ec2ctl Cm %s\n.Op Ar arguments\n.Sh DESCRIPTION\nUsage: ",
		command->name);
	line(out, command->usage);
	fputs(".Pp\n", out);
	line(out, command->help);
	example(out, command->example);
}

static void item(FILE *out, const char *command, const char *summary)
{
	fprintf(out, ".It Cm %s\n", command);
	line(out, summary);
}

static void overview_page(struct cli *cli)
{
	FILE *out = cli->out;

	head(out, "ec2ctl", "one Linux host as an EC2 region");
	fputs(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar flags\n.Sh DESCRIPTION\n"
	      "Commands, flags and answers are those of the AWS command line.\n"
	      "Each command has a page of its own, ec2ctl\\-COMMAND.\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < cli->n_actions; i++)
		item(out, cli->actions[i].command, cli->actions[i].summary);
	for (size_t i = 0; i < n_commands; i++) {
		const struct ec2_action *row = ec2_action_find(commands[i].name);

		item(out, commands[i].name,
		     commands[i].summary ? commands[i].summary : row->summary);
	}
	fputs(".El\n.Ss Flags of every command\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < n_global_flags; i++) {
		fprintf(out, ".It Fl Fl %s", global_flags[i].name);
		fprintf(out, global_flags[i].value ? " Ar %s\n" : "%s\n",
			global_flags[i].value ? global_flags[i].value : "");
		line(out, global_flags[i].help);
	}
	fputs(".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev EC2CTL_OUTPUT\n"
	      "json, table or text.\n.It Ev EC2CTL_STATE_DIR , EC2CTL_RUN_DIR , EC2CTL_REGION\n"
	      "Where the region is, and its name.\n.El\n"
	      ".Sh EXIT STATUS\n0 success; 252 a wrong command line; 254 an error of EC2's;\n"
	      "255 anything else, and a wait in vain; 130 Ctrl-C.\n"
	      ".Sh SEE ALSO\n.Xr ec2ctl.json 5\n", out);
}

int man_page(struct cli *cli, const char *name)
{
	const struct ec2_action *action = action_find(cli, name);
	const struct command *command = command_find(name);

	if (!strcmp(name, "ec2ctl"))
		overview_page(cli);
	else if (action)
		action_page(cli->out, action, NULL);
	else if (command)
		command_page(cli->out, command);
	else
		return unknown_command(cli, name);
	return CLI_OK;
}
