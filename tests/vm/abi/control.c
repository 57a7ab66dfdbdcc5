// SPDX-License-Identifier: LGPL-2.1-or-later
/* Instances without a VM: their making, states, signals and events. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000def"

static void bad_instances(int control)
{
	struct ec2_instance_create good = {
		.size = sizeof(good),
		.id = ID,
		.memory = MEMORY,
		.vcpus = 1,
	};
	struct ec2_instance_create cases[] = {
		good, good, good, good, good, good, good, good, good, good, good, good, good,
	};
	bool ok = true;

	cases[0].memory = 0;
	cases[1].memory = MEMORY + 1;
	cases[2].memory = ~0ULL;
	cases[3].memory = 4096;
	cases[4].vcpus = 0;
	cases[5].vcpus = 33;
	cases[6].vcpus = ~0U;
	cases[7].flags = EC2_INSTANCE_UNLIMITED;
	cases[8].flags = EC2_INSTANCE_CREDITS; /* without a rate */
	cases[9].credit_cap = 1;
	strcpy(cases[10].id, "vol-1");
	memset(cases[11].id, 'i', sizeof(cases[11].id));
	cases[12].id[22] = 'x'; /* behind the NUL */
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char name[32];

		snprintf(name, sizeof(name), "case %zu", i);
		ok &= gave(name, ioctl(control, EC2_INSTANCE_CREATE, &cases[i]), EINVAL);
	}
	verdict(ok, "EC2_INSTANCE_CREATE: values out of range");
}

static void one_of_each_id(int control)
{
	struct ec2_instance_create again = {
		.size = sizeof(again), .id = ID, .memory = MEMORY, .vcpus = 1};
	int fd = make_instance(control, ID, 1);

	verdict(gave("again", ioctl(control, EC2_INSTANCE_CREATE, &again), EEXIST) &&
			(fcntl(fd, F_GETFD) & FD_CLOEXEC),
		"an id lives once, its file is closed on exec");
	close(fd);
	verdict(gave("gone", send_signal(control, ID, EC2_SIGNAL_STOP, 0), ENOENT),
		"a closed instance is gone");
	fd = make_instance(control, ID, 1);
	close(fd);
	verdict(true, "its id can be taken again");
}

/* An instance in a state, made of the changes that lead there. */
static const struct {
	unsigned int state;
	unsigned int way; /* by SET_STATE from pending; 0: stay */
} ways[] = {
	{EC2_STATE_PENDING, 0},
	{EC2_STATE_STOPPING, EC2_STATE_STOPPING},
	{EC2_STATE_SHUTTING_DOWN, EC2_STATE_SHUTTING_DOWN},
	{EC2_STATE_STOPPED, EC2_STATE_STOPPED},
	{EC2_STATE_TERMINATED, EC2_STATE_TERMINATED},
};

/* What SET_STATE to stopping, shutting-down, stopped, terminated gives in each of `ways`. */
static const unsigned int to[] = {EC2_STATE_STOPPING, EC2_STATE_SHUTTING_DOWN, EC2_STATE_STOPPED,
				  EC2_STATE_TERMINATED};
static const int changes[][4] = {
	{0, 0, 0, 0},
	{EBUSY, 0, 0, 0},
	{EBUSY, EBUSY, EBUSY, 0},
	{EBUSY, EBUSY, EBUSY, 0},
	{EBUSY, EBUSY, EBUSY, EBUSY},
};
/* And POWER_BUTTON, STOP, RESET, REBOOT. */
static const int signals[][4] = {
	{EBUSY, 0, EBUSY, EBUSY},     {0, 0, EBUSY, EBUSY},	    {0, 0, EBUSY, EBUSY},
	{EBUSY, EBUSY, EBUSY, EBUSY}, {EBUSY, EBUSY, EBUSY, EBUSY},
};

static int instance_in(int control, size_t way)
{
	int fd = make_instance(control, ID, 1);

	if (ways[way].way && set_state(fd, ways[way].way))
		die("an instance in state %u", ways[way].state);
	return fd;
}

static void states(int control)
{
	bool changed = true, signalled = true;
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		for (size_t j = 0; j < 4; j++) {
			int fd = instance_in(control, i);

			snprintf(name, sizeof(name), "%u to %u", ways[i].state, to[j]);
			changed &= gave(name, set_state(fd, to[j]), changes[i][j]);
			close(fd);
			fd = instance_in(control, i);
			snprintf(name, sizeof(name), "signal %zu in %u", j + 1, ways[i].state);
			signalled &= gave(name, send_signal(control, ID, j + 1, 0), signals[i][j]);
			close(fd);
		}
	}
	verdict(changed, "SET_STATE: only the changes that the state machine has");
	verdict(signalled, "signals: only in the states that they are for");
}

static void bad_signals(int control)
{
	static const unsigned int bad[] = {0, 5, 100, ~0U};
	int fd = make_instance(control, ID, 1);
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ok &= gave("signal", send_signal(control, ID, bad[i], 0), EINVAL);
	ok &= gave("reset and terminate",
		   send_signal(control, ID, EC2_SIGNAL_RESET, EC2_SIGNAL_TERMINATE), EINVAL);
	ok &= gave("a state that the shim does not set", set_state(fd, EC2_STATE_RUNNING), EINVAL);
	ok &= gave("no state", set_state(fd, 17), EINVAL);
	verdict(ok, "unknown signals and states are refused");
	close(fd);
}

static void events(int control)
{
	int flags = fcntl(control, F_GETFL);
	struct ec2_event event[4] = {};
	char half[32];
	bool ok = true;
	int fd;

	fcntl(control, F_SETFL, flags | O_NONBLOCK);
	while (read(control, event, sizeof(event)) > 0)
		;
	ok &= gave("nothing to read", read(control, event, sizeof(event)), EAGAIN);
	ok &= gave("half an event", read(control, half, sizeof(half)), EINVAL);
	fd = make_instance(control, ID, 1);
	ok &= !send_signal(control, ID, EC2_SIGNAL_STOP, EC2_SIGNAL_TERMINATE);
	close(fd);
	/* STOP itself goes to instance and VM only, and takes a number */
	ok &= read(control, event, sizeof(event)) == 3 * sizeof(event[0]);
	ok &= event[0].value == EC2_STATE_PENDING && event[1].value == EC2_STATE_SHUTTING_DOWN &&
	      event[2].value == EC2_STATE_TERMINATED;
	ok &= event[1].seq == event[0].seq + 1 && event[2].seq == event[1].seq + 2;
	ok &= !strcmp(event[2].id, ID) && event[2].time > 1600000000ULL * 1000000000;
	verdict(ok, "events tell an instance's states, in order, numbered");
	fcntl(control, F_SETFL, flags);
}

static void lost_events(int control)
{
	struct ec2_event first, second;
	bool ok = true;

	for (int i = 0; i < 200; i++)
		close(make_instance(control, ID, 1));
	ok &= read(control, &first, sizeof(first)) == sizeof(first);
	ok &= read(control, &second, sizeof(second)) == sizeof(second);
	ok &= first.type == EC2_EVENT_LOST && first.value == 400 - 256;
	ok &= second.type == EC2_EVENT_STATE && second.seq == first.seq + 1;
	verdict(ok, "a slow reader is told how many events it lost");
}

static void poll_tells(void)
{
	int control = open_control();
	struct pollfd p = {.fd = control, .events = POLLIN};
	bool ok = poll(&p, 1, 0) == 0;
	int fd = make_instance(control, ID, 1);
	struct pollfd q = {.fd = fd, .events = POLLIN};

	ok &= poll(&p, 1, 0) == 1 && p.revents & POLLIN;
	ok &= poll(&q, 1, 0) == 1 && q.revents & POLLIN;
	verdict(ok, "poll says when there are events");
	close(fd);
	close(control);
}

static void info(int control)
{
	struct ec2_get_info info = {.size = sizeof(info)};
	int fd = make_instance(control, ID, 1);

	verdict(!ioctl(control, EC2_GET_INFO, &info) && info.abi_version == EC2_ABI_VERSION &&
			info.instances == 1 && info.max_vcpus == 32 && info.max_disks == 32 &&
			info.features & EC2_FEATURE_NETLINK,
		"EC2_GET_INFO");
	close(fd);
}

static void limit_of_instances(int control)
{
	struct ec2_instance_create args = {.size = sizeof(args), .memory = MEMORY, .vcpus = 1};
	struct rlimit files = {4096, 4096};
	int *fd = calloc(1025, sizeof(*fd));
	int n = 0, ret = 0;

	setrlimit(RLIMIT_NOFILE, &files);
	for (; n <= 1024; n++) {
		snprintf(args.id, sizeof(args.id), "i-%017x", n + 0x1000);
		ret = ioctl(control, EC2_INSTANCE_CREATE, &args);
		if (ret)
			break;
		fd[n] = args.fd;
	}
	verdict(gave("one more", ret, ENOSPC) && n == 1024, "1024 instances and no more");
	while (n--)
		close(fd[n]);
	free(fd);
}

static void credits(int control)
{
	struct ec2_instance_create args = {
		.size = sizeof(args),
		.flags = EC2_INSTANCE_CREDITS,
		.id = ID,
		.memory = MEMORY,
		.vcpus = 2,
		.credits_per_hour = 3600000,
		.credit_cap = 144,
		.baseline = 50,
	};
	struct ec2_event event;
	bool ok = !ioctl(control, EC2_INSTANCE_CREATE, &args);

	ok &= next_event(args.fd, EC2_EVENT_THROTTLE, &event) && event.value == 10000;
	/* a credit a second: two seconds' worth of full speed are there at once */
	ok &= next_event(args.fd, EC2_EVENT_THROTTLE, &event) ||
	      next_event(args.fd, EC2_EVENT_THROTTLE, &event);
	ok &= event.value == 0;
	struct ec2_instance_stats s = stats(control, ID);

	ok &= s.credits_earned > 0 && s.credit_balance > 0 && s.throttled_ns > 0;
	verdict(ok, "an instance without credits is throttled until it has some");
	close(args.fd);
}

void test_control(void)
{
	int control = open_control();

	bad_instances(control);
	one_of_each_id(control);
	states(control);
	bad_signals(control);
	events(control);
	lost_events(control);
	poll_tells();
	info(control);
	limit_of_instances(control);
	credits(control);
	close(control);
}
