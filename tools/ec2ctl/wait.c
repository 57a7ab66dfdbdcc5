// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl wait: EC2's waiters. */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/events.h"

#define TIMEOUT_S 600
#define POLL_MIN_MS 20
#define POLL_MAX_MS 1000

struct waiter {
	const char *name;    /* on the command line */
	const char *aws;     /* in messages */
	const char *action;
	const char *path;    /* JMESPath of the values */
	const char *wanted;  /* all of these; NULL: that there are any */
	const char *hopeless[4]; /* any of these, and it will not come */
	bool retry_not_found;
};

#define STATES "Reservations[].Instances[].State.Name"

static const struct waiter waiters[] = {
	{"instance-exists", "InstanceExists", "describe-instances", STATES, NULL, {NULL}, true},
	{"instance-running", "InstanceRunning", "describe-instances", STATES, "running",
	 {"shutting-down", "terminated", "stopping", NULL}, true},
	{"instance-stopped", "InstanceStopped", "describe-instances", STATES, "stopped",
	 {"pending", "terminated", NULL}, false},
	{"instance-terminated", "InstanceTerminated", "describe-instances", STATES, "terminated",
	 {"pending", "stopping", NULL}, false},
	{"instance-status-ok", "InstanceStatusOk", "describe-instance-status",
	 "InstanceStatuses[].InstanceStatus.Status", "ok", {NULL}, true},
	{"system-status-ok", "SystemStatusOk", "describe-instance-status",
	 "InstanceStatuses[].SystemStatus.Status", "ok", {NULL}, true},
};
#define N_WAITERS (sizeof(waiters) / sizeof(waiters[0]))

static const struct waiter *find(const char *name)
{
	for (size_t i = 0; i < N_WAITERS; i++) {
		if (!strcmp(waiters[i].name, name))
			return &waiters[i];
	}
	return NULL;
}

static int unknown(struct cli *cli, const char *name)
{
	const char *names[N_WAITERS + 1] = {NULL}, *near;

	for (size_t i = 0; i < N_WAITERS; i++)
		names[i] = waiters[i].name;
	near = suggest(name, names);
	return error_usage(cli, "wait", "Unknown state: %s%s%s%s", name,
			   near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* Return: 1 it is so, 0 not yet, -1 never (*why is set). */
static int judge(const struct waiter *w, const struct query *query, json_t *answer, const char **why)
{
	char *error;
	json_t *values = query_eval(query, answer, &error);
	size_t n = json_array_size(values), good = 0;
	int verdict = 0;

	for (size_t i = 0; values && i < n && verdict >= 0; i++) {
		const char *value = json_string_value(json_array_get(values, i));

		good += !w->wanted || (value && !strcmp(value, w->wanted));
		for (int h = 0; value && w->hopeless[h]; h++) {
			if (strcmp(value, w->hopeless[h]))
				continue;
			*why = w->hopeless[h];
			verdict = -1;
		}
	}
	if (!verdict && n && good == n)
		verdict = 1;
	if (!values)
		free(error);
	json_decref(values);
	return verdict;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

/*
 * Until something happens. The record follows the kernel's event by a moment, so look often at first
 * and ever less after.
 */
static void pause_for(struct ec2_events *events, int *delay)
{
	struct ec2_event event;

	if (!events) {
		poll(NULL, 0, *delay < 250 ? *delay : 250);
	} else if (ec2_events_next(events, &event, *delay) > 0) {
		while (ec2_events_next(events, &event, 0) > 0)
			;
		*delay = POLL_MIN_MS / 2;
	}
	*delay = *delay * 2 < POLL_MAX_MS ? *delay * 2 : POLL_MAX_MS;
}

static int failed(struct cli *cli, const struct waiter *w, const char *why, const char *more)
{
	fprintf(cli->err, "\nWaiter %s failed: %s%s%s\n", w->aws, why, *more ? ": " : "", more);
	return CLI_FAILED;
}

static int hopeless(struct cli *cli, const struct waiter *w, const char *state)
{
	fprintf(cli->err,
		"\nWaiter %s failed: Waiter encountered a terminal failure state: For expression "
		"\"%s\" we matched expected path: \"%s\" at least once\n",
		w->aws, w->path, state);
	return CLI_FAILED;
}

static int wait_for(struct cli *cli, const struct waiter *w, const struct ec2_action *action,
		    const struct query *query, const json_t *request, long timeout)
{
	int64_t end = now_ms() + timeout * 1000;
	struct ec2_events *events = NULL;
	int delay = POLL_MIN_MS, status = cli_open(cli);

	if (status)
		return status;
	/* without the right to follow events it is polling only */
	if (ec2_events_open(&events))
		events = NULL;
	for (;;) {
		json_t *answer = NULL;
		const char *why = NULL;
		int verdict = 0;

		if (!action_try(cli, action, request, &answer)) {
			verdict = judge(w, query, answer, &why);
		} else if (!w->retry_not_found ||
			   strcmp(ec2_last_error(cli->ec2)->code, "InvalidInstanceID.NotFound")) {
			status = failed(cli, w, ec2_last_error(cli->ec2)->code,
					ec2_last_error(cli->ec2)->message);
			verdict = 1;
		}
		json_decref(answer);
		if (verdict < 0)
			status = hopeless(cli, w, why);
		if (verdict)
			break;
		if (now_ms() >= end) {
			status = failed(cli, w, "Max attempts exceeded",
					ec2_last_error(cli->ec2)->message);
			break;
		}
		pause_for(events, &delay);
	}
	ec2_events_close(events);
	return status;
}

int command_wait(struct cli *cli, int argc, char **argv)
{
	const struct ec2_action *action;
	const struct waiter *w;
	const char *text;
	struct query *query;
	json_t *request;
	bool missing, skeleton;
	long timeout = TIMEOUT_S;
	char *end = NULL, *error;
	int status;

	if (!argc || argv[0][0] == '-')
		return error_usage(cli, "wait", "what to wait for is missing");
	w = find(argv[0]);
	if (!w)
		return unknown(cli, argv[0]);
	text = flags_take(&argc, argv, "timeout", &missing);
	if (text)
		timeout = strtol(text, &end, 10);
	if (missing || (text && (end == text || *end || timeout < 0 || timeout > 1000000)))
		return error_usage(cli, "wait", "--timeout: seconds are wanted");
	action = action_find(cli, w->action);
	if (!action)
		return error_failed(cli, "%s is missing", w->action);
	status = flags_request(cli, action, NULL, argc - 1, argv + 1, &request, &skeleton);
	if (status)
		return status;
	if (skeleton) {
		json_dumpf(request, cli->out, JSON_INDENT(4));
		fputc('\n', cli->out);
		json_decref(request);
		return CLI_OK;
	}
	query = query_parse(w->path, &error);
	if (query)
		status = wait_for(cli, w, action, query, request, timeout);
	query_free(query);
	json_decref(request);
	return status;
}
