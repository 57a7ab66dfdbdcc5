// SPDX-License-Identifier: LGPL-2.1-or-later
/* An action of EC2's: flags to request, call, answer to print. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/json.h"

/* The request as a struct; freed by request_free(). */
static void *request_new(const struct ec2_shape *shape, const json_t *json, char **error)
{
	void *p = calloc(1, shape->size);

	if (p && ec2_json_to_struct(shape, json, p, error)) {
		free(p);
		return NULL;
	}
	return p;
}

static void request_free(const struct ec2_shape *shape, void *p)
{
	if (p)
		ec2_shape_clear(shape, p);
	free(p);
}

static int call(struct cli *cli, const struct ec2_action *action, const void *request,
		json_t **answer)
{
	void *response = action->response ? calloc(1, action->response->size) : NULL;
	int err;

	*answer = NULL;
	if (action->response && !response)
		return -ENOMEM;
	err = action->call(cli->ec2, request, response);
	if (!err && response) {
		*answer = ec2_json_from_struct(action->response, response);
		ec2_shape_clear(action->response, response);
	}
	free(response);
	return err;
}

int action_try(struct cli *cli, const struct ec2_action *action, const json_t *request,
	       json_t **answer)
{
	char *error = NULL;
	void *p = request_new(action->request, request, &error);
	int err;

	free(error);
	if (!p)
		return -EINVAL;
	err = call(cli, action, p, answer);
	request_free(action->request, p);
	return err;
}

int action_call(struct cli *cli, const struct ec2_action *action, const json_t *request,
		json_t **answer)
{
	char *error = NULL;
	void *p = NULL;
	int status, err;

	if (action->request) {
		p = request_new(action->request, request, &error);
		if (!p) {
			status = error_usage(cli, action->command, "Parameter validation failed: %s",
					     error ? error : "out of memory");
			free(error);
			return status;
		}
	}
	status = cli_open(cli);
	if (!status) {
		err = call(cli, action, p, answer);
		if (err)
			status = error_service(cli, action->name);
	}
	if (action->request)
		request_free(action->request, p);
	return status;
}

/* Console output comes in base 64; people want to read it. */
static int print_console_output(struct cli *cli, json_t *answer)
{
	const char *encoded = json_string_value(json_object_get(answer, "Output"));
	char *data = NULL;
	long size = encoded ? base64_decode(encoded, &data) : 0;

	if (size < 0)
		return error_failed(cli, "the console output is not base 64");
	if (size > 0) {
		fwrite(data, 1, size, cli->out);
		if (data[size - 1] != '\n')
			fputc('\n', cli->out);
	} else if (cli->out_tty) {
		fputs("(nothing yet)\n", cli->out);
	}
	free(data);
	return CLI_OK;
}

/* The AWS command line decodes it in JSON, too. */
static void decode_member(json_t *answer, const char *name)
{
	const char *encoded = json_string_value(json_object_get(answer, name));
	char *data = NULL;
	long size = encoded ? base64_decode(encoded, &data) : -1;
	struct text_holder {
		char *text;
	} holder = {data};
	static const struct ec2_field field = {
		.name = "Text", .kind = EC2_STRING, .size = sizeof(char *)};
	static const struct ec2_shape shape = {
		.name = "Text", .size = sizeof(char *), .fields = &field, .n_fields = 1};
	json_t *clean;

	if (size < 0)
		return;
	/* NUL would end the text */
	for (long i = 0; i < size; i++) {
		if (!data[i])
			data[i] = ' ';
	}
	clean = ec2_json_from_struct(&shape, &holder);
	json_object_set(answer, name, json_object_get(clean, "Text"));
	json_decref(clean);
	free(data);
}

static int print(struct cli *cli, const struct ec2_action *action, json_t *answer)
{
	if (!strcmp(action->name, "GetConsoleOutput")) {
		if (!cli->query && print_format(cli) != OUTPUT_JSON)
			return print_console_output(cli, answer);
		decode_member(answer, "Output");
	}
	return print_answer(cli, action->response, action->table, answer);
}

int command_action(struct cli *cli, const struct ec2_action *action, int argc, char **argv)
{
	json_t *request = NULL, *answer = NULL;
	bool skeleton;
	int status = flags_request(cli, action, NULL, argc, argv, &request, &skeleton);

	if (status)
		return status;
	if (skeleton) {
		json_dumpf(request, cli->out, JSON_INDENT(4));
		fputc('\n', cli->out);
	} else {
		status = action_call(cli, action, request, &answer);
		if (!status)
			status = print(cli, action, answer);
	}
	json_decref(request);
	json_decref(answer);
	return status;
}

int command_reconcile(struct cli *cli, int argc, char **argv)
{
	json_t *answer = NULL;
	int status;

	if (argc)
		return error_usage(cli, "reconcile", "Unknown option: %s", argv[0]);
	status = action_call(cli, &ec2_reconcile_action, NULL, &answer);
	if (!status)
		status = print_answer(cli, ec2_reconcile_action.response,
				      ec2_reconcile_action.table, answer);
	json_decref(answer);
	return status;
}
