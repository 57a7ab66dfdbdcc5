// SPDX-License-Identifier: LGPL-2.1-or-later
/* --output on answers as EC2 gives them: JSON of exactly its shape, text, tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ec2ctl_run.h"
#include "model/json.h"

/* What the AWS command line prints for such an instance, each member this region knows in place. */
static const char instances[] =
"{\n"
"    \"Reservations\": [\n"
"        {\n"
"            \"Groups\": [],\n"
"            \"Instances\": [\n"
"                {\n"
"                    \"AmiLaunchIndex\": 0,\n"
"                    \"ImageId\": \"ami-0abcdef1234567890\",\n"
"                    \"InstanceId\": \"i-1234567890abcdef0\",\n"
"                    \"InstanceType\": \"t3.nano\",\n"
"                    \"LaunchTime\": \"2026-01-02T03:04:05+00:00\",\n"
"                    \"Monitoring\": {\n"
"                        \"State\": \"disabled\"\n"
"                    },\n"
"                    \"Placement\": {\n"
"                        \"AvailabilityZone\": \"us-east-1a\",\n"
"                        \"GroupName\": \"\",\n"
"                        \"Tenancy\": \"default\"\n"
"                    },\n"
"                    \"PrivateDnsName\": \"\",\n"
"                    \"PublicDnsName\": \"\",\n"
"                    \"State\": {\n"
"                        \"Code\": 16,\n"
"                        \"Name\": \"running\"\n"
"                    },\n"
"                    \"StateTransitionReason\": \"\",\n"
"                    \"Architecture\": \"x86_64\",\n"
"                    \"BlockDeviceMappings\": [\n"
"                        {\n"
"                            \"DeviceName\": \"/dev/sda1\",\n"
"                            \"Ebs\": {\n"
"                                \"AttachTime\": \"2026-01-02T03:04:05+00:00\",\n"
"                                \"DeleteOnTermination\": true,\n"
"                                \"Status\": \"attached\",\n"
"                                \"VolumeId\": \"vol-1234567890abcdef0\"\n"
"                            }\n"
"                        }\n"
"                    ],\n"
"                    \"ClientToken\": \"\",\n"
"                    \"EbsOptimized\": false,\n"
"                    \"EnaSupport\": false,\n"
"                    \"Hypervisor\": \"xen\",\n"
"                    \"NetworkInterfaces\": [],\n"
"                    \"RootDeviceName\": \"/dev/sda1\",\n"
"                    \"RootDeviceType\": \"ebs\",\n"
"                    \"SecurityGroups\": [],\n"
"                    \"Tags\": [\n"
"                        {\n"
"                            \"Key\": \"Name\",\n"
"                            \"Value\": \"web \\\"1\\\" ü\"\n"
"                        }\n"
"                    ],\n"
"                    \"VirtualizationType\": \"hvm\",\n"
"                    \"CpuOptions\": {\n"
"                        \"CoreCount\": 1,\n"
"                        \"ThreadsPerCore\": 2\n"
"                    },\n"
"                    \"HibernationOptions\": {\n"
"                        \"Configured\": false\n"
"                    }\n"
"                }\n"
"            ],\n"
"            \"OwnerId\": \"000000000000\",\n"
"            \"ReservationId\": \"r-0b22a22eec53b9321\"\n"
"        }\n"
"    ]\n"
"}\n";

static const char stopping[] =
"{\n"
"    \"StoppingInstances\": [\n"
"        {\n"
"            \"CurrentState\": {\n"
"                \"Code\": 64,\n"
"                \"Name\": \"stopping\"\n"
"            },\n"
"            \"InstanceId\": \"i-1\",\n"
"            \"PreviousState\": {\n"
"                \"Code\": 16,\n"
"                \"Name\": \"running\"\n"
"            }\n"
"        }\n"
"    ]\n"
"}\n";

static const char tags[] =
"{\n"
"    \"Tags\": [\n"
"        {\n"
"            \"Key\": \"Name\",\n"
"            \"ResourceId\": \"i-1\",\n"
"            \"ResourceType\": \"instance\",\n"
"            \"Value\": \"tab\\there\"\n"
"        },\n"
"        {\n"
"            \"Key\": \"Empty\",\n"
"            \"ResourceId\": \"ami-1\",\n"
"            \"ResourceType\": \"image\",\n"
"            \"Value\": \"\"\n"
"        }\n"
"    ]\n"
"}\n";

static const char attribute[] =
"{\n"
"    \"InstanceId\": \"i-1\",\n"
"    \"InstanceType\": {\n"
"        \"Value\": \"t3.nano\"\n"
"    }\n"
"}\n";

static const char no_tags[] = "{\n    \"Tags\": []\n}\n";
static const char console[] = "{\"InstanceId\": \"i-1\", \"Timestamp\": \"2026-01-02T03:04:05.000Z\","
			      " \"Output\": \"SGVsbG8Kd29ybGQ=\"}";

/* The actions, answering what the test says. */
static const char *answer;
static const struct ec2_shape *shape;

static int answer_call(struct ec2 *ec2, const void *request, void *response)
{
	json_t *json = json_loads(answer, 0, NULL);
	char *error = NULL;
	int ret;

	(void)ec2;
	(void)request;
	assert_non_null(json);
	ret = ec2_json_to_struct(shape, json, response, &error);
	if (ret)
		fail_msg("%s", error);
	json_decref(json);
	return 0;
}

struct row {
	const char *answer; /* EC2's */
	const char *line;
	bool tty;
	const char *printed;
};

static const struct row json_rows[] = {
	{instances, "describe-instances", false, instances},
	{instances, "describe-instances --output json", true, instances},
	{stopping, "stop-instances --instance-ids i-1", false, stopping},
	{tags, "describe-tags", false, tags},
	{no_tags, "describe-tags", false, no_tags},
	{attribute, "describe-instance-attribute --instance-id i-1 --attribute instanceType", false,
	 attribute},
	{instances, "describe-instances --query Reservations[0].Instances[0].State.Name", false,
	 "\"running\"\n"},
	{instances, "describe-instances --query Nothing", false, "null\n"},
	{instances, "describe-instances --query Reservations[].Instances[].Placement", false,
	 "[\n    {\n        \"AvailabilityZone\": \"us-east-1a\",\n        \"GroupName\": \"\",\n"
	 "        \"Tenancy\": \"default\"\n    }\n]\n"},
	{tags, "describe-tags --max-items 1 --query length(Tags)", false, "1\n"},
	{console, "get-console-output --instance-id i-1 --query Output", false,
	 "\"Hello\\nworld\"\n"},
};

static const struct row text_rows[] = {
	{stopping, "stop-instances --instance-ids i-1 --output text", false,
	 "STOPPINGINSTANCES\ti-1\nCURRENTSTATE\t64\tstopping\nPREVIOUSSTATE\t16\trunning\n"},
	{tags, "describe-tags --output text", true,
	 "TAGS\tName\ti-1\tinstance\ttab\there\nTAGS\tEmpty\tami-1\timage\t\n"},
	{no_tags, "describe-tags --output text", false, ""},
	{attribute,
	 "describe-instance-attribute --instance-id i-1 --attribute instanceType --output text", false,
	 "i-1\nINSTANCETYPE\tt3.nano\n"},
	{instances, "describe-instances --output text --query Reservations[].Instances[].InstanceId",
	 false, "i-1234567890abcdef0\n"},
	{instances,
	 "describe-instances --output text --query Reservations[].Instances[].[InstanceId,State.Name]",
	 false, "i-1234567890abcdef0\trunning\n"},
	{instances, "describe-instances --output text --query Reservations[].Instances[].EnaSupport",
	 false, "False\n"},
	{tags, "describe-tags --output text --query Tags[].ResourceId", false, "i-1\tami-1\n"},
	{tags, "describe-tags --output text --query Tags[9]", false, "None\n"},
	{tags, "describe-tags --output text --query Tags[].[Key,Nothing]", false,
	 "Name\tNone\nEmpty\tNone\n"},
	{console, "get-console-output --instance-id i-1 --output text", false, "Hello\nworld\n"},
};

static const struct row table_rows[] = {
	{stopping, "stop-instances --instance-ids i-1", true,
	 "+--------------+------------+---------------+\n"
	 "| CurrentState | InstanceId | PreviousState |\n"
	 "+--------------+------------+---------------+\n"
	 "| stopping     | i-1        | running       |\n"
	 "+--------------+------------+---------------+\n"},
	{instances, "describe-instances", true,
	 "+---------------------+--------------+---------+----------------+\n"
	 "| InstanceId          | InstanceType | State   | Tags           |\n"
	 "+---------------------+--------------+---------+----------------+\n"
	 "| i-1234567890abcdef0 | t3.nano      | running | Name=web \"1\" ü |\n"
	 "+---------------------+--------------+---------+----------------+\n"
	 "(2 more columns do not fit; --output json has all)\n"},
	{tags, "describe-tags --output table", false,
	 "+-------+------------+--------------+----------+\n"
	 "| Key   | ResourceId | ResourceType | Value    |\n"
	 "+-------+------------+--------------+----------+\n"
	 "| Name  | i-1        | instance     | tab here |\n"
	 "| Empty | ami-1      | image        |          |\n"
	 "+-------+------------+--------------+----------+\n"},
	{no_tags, "describe-tags", true, "(none)\n"},
	{attribute, "describe-instance-attribute --instance-id i-1 --attribute instanceType", true,
	 "+--------------+---------+\n"
	 "| InstanceId   | i-1     |\n"
	 "| InstanceType | t3.nano |\n"
	 "+--------------+---------+\n"},
	{tags, "describe-tags --query Tags[].{K:Key,R:ResourceType}", true,
	 "+-------+----------+\n"
	 "| K     | R        |\n"
	 "+-------+----------+\n"
	 "| Name  | instance |\n"
	 "| Empty | image    |\n"
	 "+-------+----------+\n"},
	{console, "get-console-output --instance-id i-1", true, "Hello\nworld\n"},
};

static void check_row(const struct row *row)
{
	struct ec2_action *actions = calloc(ec2_n_actions, sizeof(*actions));
	char *name = strndup(row->line, strcspn(row->line, " "));
	struct run run;

	for (size_t i = 0; i < ec2_n_actions; i++) {
		actions[i] = ec2_actions[i];
		actions[i].call = answer_call;
		if (!strcmp(actions[i].command, name))
			shape = actions[i].response;
	}
	answer = row->answer;
	/* never opened: the answer comes from the row */
	run = run_line((struct ec2 *)actions, actions, ec2_n_actions, row->tty, row->line);
	if (run.status || *run.err)
		fail_msg("%s: %d, %s", row->line, run.status, run.err);
	if (strcmp(run.out, row->printed))
		fail_msg("%s:\n%sinstead of\n%s", row->line, run.out, row->printed);
	run_free(&run);
	free(name);
	free(actions);
}

#define TABLE(name)                                                          \
	static void name(void **state)                                       \
	{                                                                    \
		(void)state;                                                 \
		for (size_t i = 0; i < sizeof(name##_rows) / sizeof(name##_rows[0]); i++) \
			check_row(&name##_rows[i]);                          \
	}
TABLE(json)
TABLE(text)
TABLE(table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json),
		cmocka_unit_test(text),
		cmocka_unit_test(table),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
