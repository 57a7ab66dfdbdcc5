// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests, and what EC2 answers them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib_region.h"

/* A region with an instance in each state, and an image. */
static int set_up(void **state)
{
	static const char *const names[] = {"RUNNING", "STOPPED", "TERMINATED", "PROTECTED"};
	struct region *region = region_new();

	region_set(region, "IMAGE", fake_image(region->ec2, &region->fake, "debian-12"));
	region_set(region, "FILE", strdup(region->fake.image));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		region_set(region, names[i],
			   fake_instance(region->ec2, region_get(region, "IMAGE")));
	region_must(region, "StopInstances", "{'InstanceIds': ['$STOPPED']}");
	region_must(region, "TerminateInstances", "{'InstanceIds': ['$TERMINATED']}");
	region_must(region, "ModifyInstanceAttribute",
		    "{'InstanceId': '$PROTECTED', 'DisableApiTermination': {'Value': true}}");
	fake_settle(&region->fake);
	*state = region;
	return 0;
}

#define NO_INSTANCE "i-00000000000000000"
#define NO_IMAGE "ami-00000000000000000"

/* ---- errors ---- */

static const struct region_row errors[] = {
	{"RunInstances", "{}", "MissingParameter", "ImageId"},
	{"RunInstances", "{'ImageId': 'nonsense'}", "InvalidAMIID.Malformed", "nonsense"},
	{"RunInstances", "{'ImageId': '" NO_IMAGE "'}", "InvalidAMIID.NotFound",
	 "The image id '[" NO_IMAGE "]' does not exist"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 't9.nano'}", "InvalidInstanceType",
	 "t9.nano"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 'm5.metal'}",
	 "UnsupportedOperation", NULL},
	{"RunInstances", "{'ImageId': '$IMAGE', 'MinCount': 2, 'MaxCount': 1}",
	 "InvalidParameterValue", "maxCount"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'MinCount': -1}", "InvalidParameterValue",
	 "minCount"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 'r5.large'}",
	 "InsufficientInstanceCapacity", "MiB"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 'c5.2xlarge'}",
	 "InsufficientInstanceCapacity", "8 vCPUs"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano', 'MinCount': 20}",
	 "InsufficientInstanceCapacity", "20 of 512 MiB"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'KernelId': 'aki-00000000000000000'}",
	 "InvalidAMIID.NotFound", NULL},
	{"RunInstances", "{'ImageId': '$IMAGE', 'RamdiskId': 'ari-00000000000000000'}",
	 "InvalidParameterCombination", "KernelId"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'UserData': '***'}", "InvalidUserData.Malformed",
	 NULL},
	{"RunInstances", "{'ImageId': '$IMAGE', 'ClientToken': ''}", "InvalidParameterValue",
	 "clientToken"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'ClientToken':"
	 " '01234567890123456789012345678901234567890123456789012345678901234'}",
	 "InvalidParameterValue", "64"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'InstanceInitiatedShutdownBehavior': 'sleep'}",
	 "InvalidParameterValue", "sleep"},
	{"RunInstances", "{'ImageId': '$IMAGE', 'Placement': {'AvailabilityZone': 'moon-1a'}}",
	 "InvalidParameterValue", "moon-1a"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'InstanceType': 'c5.large',"
	 " 'CreditSpecification': {'CpuCredits': 'standard'}}",
	 "InvalidParameterCombination", NULL},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'TagSpecifications': [{'ResourceType': 'cloud', 'Tags': []}]}",
	 "InvalidParameterValue", "cloud"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'TagSpecifications': [{'ResourceType': 'instance',"
	 " 'Tags': [{'Key': 'aws:x', 'Value': 'y'}]}]}",
	 "InvalidParameterValue", "aws:"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'TagSpecifications': [{'ResourceType': 'instance',"
	 " 'Tags': [{'Value': 'y'}]}]}",
	 "MissingParameter", "Key"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'BlockDeviceMappings': [{'DeviceName': '/dev/sda1',"
	 " 'Ebs': {'VolumeSize': -1}}]}",
	 "InvalidParameterValue", NULL},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'BlockDeviceMappings': [{'DeviceName': '/dev/sda1',"
	 " 'Ebs': {'VolumeType': 'tape'}}]}",
	 "InvalidParameterValue", "tape"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'BlockDeviceMappings': [{'DeviceName': '/dev/sdb',"
	 " 'Ebs': {'VolumeSize': 1}}]}",
	 "UnsupportedOperation", "/dev/sdb"},
	{"RunInstances",
	 "{'ImageId': '$IMAGE', 'BlockDeviceMappings': [{'DeviceName': '/dev/sda1',"
	 " 'NoDevice': ''}]}",
	 "InvalidBlockDeviceMapping", NULL},
	{"RunInstances", "{'ImageId': '$IMAGE', 'DryRun': true}", "DryRunOperation",
	 "would have succeeded"},

	{"StartInstances", "{'InstanceIds': []}", "MissingParameter", "InstanceIds"},
	{"StartInstances", "{'InstanceIds': ['x']}", "InvalidInstanceID.Malformed", "\"x\""},
	{"StartInstances", "{'InstanceIds': ['" NO_INSTANCE "']}", "InvalidInstanceID.NotFound",
	 "The instance ID '" NO_INSTANCE "' does not exist"},
	{"StartInstances", "{'InstanceIds': ['$TERMINATED']}", "IncorrectInstanceState",
	 "is not in a state from which it can be started."},
	{"StartInstances", "{'InstanceIds': ['$STOPPED'], 'DryRun': true}", "DryRunOperation",
	 NULL},
	{"StopInstances", "{'InstanceIds': ['$RUNNING'], 'Hibernate': true}",
	 "UnsupportedHibernationConfiguration", "without Hibernate"},
	{"StopInstances", "{'InstanceIds': ['$TERMINATED']}", "IncorrectInstanceState", NULL},
	{"StopInstances", "{'InstanceIds': ['$RUNNING'], 'DryRun': true}", "DryRunOperation", NULL},
	{"RebootInstances", "{'InstanceIds': ['$STOPPED']}", "IncorrectInstanceState", NULL},
	{"TerminateInstances", "{'InstanceIds': ['$PROTECTED']}", "OperationNotPermitted",
	 "disableApiTermination"},
	{"TerminateInstances", "{'InstanceIds': ['$RUNNING', '" NO_INSTANCE "']}",
	 "InvalidInstanceID.NotFound", NULL},
	{"TerminateInstances", "{'InstanceIds': ['$RUNNING', '$PROTECTED']}",
	 "OperationNotPermitted", NULL},
	{"TerminateInstances", "{'InstanceIds': ['" NO_INSTANCE "', 'i-11111111111111111']}",
	 "InvalidInstanceID.NotFound", "The instance IDs '" NO_INSTANCE ", i-1111"},

	{"DescribeInstances", "{'InstanceIds': ['" NO_INSTANCE "']}", "InvalidInstanceID.NotFound",
	 NULL},
	{"DescribeInstances", "{'Filters': [{'Name': 'colour', 'Values': ['x']}]}",
	 "InvalidParameterValue", "colour"},
	{"DescribeInstances", "{'MaxResults': 4}", "InvalidParameterValue", NULL},
	{"DescribeInstances", "{'MaxResults': 1001}", "InvalidParameterValue", NULL},
	{"DescribeInstances", "{'MaxResults': 5, 'InstanceIds': ['$RUNNING']}",
	 "InvalidParameterCombination", NULL},
	{"DescribeInstances", "{'NextToken': 'stolen'}", "InvalidParameterValue", "NextToken"},
	{"DescribeInstances", "{'DryRun': true}", "DryRunOperation", NULL},

	{"ModifyInstanceAttribute",
	 "{'InstanceId': '$RUNNING', 'InstanceType': {'Value': 't3.micro'}}",
	 "IncorrectInstanceState", "is not in the 'stopped' state"},
	{"ModifyInstanceAttribute", "{'InstanceId': '$STOPPED', 'InstanceType': {'Value': 'x'}}",
	 "InvalidInstanceAttributeValue", NULL},
	{"ModifyInstanceAttribute", "{'InstanceId': '$STOPPED'}", "MissingParameter", NULL},
	{"ModifyInstanceAttribute",
	 "{'InstanceId': '$STOPPED', 'InstanceType': {'Value': 't3.micro'},"
	 " 'EbsOptimized': {'Value': true}}",
	 "InvalidParameterCombination", NULL},
	{"ModifyInstanceAttribute", "{'InstanceId': '$STOPPED', 'Attribute': 'x', 'Value': 'y'}",
	 "InvalidParameterValue", NULL},
	{"ModifyInstanceAttribute",
	 "{'InstanceId': '$STOPPED', 'Attribute': 'disableApiTermination', 'Value': 'yes'}",
	 "InvalidParameterValue", "yes"},
	{"DescribeInstanceAttribute", "{'InstanceId': '$STOPPED', 'Attribute': 'x'}",
	 "InvalidParameterValue", NULL},
	{"GetConsoleOutput", "{'InstanceId': '" NO_INSTANCE "'}", "InvalidInstanceID.NotFound",
	 NULL},

	{"RegisterImage", "{'Name': 'abc', 'ImageLocation': '/nonexistent'}",
	 "InvalidParameterValue", "No such file"},
	{"RegisterImage", "{'Name': 'ab', 'ImageLocation': '$FILE'}", "InvalidAMIName.Malformed",
	 NULL},
	{"RegisterImage", "{'Name': 'debian-12', 'ImageLocation': '$FILE'}",
	 "InvalidAMIName.Duplicate", "debian-12"},
	{"RegisterImage", "{'Name': 'abc', 'ImageLocation': '$FILE', 'Architecture': 'arm64'}",
	 "InvalidParameterValue", "arm64"},
	{"RegisterImage",
	 "{'Name': 'abc', 'ImageLocation': '$FILE', 'VirtualizationType': 'paravirtual'}",
	 "InvalidParameterValue", "paravirtual"},
	{"RegisterImage", "{'Name': 'abc', 'ImageLocation': '$FILE', 'DryRun': true}",
	 "DryRunOperation", NULL},
	{"DeregisterImage", "{'ImageId': '" NO_IMAGE "'}", "InvalidAMIID.NotFound", NULL},
	{"DeregisterImage", "{'ImageId': '$IMAGE', 'DryRun': true}", "DryRunOperation", NULL},
	{"DescribeImages", "{'ImageIds': ['ami-1']}", "InvalidAMIID.Malformed", NULL},
	{"DescribeInstanceTypes", "{'InstanceTypes': ['t9.nano']}", "InvalidInstanceType", NULL},
	{"DescribeInstanceTypes", "{'MaxResults': 101}", "InvalidParameterValue", NULL},
	{"DescribeRegions", "{'RegionNames': ['moon-1']}", "InvalidParameterValue", "moon-1"},
	{"DescribeAvailabilityZones", "{'ZoneNames': ['moon-1a']}", "InvalidParameterValue", NULL},

	{"CreateTags", "{'Resources': ['x'], 'Tags': [{'Key': 'k', 'Value': 'v'}]}", "InvalidID",
	 NULL},
	{"CreateTags", "{'Resources': ['$RUNNING']}", "MissingParameter", "Tags"},
	{"CreateTags", "{'Resources': ['$RUNNING'], 'Tags': [{'Key': ''}]}",
	 "InvalidParameterValue", NULL},
	{"CreateTags", "{'Resources': ['$RUNNING'], 'Tags': [{'Key': 'k'}, {'Key': 'k'}]}",
	 "InvalidParameterValue", "Duplicate"},
	{"CreateTags",
	 "{'Resources': ['$RUNNING', '" NO_INSTANCE "'], 'Tags': [{'Key': 'k', 'Value': 'v'}]}",
	 "InvalidInstanceID.NotFound", NULL},
};

static void refuses_with_the_code_of_ec2(void **state)
{
	struct region *region = *state;

	REGION_ROWS(region, errors);
	/* and none of them has changed anything */
	assert_string_equal(fake_state(region->ec2, region_get(region, "RUNNING")), "running");
	assert_string_equal(fake_state(region->ec2, region_get(region, "STOPPED")), "stopped");
	assert_int_equal(region->fake.launches, 4);
	region_expect(region, "DescribeInstances", "{}", "Reservations", "4");
	region_expect(region, "DescribeTags", "{}", "Tags", "0");
}

/* ---- what succeeds ---- */

static void states_pass_as_in_ec2(void **state)
{
	struct region *region = *state;

	region_expect(region, "StopInstances", "{'InstanceIds': ['$RUNNING']}",
	       "StoppingInstances.0.CurrentState.Name", "stopping");
	region_expect(region, "StopInstances", "{'InstanceIds': ['$RUNNING']}",
	       "StoppingInstances.0.PreviousState.Code", "64");
	fake_settle(&region->fake);
	region_expect(region, "DescribeInstances", "{'InstanceIds': ['$RUNNING']}",
	       "Reservations.0.Instances.0.StateReason.Code", "Client.UserInitiatedShutdown");
	region_expect(region, "StartInstances", "{'InstanceIds': ['$RUNNING']}",
	       "StartingInstances.0.CurrentState.Name", "pending");
	assert_string_equal(fake_state(region->ec2, region_get(region, "RUNNING")), "running");
	region_expect(region, "StartInstances", "{'InstanceIds': ['$RUNNING', '$RUNNING']}",
	       "StartingInstances", "1");
	region_must(region, "RebootInstances", "{'InstanceIds': ['$RUNNING']}");
	assert_int_equal(region->fake.last_signal, 4);
	region_must(region, "StopInstances", "{'InstanceIds': ['$RUNNING'], 'Force': true}");
	assert_int_equal(region->fake.last_signal, 2);
	region_expect(region, "TerminateInstances", "{'InstanceIds': ['$RUNNING']}",
	       "TerminatingInstances.0.CurrentState.Name", "shutting-down");
	assert_int_equal(region->fake.last_flags, 1);
	fake_settle(&region->fake);
	region_expect(region, "TerminateInstances", "{'InstanceIds': ['$RUNNING', '$STOPPED']}",
	       "TerminatingInstances.0.PreviousState.Name", "terminated");
	assert_string_equal(fake_state(region->ec2, region_get(region, "STOPPED")), "terminated");
	region_must(region, "ModifyInstanceAttribute",
	     "{'InstanceId': '$PROTECTED', 'DisableApiTermination': {'Value': false}}");
	region_must(region, "TerminateInstances", "{'InstanceIds': ['$PROTECTED']}");
}

static void a_client_token_launches_once(void **state)
{
	struct region *region = *state;
	const struct region_row other = {"RunInstances",
				  "{'ImageId': '$IMAGE', 'InstanceType': 't3.micro',"
				  " 'ClientToken': 'once'}",
				  "IdempotentParameterMismatch", NULL};
	const char *request = "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano',"
			      " 'ClientToken': 'once'}";

	region_expect(region, "RunInstances", request, "Instances.0.ClientToken", "once");
	region_expect(region, "RunInstances", request, "Instances", "1");
	region_check(region, &other);
	assert_int_equal(region->fake.launches, 5);
}

static void launches_between_min_and_max(void **state)
{
	struct region *region = *state;

	region->fake.memory_available = 3 * 512ULL << 20;
	region_expect(region, "RunInstances",
	       "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano', 'MinCount': 2, 'MaxCount': 9}",
	       "Instances", "3");
	/* the second does not start: fewer than MinCount, so none */
	region->fake.memory_available = 8ULL << 30;
	region->fake.launch_error = -5;
	region->fake.launches_left = 1;
	region_check(region, &(struct region_row){"RunInstances",
					"{'ImageId': '$IMAGE', 'InstanceType': 't3.nano',"
					" 'MinCount': 2}",
					"InternalError", "the script says so"});
	fake_settle(&region->fake);
	region_expect(region, "DescribeInstances",
	       "{'Filters': [{'Name': 'instance-state-name', 'Values': ['terminated']}]}",
	       "Reservations.1.Instances", "2");
}

static void attributes_are_kept(void **state)
{
	struct region *region = *state;

	region_must(region, "ModifyInstanceAttribute",
	     "{'InstanceId': '$STOPPED', 'InstanceType': {'Value': 't3.micro'}}");
	region_expect(region, "DescribeInstanceAttribute",
	       "{'InstanceId': '$STOPPED', 'Attribute': 'instanceType'}", "InstanceType.Value",
	       "t3.micro");
	region_must(region, "ModifyInstanceAttribute",
	     "{'InstanceId': '$STOPPED', 'Attribute': 'userData', 'Value': 'aGVsbG8='}");
	region_expect(region, "DescribeInstanceAttribute",
	       "{'InstanceId': '$STOPPED', 'Attribute': 'userData'}", "UserData.Value", "aGVsbG8=");
	region_expect(region, "DescribeInstanceAttribute",
	       "{'InstanceId': '$PROTECTED', 'Attribute': 'disableApiTermination'}",
	       "DisableApiTermination.Value", "true");
	region_expect(region, "DescribeInstanceAttribute",
	       "{'InstanceId': '$STOPPED', 'Attribute': 'blockDeviceMapping'}",
	       "BlockDeviceMappings.0.Ebs.DeleteOnTermination", "true");
	region_must(region, "StartInstances", "{'InstanceIds': ['$STOPPED']}");
	region_expect(region, "DescribeInstances", "{'InstanceIds': ['$STOPPED']}",
	       "Reservations.0.Instances.0.InstanceType", "t3.micro");
	region_expect(region, "DescribeInstanceStatus", "{'InstanceIds': ['$STOPPED']}",
	       "InstanceStatuses.0.InstanceStatus.Status", "ok");
}

static void filters_and_pages(void **state)
{
	struct region *region = *state;
	char *text, *token;
	json_t *answer;
	int ret;

	region_must(region, "CreateTags",
	     "{'Resources': ['$RUNNING', '$STOPPED'], 'Tags': [{'Key': 'Name', 'Value': 'web-1'}]}");
	region_expect(region, "DescribeInstances",
	       "{'Filters': [{'Name': 'tag:Name', 'Values': ['web-*']},"
	       " {'Name': 'instance-state-name', 'Values': ['stopped', 'pending']}]}",
	       "Reservations.0.Instances.0.Tags.0.Value", "web-1");
	region_expect(region, "DescribeInstances",
	       "{'Filters': [{'Name': 'tag-key', 'Values': ['Na?e']}]}", "Reservations", "2");
	region_expect(region, "DescribeInstances",
	       "{'Filters': [{'Name': 'owner-id', 'Values': ['000000000000']},"
	       " {'Name': 'block-device-mapping.device-name', 'Values': ['/dev/sda1']}]}",
	       "Reservations", "3");
	region_expect(region, "DescribeTags",
	       "{'Filters': [{'Name': 'resource-type', 'Values': ['instance']}]}", "Tags", "2");
	region_must(region, "DeleteTags",
	     "{'Resources': ['$RUNNING'], 'Tags': [{'Key': 'Name',"
	     " 'Value': 'other'}]}");
	region_expect(region, "DescribeTags", "{}", "Tags", "2");
	region_must(region, "DeleteTags", "{'Resources': ['$RUNNING']}");
	region_expect(region, "DescribeTags", "{}", "Tags", "1");

	answer = region_call(region, "DescribeInstanceTypes", "{'MaxResults': 5}", &ret);
	assert_int_equal(ret, 0);
	token = region_value(answer, "NextToken");
	assert_string_not_equal(token, "");
	json_decref(answer);
	assert_true(asprintf(&text, "{'MaxResults': 5, 'NextToken': '%s'}", token) > 0);
	region_expect(region, "DescribeInstanceTypes", text, "InstanceTypes.0.InstanceType", "c5.9xlarge");
	free(text);
	free(token);
	region_expect(region, "DescribeInstanceTypes", "{'InstanceTypes': ['t3.nano', 'i3.large']}",
	       "InstanceTypes.0.MemoryInfo.SizeInMiB", "15616");
}

static void an_image_and_its_file(void **state)
{
	struct region *region = *state;
	char path[300];

	region_expect(region, "DescribeImages", "{'Filters': [{'Name': 'name', 'Values': ['deb*']}]}",
	       "Images.0.BlockDeviceMappings.0.Ebs.VolumeSize", "1");
	snprintf(path, sizeof(path), "%s/images/%s.raw", region->fake.state, region_get(region, "IMAGE"));
	assert_int_equal(truncate(path, 4096), 0);
	region_check(region, &(struct region_row){"RunInstances", "{'ImageId': '$IMAGE'}",
					"InvalidAMIID.Unavailable", "has 4096 of 1048576 bytes"});
	assert_int_equal(unlink(path), 0);
	region_check(region, &(struct region_row){"RunInstances", "{'ImageId': '$IMAGE'}",
					"InvalidAMIID.Unavailable", "import it anew"});
	region_must(region, "DeregisterImage", "{'ImageId': '$IMAGE'}");
	region_expect(region, "DescribeImages", "{}", "Images", "0");
	/* the instances run on, and start again */
	region_must(region, "StartInstances", "{'InstanceIds': ['$STOPPED']}");
}

static int cancel(void *arg, const char *what, double percent)
{
	(void)what;
	(void)percent;
	++*(int *)arg;
	return 1;
}

static int files_in(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, NULL);

	assert_true(n >= 2);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return n - 2;
}

static void a_cancelled_import_leaves_nothing(void **state)
{
	struct region *region = *state;
	const struct ec2_import_image_request request = {.file = region->fake.image,
							 .name = "cancelled"};
	struct ec2_import_image_response response;
	char images[300];
	int calls = 0, ret;

	snprintf(images, sizeof(images), "%s/images", region->fake.state);
	assert_int_equal(files_in(images), 1);
	ret = ec2_import_image(region->ec2, &request, cancel, &calls, &response);
	assert_int_equal(ret, -ECANCELED);
	assert_string_equal(ec2_last_error(region->ec2)->code, "RequestCanceled");
	assert_int_equal(calls, 1);
	assert_null(response.image_id);
	assert_int_equal(files_in(images), 1);
	region_expect(region, "DescribeImages", "{}", "Images", "1");
	/* the name is free again */
	assert_int_equal(ec2_import_image(region->ec2, &request, NULL, NULL, &response), 0);
	ec2_import_image_response_free(&response);
}

static void the_root_volume_is_as_asked(void **state)
{
	struct region *region = *state;
	json_t *answer;
	char *volume, path[300];
	struct stat st;
	int ret;

	answer = region_call(region, "RunInstances",
		      "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano', 'BlockDeviceMappings':"
		      " [{'DeviceName': '/dev/sda1', 'Ebs': {'VolumeSize': 2,"
		      " 'DeleteOnTermination': false}}]}",
		      &ret);
	assert_int_equal(ret, 0);
	volume = region_value(answer, "Instances.0.BlockDeviceMappings.0.Ebs.VolumeId");
	snprintf(path, sizeof(path), "%s/volumes/%s.raw", region->fake.state, volume);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2LL << 30);
	region_set(region, "RUNNING", region_value(answer, "Instances.0.InstanceId"));
	region_must(region, "TerminateInstances", "{'InstanceIds': ['$RUNNING']}");
	fake_settle(&region->fake);
	assert_int_equal(stat(path, &st), 0);
	free(volume);
	json_decref(answer);
}

/* ---- ends that nobody asked for ---- */

static void a_dead_shim_is_a_stopped_instance(void **state)
{
	struct region *region = *state;

	fake_kill(&region->fake, region_get(region, "RUNNING"));
	region_reopen(region);
	assert_string_equal(fake_state(region->ec2, region_get(region, "RUNNING")), "stopped");
	region_expect(region, "DescribeInstances", "{'InstanceIds': ['$RUNNING']}",
	       "Reservations.0.Instances.0.StateReason.Code", "Server.InternalError");
	assert_string_equal(fake_state(region->ec2, region_get(region, "PROTECTED")), "running");
}

/* The tap is named for the instance; the address is the record's. */
static void an_instance_has_one_interface(void **state)
{
	struct region *region = *state;
	char *id = fake_instance(region->ec2, region_get(region, "IMAGE"));
	const struct ec2_launch_nic nic = region->fake.nic;
	char mac[24], name[EC2_LINK_NAME];

	region_set(region, "NEW", id);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", nic.mac[0], nic.mac[1],
		 nic.mac[2], nic.mac[3], nic.mac[4], nic.mac[5]);
	region_expect(region, "DescribeInstances", "{'InstanceIds': ['$NEW']}",
		      "Reservations.0.Instances.0.NetworkInterfaces.0.MacAddress", mac);
	snprintf(name, sizeof(name), "i%s", id + strlen(id) - 14);
	assert_string_equal(nic.link.name, name);
	assert_string_equal(nic.link.owner, id);
	assert_int_equal(nic.link.mtu, 9001);
	/* a t3.nano has two processors */
	assert_int_equal(nic.link.queues, 2);
	assert_int_equal(ec2_link_queues(1), 1);
	assert_int_equal(ec2_link_queues(32), 4);
	region_must(region, "StopInstances", "{'InstanceIds': ['$NEW']}");
	fake_settle(&region->fake);
	memset(&region->fake.nic, 0, sizeof(nic));
	region_must(region, "StartInstances", "{'InstanceIds': ['$NEW']}");
	assert_memory_equal(&region->fake.nic, &nic, sizeof(nic));
}

static void a_rebooted_host_gets_back_what_ran(void **state)
{
	struct region *region = *state;
	struct ec2_reconcile_response response;

	fake_kill(&region->fake, NULL);
	region->fake.boot = "boot-2";
	region_reopen(region);
	assert_string_equal(fake_state(region->ec2, region_get(region, "RUNNING")), "stopped");
	assert_int_equal(ec2_reconcile(region->ec2, &response), 0);
	assert_int_equal(response.changes.n, 2);
	ec2_reconcile_response_free(&response);
	assert_string_equal(fake_state(region->ec2, region_get(region, "RUNNING")), "running");
	assert_string_equal(fake_state(region->ec2, region_get(region, "STOPPED")), "stopped");
}

static void no_module_says_what_to_do(void **state)
{
	struct region *region = *state;

	region->fake.info_error = -ENODEV;
	region_check(region,
		  &(struct region_row){"RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano'}",
				"InternalError", "modprobe"});
	region->fake.info_error = -EACCES;
	region_check(region, &(struct region_row){"StartInstances", "{'InstanceIds': ['$STOPPED']}",
					"UnauthorizedOperation", NULL});
	assert_string_equal(fake_state(region->ec2, region_get(region, "STOPPED")), "stopped");
}

static void types_of_the_host(void **state)
{
	struct region *region = *state;
	char path[300];
	FILE *f;

	assert_int_equal(mkdir(region->fake.config, 0700), 0);
	snprintf(path, sizeof(path), "%s/instance-types.d", region->fake.config);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/instance-types.d/lab.json", region->fake.config);
	f = fopen(path, "w");
	fputs("{\"InstanceTypes\": [{\"InstanceType\": \"lab.tiny\", \"VCpuInfo\":"
	      " {\"DefaultVCpus\": 3}, \"MemoryInfo\": {\"SizeInMiB\": 100}}]}",
	      f);
	fclose(f);
	region_expect(region, "DescribeInstanceTypes", "{'InstanceTypes': ['lab.*']}",
	       "InstanceTypes.0.VCpuInfo.DefaultVCpus", "3");
	region_must(region, "RunInstances", "{'ImageId': '$IMAGE', 'InstanceType': 'lab.tiny'}");
	f = fopen(path, "w");
	fputs("{\n\"InstanceTypes\": [}", f);
	fclose(f);
	region_check(region,
		  &(struct region_row){"DescribeInstanceTypes", "{}", "InvalidConfiguration", "line 2"});
}

static void tags_have_limits(void **state)
{
	struct region *region = *state;
	char request[200];

	for (int i = 0; i < 50; i++) {
		snprintf(request, sizeof(request),
			 "{'Resources': ['$IMAGE'], 'Tags': [{'Key': 'k%d', 'Value': 'v'}]}", i);
		region_must(region, "CreateTags", request);
	}
	region_must(region, "CreateTags", "{'Resources': ['$IMAGE'], 'Tags': [{'Key': 'k7'}]}");
	region_check(region, &(struct region_row){"CreateTags",
					"{'Resources': ['$IMAGE'], 'Tags': [{'Key': 'more'}]}",
					"TagLimitExceeded", NULL});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_with_the_code_of_ec2),
		TEST(states_pass_as_in_ec2),
		TEST(a_client_token_launches_once),
		TEST(launches_between_min_and_max),
		TEST(attributes_are_kept),
		TEST(filters_and_pages),
		TEST(an_image_and_its_file),
		TEST(a_cancelled_import_leaves_nothing),
		TEST(the_root_volume_is_as_asked),
		TEST(a_dead_shim_is_a_stopped_instance),
		TEST(an_instance_has_one_interface),
		TEST(a_rebooted_host_gets_back_what_ran),
		TEST(no_module_says_what_to_do),
		TEST(types_of_the_host),
		TEST(tags_have_limits),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
