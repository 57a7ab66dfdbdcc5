// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whole command lines on a scripted kernel: exit statuses, errors that say what to do, help, man pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ec2ctl_run.h"
#include "fake_kernel.h"

#define NO_INSTANCE "i-00000000000000000"
#define NO_IMAGE "ami-00000000000000000"

/* ---- without a region: nothing may be opened ---- */

static const struct run_row usage_rows[] = {
	{"", CLI_USAGE, "usage: ec2ctl COMMAND", ""},
	{"--help", CLI_OK, "run-instances", ""},
	{"--version", CLI_OK, "ec2ctl ", ""},
	{"run-instance", CLI_USAGE, "", "Unknown command: run-instance (did you mean run-instances?)"},
	{"xyzzy", CLI_USAGE, "", "Unknown command: xyzzy\nSee `ec2ctl --help`."},
	{"RunInstances", CLI_USAGE, "", "did you mean run-instances?"},
	{"--bogus", CLI_USAGE, "", "Unknown option: --bogus"},
	{"-h", CLI_USAGE, "", "Unknown option: -h"},
	{"help run-instnces", CLI_USAGE, "", "did you mean run-instances?"},
	{"help query", CLI_OK, "sort_by", ""},
	{"run-instances", CLI_USAGE, "", "required: --image-id\nSee `ec2ctl run-instances --help`."},
	{"describe-tags --output yaml", CLI_USAGE, "", "json, table or text is wanted, not 'yaml'"},
	{"describe-tags --output", CLI_USAGE, "", "--output: a value is wanted"},
	{"describe-tags --max-items 0", CLI_USAGE, "", "--max-items: a number from 1 on"},
	{"describe-tags --query Tags[", CLI_USAGE, "", "Bad value for --query"},
	{"describe-tags --cli-input-json '{\"Tag\": 1}'", CLI_USAGE, "", "Tag: there is no such member"},
	{"describe-tags --cli-input-json '{\"MaxResults\": \"x\"}'", CLI_USAGE, "", "MaxResults"},
	{"import-image", CLI_USAGE, "", "required: FILE"},
	{"import-image a b", CLI_USAGE, "", "Unknown option: b"},
	{"import-image a --nam b", CLI_USAGE, "", "did you mean --name?"},
	{"console", CLI_USAGE, "", "one instance id is wanted"},
	{"console a b", CLI_USAGE, "", "one instance id is wanted"},
	{"wait", CLI_USAGE, "", "what to wait for is missing\nSee `ec2ctl wait --help`."},
	{"wait instance-runing", CLI_USAGE, "", "did you mean instance-running?"},
	{"wait instance-running --timeout", CLI_USAGE, "", "--timeout: seconds are wanted"},
	{"wait instance-running --timeout soon", CLI_USAGE, "", "--timeout: seconds are wanted"},
	{"wait instance-running --instance-id i-1", CLI_USAGE, "", "did you mean --instance-ids?"},
	{"wait instance-running --generate-cli-skeleton", CLI_OK, "\"InstanceIds\"", ""},
	{"events --dumb", CLI_USAGE, "", "Unknown option: --dumb"},
	{"reconcile now", CLI_USAGE, "", "Unknown option: now"},
	{"completion", CLI_USAGE, "", "the shell is wanted: bash"},
	{"completion zsh", CLI_USAGE, "", "the shell is wanted: bash"},
	{"help --man nosuch", CLI_USAGE, "", "Unknown command: nosuch"},
};

static void usage(void **state)
{
	(void)state;
	RUN_CHECK(NULL, usage_rows);
}

static void a_wrong_output_in_the_environment_is_an_error(void **state)
{
	static const struct run_row row = {"describe-tags", CLI_USAGE, "",
					   "EC2CTL_OUTPUT: json, table or text is wanted, not 'xml'"};

	(void)state;
	setenv("EC2CTL_OUTPUT", "xml", 1);
	run_check(NULL, &row, 1);
	unsetenv("EC2CTL_OUTPUT");
}

/* ---- help, man pages and completion: nothing is missing in them ---- */

static void must_hold(const struct run *run, const char *what, const char *part)
{
	if (run->status || !strstr(run->out, part))
		fail_msg("%s: no '%s' in\n%s%s", what, part, run->out, run->err);
}

static struct run run_name(const char *format, const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), format, name);
	return run_line(NULL, NULL, 0, false, line);
}

static void check_help(const char *name, const char *summary, const struct ec2_shape *request)
{
	struct run help = run_name("help %s", name), flag = run_name("%s --help", name);
	struct run word = run_name("%s help", name), man = run_name("help --man %s", name);
	char text[FLAG_NAME_MAX + 16], member[FLAG_NAME_MAX];

	must_hold(&help, name, summary);
	must_hold(&help, name, "Example:\n  ec2ctl ");
	must_hold(&man, name, ".Sh NAME\n.Nm ec2ctl-");
	must_hold(&man, name, ".Sh EXAMPLES\n");
	assert_string_equal(help.out, flag.out);
	assert_string_equal(help.out, word.out);
	for (size_t i = 0; request && i < request->n_fields; i++) {
		flag_name(request->fields[i].name, member);
		snprintf(text, sizeof(text), "\n  --%s ", member);
		must_hold(&help, name, text);
		snprintf(text, sizeof(text), "\n.It Fl Fl %s", member);
		must_hold(&man, name, text);
		if (!request->fields[i].help)
			fail_msg("%s: --%s has no help", name, member);
		must_hold(&help, name, request->fields[i].help);
	}
	run_free(&help);
	run_free(&flag);
	run_free(&word);
	run_free(&man);
}

static void help_and_man_tell_every_flag(void **state)
{
	(void)state;
	for (size_t i = 0; i < ec2_n_actions; i++)
		check_help(ec2_actions[i].command, ec2_actions[i].summary, ec2_actions[i].request);
	for (size_t i = 0; i < n_commands; i++) {
		const struct ec2_action *row = ec2_action_find(commands[i].name);

		check_help(commands[i].name, row ? row->summary : commands[i].summary,
			   row ? row->request : NULL);
	}
}

static void the_overview_tells_every_command(void **state)
{
	struct run help = run_name("%s", "help"), man = run_name("help --man %s", "ec2ctl");
	char text[FLAG_NAME_MAX + 16];

	(void)state;
	for (size_t i = 0; i < ec2_n_actions + n_commands; i++) {
		const char *name = i < ec2_n_actions ? ec2_actions[i].command :
						       commands[i - ec2_n_actions].name;

		snprintf(text, sizeof(text), "\n  %s ", name);
		must_hold(&help, "help", text);
		snprintf(text, sizeof(text), "\n.It Cm %s\n", name);
		must_hold(&man, "man", text);
	}
	for (size_t i = 0; i < n_global_flags; i++) {
		snprintf(text, sizeof(text), "\n  --%s ", global_flags[i].name);
		must_hold(&help, "help", text);
		snprintf(text, sizeof(text), "\n.It Fl Fl %s", global_flags[i].name);
		must_hold(&man, "man", text);
	}
	run_free(&help);
	run_free(&man);
}

/* A command line that is being typed, and a word that must be offered (NULL: none at all). */
static const struct {
	const char *words; /* as bash has them; the last is being typed */
	const char *offered;
} completions[] = {
	{"ec2ctl run-", "run-instances"},
	{"ec2ctl im", "import-image"},
	{"ec2ctl zzz", NULL},
	{"ec2ctl run-instances --ima", "--image-id"},
	{"ec2ctl run-instances --cou", "--count"},
	{"ec2ctl authorize-security-group-ingress --po", "--port"},
	{"ec2ctl create-route --gate", "--gateway-id"},
	{"ec2ctl run-instances --zzz", NULL},
	{"ec2ctl describe-images --output t", "table text"},
	{"ec2ctl describe-tags --fil", "--filters"},
	{"ec2ctl wait instance-st", "instance-stopped instance-status-ok"},
	{"ec2ctl wait instance-stopped --time", "--timeout"},
	{"ec2ctl events --d", "--dump"},
	{"ec2ctl help run-", "run-instances"},
	{"ec2ctl help qu", "query"},
	{"ec2ctl completion b", "bash"},
	{"ec2ctl import-image --na", "--name"},
};

/* bash itself runs the completion; the ids it would ask for are not wanted here. */
static void check_completion(const char *script, const char *words, const char *offered)
{
	char command[1024], answer[1024] = "";
	FILE *bash;

	snprintf(command, sizeof(command),
		 "bash -c '. \"$0\"; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ec2ctl;"
		 " echo ${COMPREPLY[*]}' %s",
		 words, script);
	bash = popen(command, "r");
	assert_non_null(bash);
	assert_non_null(fgets(answer, sizeof(answer), bash));
	assert_int_equal(pclose(bash), 0);
	answer[strcspn(answer, "\n")] = '\0';
	if (strcmp(answer, offered ? offered : ""))
		fail_msg("%s: '%s' instead of '%s'", words, answer, offered ? offered : "");
}

static void bash_completes(void **state)
{
	char path[] = "/tmp/ec2ctl-completion-XXXXXX";
	struct run run = run_name("completion %s", "bash");
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(run.status, 0);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, run.out, strlen(run.out)), strlen(run.out));
	close(fd);
	for (size_t i = 0; i < sizeof(completions) / sizeof(completions[0]); i++)
		check_completion(path, completions[i].words, completions[i].offered);
	unlink(path);
	run_free(&run);
}

/* ---- on a region ---- */

struct region {
	struct fake fake;
	struct ec2 *ec2;
	char *image, *running, *stopped;
};

static int set_up(void **state)
{
	struct region *region = calloc(1, sizeof(*region));
	char *const *ids = &region->stopped;
	const struct ec2_stop_instances_request stop = {.instance_ids = {(char **)ids, 1}};
	struct ec2_stop_instances_response response;

	fake_make(&region->fake);
	region->ec2 = fake_open(&region->fake);
	region->image = fake_image(region->ec2, &region->fake, "debian-12");
	region->running = fake_instance(region->ec2, region->image);
	region->stopped = fake_instance(region->ec2, region->image);
	assert_int_equal(ec2_stop_instances(region->ec2, &stop, &response), 0);
	ec2_stop_instances_response_free(&response);
	fake_settle(&region->fake);
	*state = region;
	return 0;
}

static int tear_down(void **state)
{
	struct region *region = *state;

	ec2_close(region->ec2);
	fake_remove(&region->fake);
	free(region->image);
	free(region->running);
	free(region->stopped);
	free(region);
	return 0;
}

/* %I, %R and %S of the line are the image, the running and the stopped instance, %F the image's file. */
static char *line_of(const struct region *region, const char *template)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	assert_non_null(out);
	for (const char *c = template; *c; c++) {
		if (*c != '%') {
			fputc(*c, out);
			continue;
		}
		c++;
		fputs(*c == 'I' ? region->image :
		      *c == 'R' ? region->running :
		      *c == 'S' ? region->stopped :
				  region->fake.image,
		      out);
	}
	fclose(out);
	return line;
}

static void check(struct region *region, const struct run_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct run_row row = rows[i];
		char *line = line_of(region, rows[i].line);
		char *out = row.out ? line_of(region, row.out) : NULL;

		row.line = line;
		row.out = out;
		run_check(region->ec2, &row, 1);
		free(line);
		free(out);
	}
}
#define CHECK(region, rows) check(region, rows, sizeof(rows) / sizeof((rows)[0]))

static const struct run_row region_rows[] = {
	{"describe-instances --filters Name=instance-state-name,Values=running --query "
	 "Reservations[].Instances[].InstanceId --output text", CLI_OK, "%R\n", ""},
	{"describe-instances --filters Name=instance-state-name,Values=pending", CLI_OK,
	 "{\n    \"Reservations\": []\n}\n", ""},
	{"describe-instances --filters Name=instance-state-name,Values=run*,stopped --query "
	 "length(Reservations)", CLI_OK, "2\n", ""},
	{"describe-instances --filters Name=instance-stat,Values=running", CLI_SERVICE, "",
	 "An error occurred (InvalidParameterValue) when calling the DescribeInstances operation: "},
	{"describe-instances --instance-ids " NO_INSTANCE, CLI_SERVICE, "",
	 "\nAn error occurred (InvalidInstanceID.NotFound) when calling the DescribeInstances "
	 "operation: The instance ID '" NO_INSTANCE "' does not exist\n"},
	{"run-instances --image-id " NO_IMAGE, CLI_SERVICE, "", "(InvalidAMIID.NotFound)"},
	{"run-instances --image-id %I --instance-type t9.nano", CLI_SERVICE, "",
	 "(InvalidInstanceType)"},
	{"run-instances --image-id %I --instance-type t3.nano --dry-run", CLI_SERVICE, "",
	 "(DryRunOperation) when calling the RunInstances operation: Request would have succeeded"},
	{"run-instances --image-id %I --instance-type t3.nano --count 2 --query length(Instances)",
	 CLI_OK, "2\n", ""},
	{"run-instances --image-id %I --instance-type r5.large", CLI_SERVICE, "",
	 "(InsufficientInstanceCapacity)"},
	{"run-instances --image-id %I --instance-type t3.nano --tag-specifications "
	 "ResourceType=instance,Tags=[{Key=Name,Value=web}] --query Instances[0].Tags[0].Value", CLI_OK,
	 "\"web\"\n", ""},
	{"stop-instances --instance-ids %R --hibernate", CLI_SERVICE, "",
	 "(UnsupportedHibernationConfiguration)"},
	{"describe-instances --instance-ids %R --query "
	 "Reservations[].Instances[].NetworkInterfaces[].PrivateIpAddress --output text", CLI_OK,
	 "172.31.0.4\n", ""},
	{"describe-network-interfaces --filters Name=attachment.instance-id,Values=%R --query "
	 "NetworkInterfaces[].Status --output text", CLI_OK, "in-use\n", ""},
	{"modify-instance-attribute --instance-id %R --no-source-dest-check", CLI_OK, "", ""},
	{"describe-instance-attribute --instance-id %R --attribute sourceDestCheck --query "
	 "SourceDestCheck.Value", CLI_OK, "false\n", ""},
	{"create-vpc --cidr-block 10.0.0.0/16 --query Vpc.State --output text", CLI_OK,
	 "available\n", ""},
	{"describe-vpcs --query Vpcs[].CidrBlock --output text", CLI_OK,
	 "172.31.0.0/16\t10.0.0.0/16\n", ""},
	{"authorize-security-group-ingress --group-name default --protocol tcp --port 22 "
	 "--cidr 10.1.2.3/8 --query SecurityGroupRules[0].CidrIpv4 --output text", CLI_OK,
	 "10.0.0.0/8\n", ""},
	{"authorize-security-group-ingress --group-name default --protocol tcp --port 22 "
	 "--cidr 10.0.0.0/8", CLI_SERVICE, "",
	 "An error occurred (InvalidPermission.Duplicate) when calling the "
	 "AuthorizeSecurityGroupIngress operation: "},
	{"authorize-security-group-ingress --group-name default --port 22", CLI_USAGE, "",
	 "are required: --protocol"},
	{"revoke-security-group-ingress --group-name default --protocol tcp --port 22 "
	 "--cidr 10.0.0.0/8", CLI_OK, "{\n    \"Return\": true\n}\n", ""},
	{"revoke-security-group-ingress --group-name default --protocol tcp --port 22 "
	 "--cidr 10.0.0.0/8", CLI_SERVICE, "", "(InvalidPermission.NotFound)"},
	{"create-tags --resources %R %S --tags Key=Env,Value=test", CLI_OK, "", ""},
	{"describe-tags --filters Name=key,Values=Env --query length(Tags)", CLI_OK, "2\n", ""},
	{"delete-tags --resources %R --tags Key=Env", CLI_OK, "", ""},
	{"describe-tags --filters Name=key,Values=Env --output text", CLI_OK,
	 "TAGS\tEnv\t%S\tinstance\ttest\n", ""},
	{"register-image --name debian-12 --image-location %F", CLI_SERVICE, "",
	 "(InvalidAMIName.Duplicate)"},
	{"import-image /nonexistent", CLI_SERVICE, "",
	 "(InvalidParameterValue) when calling the ImportImage operation: Value (/nonexistent)"},
	{"import-image %F --name imported --query Format", CLI_OK, "\"raw\"\n", ""},
	{"reboot-instances --instance-ids %R", CLI_OK, "", ""},
	{"reconcile", CLI_OK, "{\n    \"Changes\": []\n}\n", ""},
	{"describe-regions --query Regions[].RegionName --output text", CLI_OK, "us-east-1\n", ""},
	{"describe-instance-types --instance-types t3.nano --query "
	 "InstanceTypes[0].MemoryInfo.SizeInMiB", CLI_OK, "512\n", ""},
};

static void answers_and_errors_of_ec2(void **state)
{
	CHECK(*state, region_rows);
}

static const struct run_row wait_rows[] = {
	{"wait instance-running --instance-ids %R", CLI_OK, "", ""},
	{"wait instance-exists --instance-ids %R", CLI_OK, "", ""},
	{"wait instance-stopped --instance-ids %S", CLI_OK, "", ""},
	{"wait instance-status-ok --instance-ids %R", CLI_OK, "", ""},
	{"wait system-status-ok --instance-ids %R", CLI_OK, "", ""},
	{"wait instance-stopped --instance-ids %R --timeout 0", CLI_FAILED, "",
	 "\nWaiter InstanceStopped failed: Max attempts exceeded\n"},
	{"wait instance-exists --instance-ids " NO_INSTANCE " --timeout 0", CLI_FAILED, "",
	 "Max attempts exceeded: The instance ID '" NO_INSTANCE "' does not exist"},
	{"wait instance-stopped --instance-ids " NO_INSTANCE, CLI_FAILED, "",
	 "Waiter InstanceStopped failed: InvalidInstanceID.NotFound: The instance ID"},
	{"wait instance-running --instance-ids %S %R --timeout 0", CLI_FAILED, "", "Max attempts"},
	{"terminate-instances --instance-ids %R %S", CLI_OK, "shutting-down", ""},
	{"wait instance-running --instance-ids %R", CLI_FAILED, "", "terminal failure state"},
};

static void waits(void **state)
{
	CHECK(*state, wait_rows);
}

static const struct run_row console_rows[] = {
	{"console " NO_INSTANCE, CLI_SERVICE, "", "(InvalidInstanceID.NotFound)"},
	{"console web-1", CLI_SERVICE, "", "(InvalidInstanceID.Malformed)"},
	{"console %S", CLI_FAILED, "", "does not run. Start it with `ec2ctl start-instances"},
};

static void the_console_says_what_is_missing(void **state)
{
	CHECK(*state, console_rows);
}

/* What stops every launch, and what the error must tell. */
static const struct {
	int info_error, launch_error;
	const char *code;
	const char *err[2];
} hosts[] = {
	{-ENODEV, 0, NULL, {"(InternalError)", "modprobe ec2ctl"}},
	{-EACCES, 0, NULL, {"(UnauthorizedOperation)", "group"}},
	{0, -ENODEV, "Server.InternalError", {"(Server.InternalError)", "the script says so"}},
};

static void a_host_that_cannot_says_what_to_do(void **state)
{
	struct region *region = *state;
	char *line = line_of(region, "run-instances --image-id %I --instance-type t3.nano");

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		region->fake.info_error = hosts[i].info_error;
		region->fake.launch_error = hosts[i].launch_error;
		region->fake.launch_code = hosts[i].code;
		region->fake.launches_left = 0;
		for (int e = 0; e < 2; e++) {
			const struct run_row row = {line, CLI_SERVICE, "", hosts[i].err[e]};

			run_check(region->ec2, &row, 1);
		}
	}
	free(line);
}

/* How a file is made of the raw one in $1, and what its import says; NULL: it succeeds. */
static const struct {
	const char *file, *make, *err;
} formats[] = {
	{"plain.qcow2", "qemu-img convert -O qcow2 $1/image.raw $1/plain.qcow2", NULL},
	/* both end inside a cluster */
	{"small.qcow2", "qemu-img convert -c -O qcow2 $1/image.raw $1/small.qcow2", NULL},
	{"empty.qcow2", "qemu-img create -q -f qcow2 $1/empty.qcow2 4M", NULL},
	{"disk.vmdk", "qemu-img convert -O vmdk $1/image.raw $1/disk.vmdk", NULL},
	{"old.vhd", "qemu-img convert -O vpc $1/image.raw $1/old.vhd", NULL},
	{"cut.qcow2", "cp $1/plain.qcow2 $1/cut.qcow2 && truncate -s -70000 $1/cut.qcow2",
	 "(InvalidParameterValue)"},
	{"named.qcow2", "cp $1/image.raw $1/named.qcow2",
	 "it is not a qcow2 file. If it is a raw disk, say so: --format raw"},
	{"over.qcow2", "qemu-img create -q -f qcow2 -F raw -b $1/image.raw $1/over.qcow2",
	 "it refers to another file"},
	{"nothing.raw", "touch $1/nothing.raw", "the file is empty"},
};

static void imports_whole_files_of_each_format(void **state)
{
	struct region *region = *state;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const char *err = formats[i].err;
		struct run_row row = {NULL, err ? CLI_SERVICE : CLI_OK, err ? "" : "ami-", err};
		char command[300], line[200];

		snprintf(command, sizeof(command), "set -- %s; %s", region->fake.dir,
			 formats[i].make);
		assert_int_equal(system(command), 0);
		snprintf(line, sizeof(line), "import-image %s/%s", region->fake.dir,
			 formats[i].file);
		row.line = line;
		run_check(region->ec2, &row, 1);
	}
}

/* A state directory that cannot be made: said by name, and nothing of EC2's. */
static void a_region_that_cannot_be_opened(void **state)
{
	static const struct run_row row = {"describe-instances --state-dir /proc/ec2ctl", CLI_FAILED, "",
					   "/proc/ec2ctl"};

	(void)state;
	run_check(NULL, &row, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage),
		cmocka_unit_test(a_wrong_output_in_the_environment_is_an_error),
		cmocka_unit_test(help_and_man_tell_every_flag),
		cmocka_unit_test(the_overview_tells_every_command),
		cmocka_unit_test(bash_completes),
		cmocka_unit_test(a_region_that_cannot_be_opened),
		TEST(answers_and_errors_of_ec2),
		TEST(imports_whole_files_of_each_format),
		TEST(waits),
		TEST(the_console_says_what_is_missing),
		TEST(a_host_that_cannot_says_what_to_do),
	};

	/* no flag of the caller's decides */
	unsetenv("EC2CTL_OUTPUT");
	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
