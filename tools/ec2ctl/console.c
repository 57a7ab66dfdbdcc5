// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl console: this terminal and an instance's serial console, joined. */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "host/console.h"

#define ESCAPE 0x1d /* Ctrl-] */

static struct termios saved;
static volatile sig_atomic_t raw;

static void restore(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
	raw = 0;
}

/* tcsetattr() may be called in a signal handler. */
static void on_signal(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void make_raw(void)
{
	static const int fatal[] = {SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGPIPE};
	struct sigaction action = {.sa_handler = on_signal};
	struct termios now;

	if (tcgetattr(STDIN_FILENO, &saved))
		return;
	now = saved;
	cfmakeraw(&now);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
	atexit(restore);
	raw = 1;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= n;
	}
	return 0;
}

/* What of the typed bytes goes to the instance; escape sequences do not. */
struct keys {
	bool line_start, tilde;
};

/* Return: how many bytes stand in `to`; *leave: the user wants out. */
static size_t filter_keys(struct keys *keys, const char *in, size_t n, char *to, bool *leave)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		char c = in[i];

		if (c == ESCAPE || (keys->tilde && c == '.')) {
			*leave = true;
			break;
		}
		if (keys->tilde && c != '~')
			to[out++] = '~';
		if (keys->line_start && !keys->tilde && c == '~') {
			keys->tilde = true;
			continue;
		}
		keys->tilde = false;
		keys->line_start = c == '\r' || c == '\n';
		to[out++] = c;
	}
	return out;
}

/* Return: 0 to go on, 1 to leave. */
static int from_user(int console, struct keys *keys, bool *input)
{
	char in[4096], to[2 * sizeof(in)];
	ssize_t n = read(STDIN_FILENO, in, sizeof(in));
	bool leave = false;
	size_t out;

	if (n < 0)
		return errno != EINTR;
	if (!n) {
		/* a pipe that has ended: the console is still worth watching */
		*input = false;
		return 0;
	}
	if (!raw)
		return write_all(console, in, n) ? 1 : 0;
	out = filter_keys(keys, in, n, to, &leave);
	return write_all(console, to, out) || leave;
}

static void relay(int console)
{
	struct keys keys = {.line_start = true};
	bool input = true;

	for (;;) {
		struct pollfd fds[2] = {{console, POLLIN, 0}, {input ? STDIN_FILENO : -1, POLLIN, 0}};
		char data[4096];
		ssize_t n;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].revents) {
			n = read(console, data, sizeof(data));
			if (n <= 0 || write_all(STDOUT_FILENO, data, n))
				return;
		}
		if (fds[1].revents && from_user(console, &keys, &input))
			return;
	}
}

/* A wrong id is EC2's own error, not an instance that does not run. */
static int check_instance(struct cli *cli, const char *id)
{
	const struct ec2_action *action = action_find(cli, "describe-instances");
	json_t *request = json_pack("{s:[s]}", "InstanceIds", id), *answer = NULL;
	int status = CLI_OK;

	if (!action || !request)
		status = error_usage(cli, "console", "'%s' is no instance id", id);
	else
		status = action_call(cli, action, request, &answer);
	json_decref(request);
	json_decref(answer);
	return status;
}

int command_console(struct cli *cli, int argc, char **argv)
{
	int status, fd;

	if (argc != 1 || argv[0][0] == '-')
		return error_usage(cli, "console", "one instance id is wanted");
	status = cli_open(cli);
	if (status)
		return status;
	status = check_instance(cli, argv[0]);
	if (status)
		return status;
	fd = ec2_console_connect(cli->ec2, argv[0]);
	if (fd == -ENOENT)
		return error_failed(cli,
				    "%s does not run. Start it with `ec2ctl start-instances "
				    "--instance-ids %s`; what it wrote before: `ec2ctl "
				    "get-console-output --instance-id %s --output text`",
				    argv[0], argv[0], argv[0]);
	if (fd < 0)
		return error_failed(cli, "the console of %s: %s", argv[0], strerror(-fd));
	fflush(cli->out);
	if (isatty(STDIN_FILENO)) {
		fprintf(cli->err, "Connected to %s. Ctrl-] leaves.\n", argv[0]);
		make_raw();
	}
	relay(fd);
	if (raw) {
		restore();
		fprintf(cli->err, "\nLeft the console of %s.\n", argv[0]);
	}
	close(fd);
	return CLI_OK;
}
