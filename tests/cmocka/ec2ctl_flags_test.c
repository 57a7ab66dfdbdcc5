// SPDX-License-Identifier: LGPL-2.1-or-later
/* Flags from the requests' shapes: every spelling, and what is wrong with the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ec2ctl_run.h"

/* A command line and the request that it makes; ` in the line stands for ", $DIR for a folder. */
struct row {
	const char *line;
	const char *request; /* JSON with ' for "; NULL: an error */
	const char *error; /* a part of it */
};

#define INSTANCES "describe-instances "
#define RUN "run-instances --image-id ami-1 "
#define MODIFY "modify-instance-attribute --instance-id i-1 "
#define REQUEST(rest) "{'ImageId': 'ami-1'" rest "}"
#define MODIFIED(rest) "{'InstanceId': 'i-1', " rest "}"

static const struct row lists[] = {
	{INSTANCES "--instance-ids i-1 i-2", "{'InstanceIds': ['i-1', 'i-2']}", NULL},
	{INSTANCES "--instance-ids i-1 --instance-ids i-2", "{'InstanceIds': ['i-1', 'i-2']}", NULL},
	{INSTANCES "--instance-ids=i-1", "{'InstanceIds': ['i-1']}", NULL},
	{INSTANCES "--instance-ids '[`i-1`, `i-2`]'", "{'InstanceIds': ['i-1', 'i-2']}", NULL},
	{INSTANCES "--instance-ids", NULL, "--instance-ids: at least one value is wanted"},
	{INSTANCES "--instance-ids --dry-run", NULL, "at least one value is wanted"},
	{INSTANCES "--instance-ids [`i-1`", NULL, "bad JSON"},
	{INSTANCES "--filters Name=n,Values=a,b", "{'Filters': [{'Name': 'n', 'Values': ['a', 'b']}]}",
	 NULL},
	{INSTANCES "--filters Name=n,Values=a Name=m,Values=b",
	 "{'Filters': [{'Name': 'n', 'Values': ['a']}, {'Name': 'm', 'Values': ['b']}]}", NULL},
	{INSTANCES "--filters Values=a,b,Name=n", "{'Filters': [{'Values': ['a', 'b'], 'Name': 'n'}]}",
	 NULL},
	{INSTANCES "--filters 'Name=n,Values=[a, b]'", "{'Filters': [{'Name': 'n', 'Values': ['a', 'b']}]}",
	 NULL},
	{INSTANCES "--filters 'Name=n,Values=`a,b`'", "{'Filters': [{'Name': 'n', 'Values': ['a,b']}]}",
	 NULL},
	{INSTANCES "--filters Name=n,Values=a\\,b", "{'Filters': [{'Name': 'n', 'Values': ['a,b']}]}",
	 NULL},
	{INSTANCES "--filters Name=tag:Name,Values=x=y",
	 "{'Filters': [{'Name': 'tag:Name', 'Values': ['x=y']}]}", NULL},
	{INSTANCES "--filters '{`Name`: `n`, `Values`: [`a`]}'",
	 "{'Filters': [{'Name': 'n', 'Values': ['a']}]}", NULL},
	{INSTANCES "--filters '[{`Name`: `n`}, {`Name`: `m`}]'",
	 "{'Filters': [{'Name': 'n'}, {'Name': 'm'}]}", NULL},
	{INSTANCES "--filters name=n", NULL, "did you mean 'Name'?"},
	{INSTANCES "--filters Name=n,Name=m", NULL, "this key stands here twice"},
	{INSTANCES "--filters running", NULL, "KEY=VALUE is wanted"},
	{INSTANCES "--filters 'Name=n,Values=`a'", NULL, "a quotation mark is not closed"},
	{INSTANCES "--filters 'Name=n,Values=[a'", NULL, "',' or ']' is wanted"},
};

static const struct row switches[] = {
	{RUN "--dry-run", REQUEST(", 'DryRun': true"), NULL},
	{RUN "--no-dry-run", REQUEST(", 'DryRun': false"), NULL},
	{RUN "--dry-run true", REQUEST(", 'DryRun': true"), NULL},
	{RUN "--dry-run=false", REQUEST(", 'DryRun': false"), NULL},
	{RUN "--dry-run --no-dry-run", REQUEST(", 'DryRun': false"), NULL},
	{RUN "--dry-run maybe", NULL, "Unknown option: maybe"},
	{RUN "--dry-run=maybe", NULL, "true or false is wanted, not 'maybe'"},
	{RUN "--no-image-id", NULL, "Unknown option: --no-image-id"},
	{"stop-instances --instance-ids i-1 --force", "{'InstanceIds': ['i-1'], 'Force': true}", NULL},
	{MODIFY "--disable-api-termination", MODIFIED("'DisableApiTermination': {'Value': true}"),
	 NULL},
	{MODIFY "--no-disable-api-termination", MODIFIED("'DisableApiTermination': {'Value': false}"),
	 NULL},
	{MODIFY "--disable-api-termination Value=false",
	 MODIFIED("'DisableApiTermination': {'Value': false}"), NULL},
	{MODIFY "--disable-api-termination '{`Value`: true}'",
	 MODIFIED("'DisableApiTermination': {'Value': true}"), NULL},
};

static const struct row scalars[] = {
	{RUN "--count 3", REQUEST(", 'MinCount': 3, 'MaxCount': 3"), NULL},
	{RUN "--count 1:5", REQUEST(", 'MinCount': 1, 'MaxCount': 5"), NULL},
	{RUN "--min-count 1 --max-count 2", REQUEST(", 'MinCount': 1, 'MaxCount': 2"), NULL},
	{RUN "--count 0", NULL, "N or MIN:MAX is wanted, not '0'"},
	{RUN "--count 5:1", NULL, "N or MIN:MAX"},
	{RUN "--count 1:", NULL, "N or MIN:MAX"},
	{RUN "--count x", NULL, "N or MIN:MAX"},
	{RUN "--count", NULL, "--count: a value is wanted"},
	{INSTANCES "--count 3", NULL, "Unknown option: --count"},
	{INSTANCES "--max-results many", NULL, "a whole number is wanted, not 'many'"},
	{INSTANCES "--max-results 5", "{'MaxResults': 5}", NULL},
	{RUN "--image-id ami-2", "{'ImageId': 'ami-2'}", NULL},
	{RUN "--instance-type", NULL, "--instance-type: a value is wanted"},
	{RUN "--instance-type --dry-run", NULL, "--instance-type: a value is wanted"},
	{MODIFY "--instance-type t3.small", MODIFIED("'InstanceType': {'Value': 't3.small'}"), NULL},
	{MODIFY "--instance-type Value=t3.small", MODIFIED("'InstanceType': {'Value': 't3.small'}"),
	 NULL},
	{RUN "--credit-specification CpuCredits=standard",
	 REQUEST(", 'CreditSpecification': {'CpuCredits': 'standard'}"), NULL},
	{RUN "--credit-specification standard",
	 REQUEST(", 'CreditSpecification': {'CpuCredits': 'standard'}"), NULL},
};

static const struct row structs[] = {
	{RUN "--placement AvailabilityZone=us-east-1a",
	 REQUEST(", 'Placement': {'AvailabilityZone': 'us-east-1a'}"), NULL},
	{RUN "--placement AvailabilityZon=us-east-1a", NULL, "did you mean 'AvailabilityZone'?"},
	{RUN "--tag-specifications ResourceType=instance,Tags=[{Key=Name,Value=web},{Key=a,Value=b}]",
	 REQUEST(", 'TagSpecifications': [{'ResourceType': 'instance', 'Tags': [{'Key': 'Name',"
		 " 'Value': 'web'}, {'Key': 'a', 'Value': 'b'}]}]"), NULL},
	{RUN "--block-device-mappings DeviceName=/dev/sda1,Ebs={VolumeSize=8,DeleteOnTermination=true}",
	 REQUEST(", 'BlockDeviceMappings': [{'DeviceName': '/dev/sda1', 'Ebs': {'VolumeSize': 8,"
		 " 'DeleteOnTermination': true}}]"), NULL},
	{RUN "--block-device-mappings DeviceName=/dev/sda1,Ebs={VolumeSize=big}", NULL,
	 "a whole number is wanted, not 'big'"},
	{RUN "--block-device-mappings DeviceName=/dev/sda1,Ebs=8", NULL, "'{' is wanted"},
	{RUN "--block-device-mappings DeviceName=/dev/sda1,Ebs={VolumeSize=8", NULL, "'}' is wanted"},
	{"create-tags --resources i-1 --tags Key=Name,Value= Key=b,Value=c",
	 "{'Resources': ['i-1'], 'Tags': [{'Key': 'Name', 'Value': ''}, {'Key': 'b', 'Value': 'c'}]}",
	 NULL},
	{"create-tags --resources i-1 --tags 'Key=Name,Value=a b'",
	 "{'Resources': ['i-1'], 'Tags': [{'Key': 'Name', 'Value': 'a b'}]}", NULL},
};

#define AUTHORIZE "authorize-security-group-ingress --group-id sg-1 "
#define REVOKE "revoke-security-group-egress --group-id sg-1 "
#define PERMITTED(rest) "{'GroupId': 'sg-1', 'IpPermissions': [{" rest "}]}"

static const struct row permissions[] = {
	{AUTHORIZE "--protocol tcp --port 22 --cidr 10.0.0.0/8",
	 PERMITTED("'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22,"
		   " 'IpRanges': [{'CidrIp': '10.0.0.0/8'}]"), NULL},
	{AUTHORIZE "--cidr=2001:db8::/32 --port=80-90 --protocol=udp",
	 PERMITTED("'IpProtocol': 'udp', 'FromPort': 80, 'ToPort': 90,"
		   " 'Ipv6Ranges': [{'CidrIpv6': '2001:db8::/32'}]"), NULL},
	{AUTHORIZE "--protocol all --source-group sg-2 --group-owner 123456789012",
	 PERMITTED("'IpProtocol': '-1', 'UserIdGroupPairs': [{'GroupId': 'sg-2',"
		   " 'UserId': '123456789012'}]"), NULL},
	{AUTHORIZE "--protocol icmp --port -1 --source-group web",
	 PERMITTED("'IpProtocol': 'icmp', 'FromPort': -1, 'ToPort': -1,"
		   " 'UserIdGroupPairs': [{'GroupName': 'web'}]"), NULL},
	{REVOKE "--protocol icmp --port 8--1 --cidr 0.0.0.0/0",
	 PERMITTED("'IpProtocol': 'icmp', 'FromPort': 8, 'ToPort': -1,"
		   " 'IpRanges': [{'CidrIp': '0.0.0.0/0'}]"), NULL},
	{AUTHORIZE "--protocol tcp --port all --cidr 0.0.0.0/0",
	 PERMITTED("'IpProtocol': 'tcp', 'FromPort': -1, 'ToPort': -1,"
		   " 'IpRanges': [{'CidrIp': '0.0.0.0/0'}]"), NULL},
	{AUTHORIZE "--ip-permissions IpProtocol=tcp,FromPort=22,ToPort=22,"
		   "IpRanges=[{CidrIp=10.0.0.0/8,Description=office}]",
	 PERMITTED("'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22,"
		   " 'IpRanges': [{'CidrIp': '10.0.0.0/8', 'Description': 'office'}]"), NULL},
	{AUTHORIZE "--ip-permissions '[{`IpProtocol`: `-1`, `UserIdGroupPairs`: [{`GroupId`:"
		   " `sg-2`}]}]'",
	 PERMITTED("'IpProtocol': '-1', 'UserIdGroupPairs': [{'GroupId': 'sg-2'}]"), NULL},
	{AUTHORIZE "--port ssh --protocol tcp", NULL, "N, FROM-TO or all is wanted, not 'ssh'"},
	{AUTHORIZE "--port 22- --protocol tcp", NULL, "--port: "},
	{AUTHORIZE "--port 70000 --protocol tcp", NULL, "--port: "},
	{AUTHORIZE "--port", NULL, "--port: a value is wanted"},
	{AUTHORIZE "--port 22 --cidr 0.0.0.0/0", NULL, "are required: --protocol"},
	{AUTHORIZE "--protocol tcp --ip-permissions IpProtocol=tcp", NULL, "cannot be used together"},
	{"delete-network-acl-entry --network-acl-id acl-1 --rule-number 1 --ingress",
	 "{'NetworkAclId': 'acl-1', 'RuleNumber': 1, 'Egress': false}", NULL},
	{"delete-network-acl-entry --network-acl-id acl-1 --rule-number 1 --egress",
	 "{'NetworkAclId': 'acl-1', 'RuleNumber': 1, 'Egress': true}", NULL},
	{"update-security-group-rule-descriptions-ingress --group-id sg-1 --protocol tcp", NULL,
	 "Unknown option: --protocol"},
};

static const struct row documents[] = {
	{RUN "--user-data hello", REQUEST(", 'UserData': 'aGVsbG8='"), NULL},
	{RUN "--user-data file://$DIR/text", REQUEST(", 'UserData': 'aGVsbG8K'"), NULL},
	{RUN "--user-data fileb://$DIR/binary", REQUEST(", 'UserData': 'AAH/'"), NULL},
	{RUN "--user-data file://$DIR/none", NULL, "No such file"},
	{RUN "--client-token file://$DIR/binary", NULL, "NUL byte"},
	{INSTANCES "--filters file://$DIR/filters.json",
	 "{'Filters': [{'Name': 'n', 'Values': ['a']}]}", NULL},
	{INSTANCES "--cli-input-json '{`InstanceIds`: [`i-1`]}'", "{'InstanceIds': ['i-1']}", NULL},
	{INSTANCES "--cli-input-json '{`MaxResults`: 7}' --max-results 9", "{'MaxResults': 9}", NULL},
	{INSTANCES "--max-results 9 --cli-input-json '{`MaxResults`: 7}'", "{'MaxResults': 9}", NULL},
	{INSTANCES "--cli-input-json file://$DIR/input.json", "{'InstanceIds': ['i-3']}", NULL},
	{INSTANCES "--cli-input-json []", NULL, "a JSON object is wanted"},
	{INSTANCES "--cli-input-json {", NULL, "a JSON object is wanted: "},
	{INSTANCES "--cli-input-json", NULL, "--cli-input-json: a value is wanted"},
	{"start-instances --cli-input-json '{`InstanceIds`: [`i-1`]}'", "{'InstanceIds': ['i-1']}", NULL},
};

static const struct row wrong[] = {
	{"run-instances", NULL, "the following arguments are required: --image-id"},
	{"create-tags", NULL, "the following arguments are required: --resources, --tags"},
	{RUN "--imageid ami-1", NULL, "Unknown option: --imageid (did you mean --image-id?)"},
	{RUN "--instance-typ t3.nano", NULL, "(did you mean --instance-type?)"},
	{RUN "--ouptut json", NULL, "(did you mean --output?)"},
	{RUN "--zzzzzzzzzzzz", NULL, "Unknown option: --zzzzzzzzzzzz\n"},
	{RUN "stray", NULL, "Unknown option: stray"},
	{RUN "--a234567890123456789012345678901234567890123456789012345678901234567890 x", NULL,
	 "Unknown option: --a2345"},
	{RUN "--user-data hello --user-dat x", NULL, "(did you mean --user-data?)"},
};

static char folder[] = "/tmp/ec2ctl-flags-XXXXXX";

static char *swap(const char *template, char from, char to)
{
	const char *dir = strstr(template, "$DIR");
	char *text;

	assert_true(asprintf(&text, "%.*s%s%s", (int)(dir ? dir - template : (long)strlen(template)),
			     template, dir ? folder : "", dir ? dir + 4 : "") >= 0);
	for (char *c = text; *c; c++) {
		if (*c == from)
			*c = to;
	}
	return text;
}

static void check_row(const struct row *row)
{
	char *line = swap(row->line, '`', '"'), *expected = NULL, *got = NULL, *err;
	char *words[RUN_MAX_WORDS + 1];
	int n = run_words(line, words), status;
	size_t size;
	struct cli cli = {.actions = ec2_actions, .n_actions = ec2_n_actions,
			  .err = open_memstream(&err, &size)};
	json_t *request = NULL, *wanted = NULL;
	bool skeleton;

	status = flags_request(&cli, action_find(&cli, words[0]), NULL, n - 1, words + 1, &request,
			       &skeleton);
	fclose(cli.err);
	if (row->request) {
		expected = swap(row->request, '\'', '"');
		wanted = json_loads(expected, 0, NULL);
		assert_non_null(wanted);
		got = request ? json_dumps(request, JSON_COMPACT) : strdup("nothing");
		if (status || !json_equal(request, wanted))
			fail_msg("%s: %s instead of %s (%s)", row->line, got, expected, err);
	} else if (status != CLI_USAGE || !strstr(err, row->error)) {
		fail_msg("%s: %d, no '%s' in '%s'", row->line, status, row->error, err);
	}
	json_decref(request);
	json_decref(wanted);
	free(expected);
	free(got);
	free(line);
	free(err);
}

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_row(&rows[i]);
}

#define TABLE(name)                                                   \
	static void test_##name(void **state)                         \
	{                                                             \
		(void)state;                                          \
		check(name, sizeof(name) / sizeof((name)[0]));        \
	}
TABLE(lists)
TABLE(switches)
TABLE(scalars)
TABLE(structs)
TABLE(permissions)
TABLE(documents)
TABLE(wrong)

/* Each member of each request has a flag, and no two of one request have the same. */
static void every_member_has_a_flag(void **state)
{
	(void)state;
	for (size_t a = 0; a < ec2_n_actions; a++) {
		const struct ec2_shape *shape = ec2_actions[a].request;
		char names[64][FLAG_NAME_MAX];

		for (size_t i = 0; i < shape->n_fields; i++) {
			flag_name(shape->fields[i].name, names[i]);
			assert_int_equal(strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789-"),
					 strlen(names[i]));
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(names[i], names[j]);
			for (size_t g = 0; g < n_global_flags; g++)
				assert_string_not_equal(names[i], global_flags[g].name);
		}
	}
}

/* What --generate-cli-skeleton prints is taken by --cli-input-json, for each action. */
static void skeletons_are_requests(void **state)
{
	(void)state;
	for (size_t a = 0; a < ec2_n_actions; a++) {
		const struct ec2_action *action = &ec2_actions[a];
		char line[128];
		struct run run;
		json_t *json;

		snprintf(line, sizeof(line), "%s --generate-cli-skeleton", action->command);
		run = run_line(NULL, NULL, 0, false, line);
		assert_int_equal(run.status, 0);
		json = json_loads(run.out, 0, NULL);
		assert_int_equal(json_object_size(json), action->request->n_fields);
		for (size_t i = 0; i < action->request->n_fields; i++)
			assert_non_null(json_object_get(json, action->request->fields[i].name));
		json_decref(json);
		run_free(&run);
	}
}

static void put(const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static const char *const files[] = {"text", "binary", "filters.json", "input.json"};

static int set_up(void **state)
{
	static const char filters[] = "[{\"Name\": \"n\", \"Values\": [\"a\"]}]";
	static const char input[] = "{\"InstanceIds\": [\"i-3\"]}";

	(void)state;
	assert_non_null(mkdtemp(folder));
	put(files[0], "hello\n", 6);
	put(files[1], "\0\1\377", 3);
	put(files[2], filters, strlen(filters));
	put(files[3], input, strlen(input));
	return 0;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_structs),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(every_member_has_a_flag),
		cmocka_unit_test(skeletons_are_requests),
	};

	return cmocka_run_group_tests_name("flags", tests, set_up, tear_down);
}
