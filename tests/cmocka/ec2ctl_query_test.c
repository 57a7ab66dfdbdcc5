// SPDX-License-Identifier: LGPL-2.1-or-later
/* JMESPath: expression and result, by the specification's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ec2ctl/query.h"

static const char document[] =
	"{'R': [{'I': [{'Id': 'i-1', 'State': {'Name': 'running', 'Code': 16}, 'Cpus': 2,"
	"   'Tags': [{'Key': 'Name', 'Value': 'web'}]},"
	"  {'Id': 'i-2', 'State': {'Name': 'stopped', 'Code': 80}, 'Cpus': 4}]},"
	" {'I': [{'Id': 'i-3', 'State': {'Name': 'running', 'Code': 16}, 'Cpus': 1, 'Spot': true}]}],"
	" 'N': [3, 1, 2], 'S': ['b', 'a'], 'Nested': [[1, [2]], [3], 4], 'Empty': [], 'No': null,"
	" 'Text': 'häuser', 'a-b': 5, 'Obj': {'x': 1, 'y': 2}}";

static const struct {
	const char *query, *result; /* ' for " in results and in `literals`; NULL: an error */
} rows[] = {
	/* paths */
	{"N", "[3,1,2]"},
	{"@.Text", "'häuser'"},
	{"Obj.x", "1"},
	{"Obj.x.y", "null"},
	{"Nothing.at.all", "null"},
	{"No", "null"},
	{"\"a-b\"", "5"},
	{"N[0]", "3"},
	{"N[-1]", "2"},
	{"N[9]", "null"},
	{"N[-9]", "null"},
	{"Obj[0]", "null"},
	/* slices */
	{"N[:2]", "[3,1]"},
	{"N[1:]", "[1,2]"},
	{"N[-2:]", "[1,2]"},
	{"N[::-1]", "[2,1,3]"},
	{"N[::2]", "[3,2]"},
	{"N[5:]", "[]"},
	{"Text[:2]", "null"},
	{"N[::0]", NULL},
	/* projections */
	{"R[*].I[*].Id", "[['i-1','i-2'],['i-3']]"},
	{"R[].I[].Id", "['i-1','i-2','i-3']"},
	{"R[].I[].Spot", "[true]"},
	{"R[].I[].State.Name", "['running','stopped','running']"},
	{"R[0].I[1].Id", "'i-2'"},
	{"R[].I[0].Id", "['i-1','i-3']"},
	{"R[].I[].Id | [0]", "'i-1'"},
	{"R[].I[].Id[0]", "[]"},
	{"Obj.*", "[1,2]"},
	{"Nested[]", "[1,[2],3,4]"},
	{"Nested[][]", "[1,2,3,4]"},
	{"Empty[]", "[]"},
	{"Text[]", "null"},
	{"R[].I[].Tags[].Value", "['web']"},
	/* filters */
	{"R[].I[?State.Name=='running'].Id", "[['i-1'],['i-3']]"},
	{"R[].I[?State.Name=='running'].Id[]", "['i-1','i-3']"},
	{"R[].I[] | [?Cpus > `1`].Id", "['i-1','i-2']"},
	{"R[].I[] | [?Cpus >= `2` && Cpus < `4`].Id", "['i-1']"},
	{"R[].I[] | [?Cpus <= `1` || Spot].Id", "['i-3']"},
	{"R[].I[] | [?!Spot].Id", "['i-1','i-2']"},
	{"R[].I[] | [?Cpus != `2`].Id", "['i-2','i-3']"},
	{"R[].I[] | [?Tags[?Key=='Name' && Value=='web']].Id", "['i-1']"},
	{"R[].I[] | [?Id > 'i-2'].Id", "['i-3']"},
	{"R[].I[] | [?(Cpus == `1` || Cpus == `2`) && State.Code == `16`].Id", "['i-1','i-3']"},
	{"N[?@ > `1`]", "[3,2]"},
	/* several at once */
	{"R[].I[].[Id,Cpus]", "[['i-1',2],['i-2',4],['i-3',1]]"},
	{"R[].I[].{Id: Id, S: State.Name}",
	 "[{'Id':'i-1','S':'running'},{'Id':'i-2','S':'stopped'},{'Id':'i-3','S':'running'}]"},
	{"{A: N[0], \"b c\": Text}", "{'A':3,'b c':'häuser'}"},
	{"No.[a,b]", "null"},
	{"[N[0], Nothing]", "[3,null]"},
	/* literals */
	{"`1.5`", "1.5"},
	{"`{'a': [true]}`", "{'a':[true]}"},
	{"'raw'", "'raw'"},
	{"`bare`", "'bare'"},
	/* functions */
	{"length(N)", "3"},
	{"length(Text)", "6"},
	{"length(R[].I[])", "3"},
	{"sort(N)", "[1,2,3]"},
	{"sort(S)", "['a','b']"},
	{"reverse(N)", "[2,1,3]"},
	{"sort_by(R[].I[], &Cpus)[].Id", "['i-3','i-1','i-2']"},
	{"sort_by(R[].I[], &Cpus)[-1].Id", "'i-2'"},
	{"max_by(R[].I[], &Cpus).Id", "'i-2'"},
	{"min_by(R[].I[], &Cpus).Id", "'i-3'"},
	{"max(N)", "3"},
	{"min(S)", "'a'"},
	{"max(Empty)", "null"},
	{"sum(N)", "6"},
	{"sum(Empty)", "0"},
	{"map(&Id, R[].I[])", "['i-1','i-2','i-3']"},
	{"map(&Spot, R[].I[])", "[null,null,true]"},
	{"join(', ', S)", "'b, a'"},
	{"keys(Obj)", "['x','y']"},
	{"values(Obj)", "[1,2]"},
	{"contains(S, 'a')", "true"},
	{"contains(Text, 'use')", "true"},
	{"contains(N, `9`)", "false"},
	{"starts_with(Text, 'hä')", "true"},
	{"ends_with(Text, 'er')", "true"},
	{"not_null(No, Nothing, Text)", "'häuser'"},
	{"to_number('12')", "12"},
	{"to_number(Text)", "null"},
	{"to_string(Obj)", "'{\"x\":1,\"y\":2}'"},
	{"R[].I[] | [?starts_with(Id, 'i-')] | length(@)", "3"},
	{"R[].I[] | [?contains(Tags[].Value, 'web')].Id", NULL},
	/* errors */
	{"", NULL},
	{"N[", NULL},
	{"N[0", NULL},
	{"N[x]", NULL},
	{"N.", NULL},
	{".N", NULL},
	{"N)", NULL},
	{"[N", NULL},
	{"{A}", NULL},
	{"'open", NULL},
	{"N ==", NULL},
	{"N = `1`", NULL},
	{"nosuch(N)", NULL},
	{"length()", NULL},
	{"length(N, N)", NULL},
	{"length(`1`)", NULL},
	{"sort(Nested)", NULL},
	{"sum(S)", NULL},
	{"sort_by(N, N)", NULL},
	{"map(N, N)", NULL},
	{"&N", NULL},
	{"N[99999999999999999999]", NULL},
};

static char *quoted(const char *text)
{
	char *copy = strdup(text);

	for (char *c = copy; *c; c++) {
		if (*c == '\'')
			*c = '"';
	}
	return copy;
}

/* A raw string stays; the quotation marks of a `literal` are JSON's. */
static char *query_text(const char *text)
{
	char *copy = strdup(text);
	bool literal = false;

	for (char *c = copy; *c; c++) {
		if (*c == '`')
			literal = !literal;
		else if (literal && *c == '\'')
			*c = '"';
	}
	return copy;
}

static void check_row(const char *text, const char *result, json_t *root)
{
	char *error = NULL, *copy = query_text(text);
	struct query *query = query_parse(copy, &error);
	json_t *got = query ? query_eval(query, root, &error) : NULL;
	char *shown = got ? json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	char *wanted = result ? quoted(result) : NULL;

	/* a string with quotation marks inside is given as it is */
	if (result && strstr(result, "\\\""))
		assert_non_null(shown);
	if (result && !shown)
		fail_msg("%s: %s", text, error ? error : "nothing");
	if (result && strncmp(text, "to_string", 9) && strcmp(shown, wanted))
		fail_msg("%s: %s instead of %s", text, shown, wanted);
	if (!strncmp(text, "to_string", 9))
		assert_string_equal(json_string_value(got), "{\"x\":1,\"y\":2}");
	if (!result && (got || !error || !strstr(error, "--query")))
		fail_msg("%s: %s, and no good error: %s", text, shown ? shown : "nothing",
			 error ? error : "none");
	json_decref(got);
	query_free(query);
	free(shown);
	free(wanted);
	free(error);
	free(copy);
}

static void expressions_and_results(void **state)
{
	char *text = quoted(document);
	json_t *root = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(root);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(rows[i].query, rows[i].result, root);
	json_decref(root);
	free(text);
}

/* An error, no overrun of the stack. */
static void deep_nesting_ends(void **state)
{
	static const char *const parts[] = {"(", "[", "!", "a.", "a[?", "{a:", "[*]"};

	(void)state;
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		size_t length = strlen(parts[p]), n = 100000;
		char *text = malloc(n * length + 2), *error = NULL;
		struct query *query;

		for (size_t i = 0; i < n; i++)
			memcpy(text + i * length, parts[p], length);
		strcpy(text + n * length, "a");
		query = query_parse(text, &error);
		assert_null(query);
		assert_true(strstr(error, "nested too deeply") || strstr(error, "too long"));
		free(error);
		free(text);
	}
}

static void the_list_of_functions_is_whole(void **state)
{
	char *names = strdup(query_functions), *save;
	size_t min, max, n = 0;

	(void)state;
	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		assert_non_null(query_function_check(name, &min, &max));
		assert_true(min >= 1 && max >= min);
		n++;
	}
	assert_true(n >= 19);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_and_results),
		cmocka_unit_test(deep_nesting_ends),
		cmocka_unit_test(the_list_of_functions_is_whole),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
