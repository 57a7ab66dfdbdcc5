// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2ctl events: what the module tells, a line each. */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "host/events.h"

static const char *const types[] = {
	[EC2_EVENT_LOST] = "lost",
	[EC2_EVENT_STATE] = "state",
	[EC2_EVENT_VM_ON] = "vm-on",
	[EC2_EVENT_VM_OFF] = "vm-off",
	[EC2_EVENT_DISK_ATTACHED] = "disk-attached",
	[EC2_EVENT_DISK_DETACHING] = "disk-detaching",
	[EC2_EVENT_DISK_DETACHED] = "disk-detached",
	[EC2_EVENT_DISK_RESIZED] = "disk-resized",
	[EC2_EVENT_POWER_BUTTON] = "power-button",
	[EC2_EVENT_RESET] = "reset",
	[EC2_EVENT_STOP] = "stop",
	[EC2_EVENT_THROTTLE] = "throttle",
	[EC2_EVENT_DISK_ERROR] = "disk-error",
};

static const char *type_name(unsigned int type)
{
	return type < sizeof(types) / sizeof(types[0]) ? types[type] : "unknown";
}

static const char *state_name(uint64_t state)
{
	static const char *const names[] = {"pending",	    "running",	"shutting-down",
					    "terminated", "stopping", "stopped"};

	return state % 16 == 0 && state / 16 < 6 ? names[state / 16] : "unknown";
}

static bool about_disk(unsigned int type)
{
	return (type >= EC2_EVENT_DISK_ATTACHED && type <= EC2_EVENT_DISK_RESIZED) ||
	       type == EC2_EVENT_DISK_ERROR;
}

static void print_json(FILE *out, const struct ec2_event *event, const char *when)
{
	json_t *line = json_object();

	json_object_set_new(line, "Type", json_string(type_name(event->type)));
	if (event->type == EC2_EVENT_LOST) {
		json_object_set_new(line, "Count", json_integer(event->value));
	} else {
		json_object_set_new(line, "Sequence", json_integer(event->seq));
		json_object_set_new(line, "Time", json_string(when));
		json_object_set_new(line, "InstanceId", json_string(event->id));
		if (about_disk(event->type))
			json_object_set_new(line, "Slot", json_integer(event->slot));
		json_object_set_new(line, event->type == EC2_EVENT_STATE ? "State" : "Value",
				    event->type == EC2_EVENT_STATE ?
					    json_string(state_name(event->value)) :
					    json_integer(event->value));
	}
	json_dumpf(line, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(line);
}

static void print_line(FILE *out, const struct ec2_event *event, const char *when)
{
	if (event->type == EC2_EVENT_LOST) {
		fputs("(some events were lost; `ec2ctl describe-instances` shows how it stands)\n",
		      out);
		return;
	}
	fprintf(out, "%s  %-20s  %s", when, event->id, type_name(event->type));
	if (about_disk(event->type))
		fprintf(out, " %u", event->slot);
	if (event->type == EC2_EVENT_STATE)
		fprintf(out, " %s", state_name(event->value));
	else if (event->value)
		fprintf(out, " %" PRIu64, (uint64_t)event->value);
	fputc('\n', out);
}

static void print_event(struct cli *cli, const struct ec2_event *event)
{
	time_t seconds = event->time / 1000000000;
	char when[64], date[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(when, sizeof(when), "%s.%03uZ", date,
		 (unsigned int)(event->time / 1000000 % 1000));
	if (print_format(cli) == OUTPUT_JSON)
		print_json(cli->out, event, when);
	else
		print_line(cli->out, event, when);
	fflush(cli->out);
}

static void print_instance(void *arg, const struct ec2_events_instance *instance)
{
	struct cli *cli = arg;
	json_t *line;

	if (print_format(cli) != OUTPUT_JSON) {
		fprintf(cli->out, "%-20s  %s, VMM %u, running %.1f s, vCPU time %.1f s\n", instance->id,
			state_name(instance->state), instance->vmm_pid, instance->running_ns / 1e9,
			instance->vcpu_ns / 1e9);
		return;
	}
	line = json_pack("{s:s,s:s,s:s,s:i,s:I,s:I}", "Type", "instance", "InstanceId", instance->id,
			 "State", state_name(instance->state), "VmmPid", (int)instance->vmm_pid,
			 "RunningNs", (json_int_t)instance->running_ns, "VcpuNs",
			 (json_int_t)instance->vcpu_ns);
	json_dumpf(line, cli->out, JSON_COMPACT);
	fputc('\n', cli->out);
	json_decref(line);
}

static int cannot(struct cli *cli, int err)
{
	if (err == -ENOENT)
		return error_failed(cli, "the kernel module is not loaded. Load it as root: "
					 "modprobe ec2ctl");
	if (err == -EPERM || err == -EACCES)
		return error_failed(cli, "events are for root and the group of /dev/ec2ctl; a dump "
					 "is for root. Run it with sudo");
	return error_failed(cli, "events: %s", strerror(-err));
}

int command_events(struct cli *cli, int argc, char **argv)
{
	bool dump = flags_take_switch(&argc, argv, "dump");
	struct ec2_events *events;
	struct ec2_event event;
	int err;

	if (argc)
		return error_usage(cli, "events", "Unknown option: %s", argv[0]);
	/* subscribe first: what happens during the dump is not missed */
	err = ec2_events_open(&events);
	if (err)
		return cannot(cli, err);
	if (dump)
		err = ec2_events_dump(print_instance, cli);
	fflush(cli->out);
	while (err >= 0) {
		err = ec2_events_next(events, &event, -1);
		if (err > 0)
			print_event(cli, &event);
		/* whoever keeps account by them has to begin anew */
		if (err > 0 && event.type == EC2_EVENT_LOST && dump)
			err = ec2_events_dump(print_instance, cli);
		if (err == -EINTR)
			err = 0;
	}
	ec2_events_close(events);
	return cannot(cli, err);
}
