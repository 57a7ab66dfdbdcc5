/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command, called in this process: what it prints and how it ends. */
#ifndef TESTS_EC2CTL_RUN_H
#define TESTS_EC2CTL_RUN_H

#include <ec2ctl.h>

#include "tools/ec2ctl/cli.h"

#define RUN_MAX_WORDS 64
/* The line's words, in place: divided by blanks; 'a b' keeps a blank. Return: how many. */
int run_words(char *line, char **words);

struct run {
	int status;
	char *out, *err; /* run_free() */
};

/*
 * Run a command line.
 * @ec2: an open region, or NULL: the command opens what the environment says
 * @actions: NULL: EC2's
 * @tty: standard output is a terminal of 80 columns
 */
struct run run_line(struct ec2 *ec2, const struct ec2_action *actions, size_t n_actions, bool tty,
		    const char *line);
void run_free(struct run *run);

/* One command line and what it must do; NULL: anything. "" in err or out: nothing at all. */
struct run_row {
	const char *line;
	int status;
	const char *out, *err; /* a part of it */
};
void run_check(struct ec2 *ec2, const struct run_row *rows, size_t n);
#define RUN_CHECK(ec2, rows) run_check(ec2, rows, sizeof(rows) / sizeof((rows)[0]))

#endif
