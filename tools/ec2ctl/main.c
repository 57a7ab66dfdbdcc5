// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl: each command parses, makes one call of libec2ctl, and prints. */
#include "cli.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && atoi(columns) > 0)
		return atoi(columns);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 80;
}

/* Ctrl-C between two calls: nothing is half done in the region, ec2_open() sees to that. */
static void interrupted(int signal)
{
	(void)signal;
	_exit(CLI_INTERRUPTED);
}

int main(int argc, char **argv)
{
	struct cli cli = {
		.actions = ec2_actions,
		.n_actions = ec2_n_actions,
		.out = stdout,
		.err = stderr,
		.out_tty = isatty(STDOUT_FILENO),
		.width = terminal_width(),
	};
	struct sigaction action = {.sa_handler = interrupted};
	int status;

	setlocale(LC_CTYPE, "");
	cli.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_DFL);
	status = cli_run(&cli, argc - 1, argv + 1);
	cli_close(&cli);
	if ((fflush(stdout) || ferror(stdout)) && status == CLI_OK) {
		perror("ec2ctl: standard output");
		status = CLI_FAILED;
	}
	return status;
}
