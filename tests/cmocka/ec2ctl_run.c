// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ec2ctl_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

int run_words(char *line, char **words)
{
	int n = 0;

	while (*line) {
		char *to = line, *from = line;
		bool quoted = false;

		if (*line == ' ') {
			line++;
			continue;
		}
		assert_true(n < RUN_MAX_WORDS);
		words[n++] = line;
		for (; *from && (quoted || *from != ' '); from++) {
			if (*from == '\'')
				quoted = !quoted;
			else
				*to++ = *from;
		}
		line = from + (*from != '\0');
		*to = '\0';
	}
	return n;
}

struct run run_line(struct ec2 *ec2, const struct ec2_action *actions, size_t n_actions, bool tty,
		    const char *line)
{
	struct run run = {0};
	size_t out_size, err_size;
	struct cli cli = {
		.actions = actions ? actions : ec2_actions,
		.n_actions = actions ? n_actions : ec2_n_actions,
		.out = open_memstream(&run.out, &out_size),
		.err = open_memstream(&run.err, &err_size),
		.out_tty = tty,
		.width = 80,
		.ec2 = ec2,
	};
	char *copy = strdup(line), *words[RUN_MAX_WORDS + 1];

	assert_non_null(cli.out);
	assert_non_null(cli.err);
	run.status = cli_run(&cli, run_words(copy, words), words);
	/* the region is the test's */
	if (cli.ec2 == ec2)
		cli.ec2 = NULL;
	cli_close(&cli);
	fclose(cli.out);
	fclose(cli.err);
	free(copy);
	return run;
}

void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
}

static bool holds(const char *text, const char *part)
{
	if (!part)
		return true;
	return *part ? strstr(text, part) != NULL : !*text;
}

void run_check(struct ec2 *ec2, const struct run_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run run = run_line(ec2, NULL, 0, false, rows[i].line);

		if (run.status != rows[i].status)
			fail_msg("ec2ctl %s: %d instead of %d\n%s%s", rows[i].line, run.status,
				 rows[i].status, run.out, run.err);
		if (!holds(run.out, rows[i].out))
			fail_msg("ec2ctl %s: no '%s' in '%s'", rows[i].line, rows[i].out, run.out);
		if (!holds(run.err, rows[i].err))
			fail_msg("ec2ctl %s: no '%s' in '%s'", rows[i].line, rows[i].err, run.err);
		run_free(&run);
	}
}
