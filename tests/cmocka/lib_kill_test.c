// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A command killed between any two of its steps: the next one finds a consistent host. Each operation is
 * run again and again, killed one step later each time, until it ends by itself; with the shims living
 * on, and with the shims dead as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/ec2.h"
#include "fake_kernel.h"
#include "store/db.h"

#define KILLED 99
#define FAILED 98
#define MAX_STEPS 200

struct world {
	struct fake fake;
	char *image, *instance;
};

static int steps_left;

static void count_down(const char *where)
{
	(void)where;
	if (--steps_left == 0)
		_exit(KILLED);
}

/* ---- operations, in the child ---- */

static int do_run(struct ec2 *ec2, struct world *world)
{
	const struct ec2_run_instances_request request = {.image_id = world->image,
							  .instance_type = "t3.nano",
							  .min_count = 2,
							  .max_count = 2};
	struct ec2_run_instances_response response;
	int ret = ec2_run_instances(ec2, &request, &response);

	if (!ret)
		ec2_run_instances_response_free(&response);
	return ret;
}

static int do_start(struct ec2 *ec2, struct world *world)
{
	const struct ec2_start_instances_request request = {.instance_ids = {&world->instance, 1}};
	struct ec2_start_instances_response response;
	int ret = ec2_start_instances(ec2, &request, &response);

	if (!ret)
		ec2_start_instances_response_free(&response);
	return ret;
}

static int do_stop(struct ec2 *ec2, struct world *world)
{
	const struct ec2_stop_instances_request request = {.instance_ids = {&world->instance, 1}};
	struct ec2_stop_instances_response response;
	int ret = ec2_stop_instances(ec2, &request, &response);

	if (!ret)
		ec2_stop_instances_response_free(&response);
	return ret;
}

static int do_terminate(struct ec2 *ec2, struct world *world)
{
	const struct ec2_terminate_instances_request request = {
		.instance_ids = {&world->instance, 1}};
	struct ec2_terminate_instances_response response;
	int ret = ec2_terminate_instances(ec2, &request, &response);

	if (!ret)
		ec2_terminate_instances_response_free(&response);
	return ret;
}

static int do_register(struct ec2 *ec2, struct world *world)
{
	free(fake_image(ec2, &world->fake, "another"));
	return 0;
}

static int do_deregister(struct ec2 *ec2, struct world *world)
{
	const struct ec2_deregister_image_request request = {.image_id = world->image};

	return ec2_deregister_image(ec2, &request);
}

static int do_reconcile(struct ec2 *ec2, struct world *world)
{
	struct ec2_reconcile_response response;
	int ret = ec2_reconcile(ec2, &response);

	(void)world;
	if (!ret)
		ec2_reconcile_response_free(&response);
	return ret;
}

/* ---- what must hold ---- */

static int64_t count(struct ec2 *ec2, const char *sql)
{
	int64_t n = -1;

	assert_true(ec2_db_int(ec2, &n, sql, NULL) >= 0);
	return n;
}

static int files_in(const struct fake *fake, const char *folder)
{
	struct dirent **entries;
	char path[256];
	int n;

	snprintf(path, sizeof(path), "%s/%s", fake->dir, folder);
	n = scandir(path, &entries, NULL, NULL);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
	return n - 2;
}

/* The rows that the shims' state must agree with. */
static int count_alive(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct world *world = ec2->kernel_arg;
	bool running = ec2_col_int(row, 1) == 16;

	(void)world;
	if (fake_alive(ec2->kernel_arg, ec2_col_text(row, 0)) != running)
		++*(int *)arg;
	return 0;
}

static void check_consistent(struct ec2 *ec2, struct fake *fake)
{
	int wrong = 0;

	assert_int_equal(count(ec2, "SELECT count(*) FROM intents"), 0);
	assert_int_equal(
		count(ec2, "SELECT count(*) FROM instances WHERE state NOT IN (16, 48, 80)"), 0);
	assert_true(ec2_db_each(ec2, count_alive, &wrong, "SELECT id, state FROM instances",
				NULL) >= 0);
	assert_int_equal(wrong, 0);
	assert_int_equal(count(ec2, "SELECT count(*) FROM volumes WHERE state NOT IN"
				    " ('in-use', 'available')"),
			 0);
	assert_int_equal(count(ec2, "SELECT count(*) FROM volumes"),
			 files_in(fake, "state/volumes"));
	assert_int_equal(count(ec2, "SELECT count(*) FROM instances WHERE state <> 48"),
			 count(ec2, "SELECT count(*) FROM volumes WHERE instance IS NOT NULL"));
	/* each instance has its eth0 and address, and there are no others */
	assert_int_equal(count(ec2, "SELECT count(*) FROM instances WHERE state <> 48"),
			 count(ec2, "SELECT count(*) FROM network_interfaces n JOIN instances i"
				    " ON i.id = n.instance AND i.state <> 48"
				    " AND n.device_index = 0"));
	assert_int_equal(count(ec2, "SELECT count(*) FROM network_interface_addresses"),
			 count(ec2, "SELECT count(*) FROM instances WHERE state <> 48"));
	assert_int_equal(count(ec2, "SELECT count(*) FROM vpcs"), 1);
	assert_int_equal(count(ec2, "SELECT count(*) FROM images WHERE state <> 'available'"), 0);
	assert_int_equal(count(ec2, "SELECT count(*) FROM images"), files_in(fake, "state/images"));
	assert_int_equal(count(ec2, "SELECT count(*) FROM usage WHERE ended IS NULL"),
			 count(ec2, "SELECT count(*) FROM instances WHERE state = 16"));
	assert_int_equal(count(ec2, "SELECT count(*) FROM usage WHERE seconds < 60"), 0);
	assert_int_equal(files_in(fake, "alive"),
			 count(ec2, "SELECT count(*) FROM instances WHERE state = 16"));
}

static void prepare(struct world *world, const char *state)
{
	struct ec2 *ec2;

	fake_make(&world->fake);
	ec2 = fake_open(&world->fake);
	world->image = fake_image(ec2, &world->fake, "image");
	world->instance = fake_instance(ec2, world->image);
	if (strcmp(state, "stopped") == 0) {
		assert_int_equal(do_stop(ec2, world), 0);
		fake_settle(&world->fake);
	}
	if (strcmp(state, "rebooted") == 0) {
		fake_kill(&world->fake, NULL);
		world->fake.boot = "boot-2";
	}
	ec2_close(ec2);
}

static void unprepare(struct world *world)
{
	free(world->image);
	free(world->instance);
	fake_remove(&world->fake);
}

struct operation {
	const char *name;
	const char *state; /* of the instance before */
	int (*act)(struct ec2 *ec2, struct world *world);
};

/* In the child. The opening is part of the command. */
static void child(const struct operation *operation, struct world *world, int steps)
{
	struct ec2 *ec2;
	int ret;

	steps_left = steps;
	ec2_step_hook = count_down;
	ret = fake_try_open(&world->fake, &ec2);
	if (!ret)
		ret = operation->act(ec2, world);
	ec2_close(ec2);
	free(world->image);
	free(world->instance);
	_exit(ret ? FAILED : 0);
}

static int run_killed(const struct operation *operation, struct world *world, int steps)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		child(operation, world, steps);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Return: whether the operation was killed. */
static bool try_kill(const struct operation *operation, int steps, bool shims_die)
{
	struct world world;
	struct ec2 *ec2;
	int status;

	prepare(&world, operation->state);
	status = run_killed(operation, &world, steps);
	if (status != 0 && status != KILLED)
		fail_msg("%s, step %d: exit status %d", operation->name, steps, status);
	if (shims_die)
		fake_kill(&world.fake, NULL);
	fake_settle(&world.fake);
	/* the next command, and the shims again, which it may have told something */
	ec2_close(fake_open(&world.fake));
	fake_settle(&world.fake);
	ec2 = fake_open(&world.fake);
	check_consistent(ec2, &world.fake);
	assert_int_equal(do_reconcile(ec2, &world), 0);
	check_consistent(ec2, &world.fake);
	assert_true(files_in(&world.fake, "run/owners") <= 1);
	ec2_close(ec2);
	unprepare(&world);
	return status == KILLED;
}

static const struct operation operations[] = {
	{"run", "running", do_run},
	{"start", "stopped", do_start},
	{"stop", "running", do_stop},
	{"terminate", "running", do_terminate},
	{"terminate a stopped one", "stopped", do_terminate},
	{"register an image", "running", do_register},
	{"deregister an image", "running", do_deregister},
	{"reconcile after a reboot", "rebooted", do_reconcile},
};

static void kill_everywhere(void **state)
{
	const struct operation *operation = *state;
	int steps;

	for (steps = 1; steps < MAX_STEPS; steps++) {
		bool killed = try_kill(operation, steps, false);

		try_kill(operation, steps, true);
		if (!killed)
			break;
	}
	print_message("# %s: killed at %d points\n", operation->name, steps - 1);
	assert_in_range(steps, 3, MAX_STEPS - 1);
}

/* A command that dies while it recovers what another has left. */
static void kill_during_recovery(void **state)
{
	(void)state;
	for (int steps = 1; steps < MAX_STEPS; steps++) {
		struct world world;
		struct ec2 *ec2;
		int status;

		prepare(&world, "running");
		assert_int_equal(run_killed(&operations[0], &world, 12), KILLED);
		status = run_killed(&operations[7], &world, steps);
		assert_true(status == 0 || status == KILLED);
		ec2_close(fake_open(&world.fake));
		fake_settle(&world.fake);
		ec2 = fake_open(&world.fake);
		check_consistent(ec2, &world.fake);
		ec2_close(ec2);
		unprepare(&world);
		if (status == 0)
			return;
	}
	fail();
}

int main(void)
{
	struct CMUnitTest tests[sizeof(operations) / sizeof(operations[0]) + 1];
	size_t n = sizeof(operations) / sizeof(operations[0]);

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){operations[i].name, kill_everywhere, NULL, NULL,
					       (void *)&operations[i]};
	tests[n] = (struct CMUnitTest)cmocka_unit_test(kill_during_recovery);
	return _cmocka_run_group_tests("kill", tests, n + 1, NULL, NULL);
}
