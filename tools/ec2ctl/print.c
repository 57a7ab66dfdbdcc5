// SPDX-License-Identifier: LGPL-2.1-or-later
/* From an answer to what stands on standard output. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum output print_format(const struct cli *cli)
{
	if (cli->output != OUTPUT_UNSET)
		return cli->output;
	return cli->out_tty ? OUTPUT_TABLE : OUTPUT_JSON;
}

/* --max-items: the answer's list, cut. */
static void cut(json_t *answer, const char *path, long max)
{
	size_t length = path ? strcspn(path, ".") : 0;
	const char *key;
	json_t *list;

	json_object_foreach(answer, key, list) {
		if (strlen(key) != length || strncmp(key, path, length))
			continue;
		while (json_array_size(list) > (size_t)max)
			json_array_remove(list, json_array_size(list) - 1);
	}
}

static void print_json(FILE *out, const json_t *json)
{
	json_dumpf(json, out, JSON_INDENT(4) | JSON_ENCODE_ANY);
	fputc('\n', out);
}

static int print_queried(struct cli *cli, json_t *answer)
{
	char *error;
	json_t *found = query_eval(cli->query, answer, &error);

	if (!found) {
		error_usage(cli, NULL, "%s", error ? error : "out of memory");
		free(error);
		return CLI_USAGE;
	}
	switch (print_format(cli)) {
	case OUTPUT_TEXT:
		text_print(cli->out, found);
		break;
	case OUTPUT_TABLE:
		table_print_json(cli, found);
		break;
	default:
		print_json(cli->out, found);
		break;
	}
	json_decref(found);
	return CLI_OK;
}

int print_answer(struct cli *cli, const struct ec2_shape *shape, const char *path, json_t *answer)
{
	if (!answer)
		return CLI_OK;
	if (cli->max_items)
		cut(answer, path, cli->max_items);
	if (cli->query)
		return print_queried(cli, answer);
	switch (print_format(cli)) {
	case OUTPUT_TEXT:
		text_print(cli->out, answer);
		break;
	case OUTPUT_TABLE:
		table_print(cli, shape, path, answer);
		break;
	default:
		print_json(cli->out, answer);
		break;
	}
	return CLI_OK;
}
