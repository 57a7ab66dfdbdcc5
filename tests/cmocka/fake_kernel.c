// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_kernel.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/ec2.h"
#include "api/lifecycle.h"
#include "kmod/uapi/ec2ctl.h"
#include "store/db.h"

#define GIB (1024ULL * 1024 * 1024)

static void path_of(const struct fake *fake, const char *folder, const char *id, char path[256])
{
	snprintf(path, 256, "%s/%s/%s", fake->dir, folder, id);
}

static void put(const struct fake *fake, const char *folder, const char *id, const char *text)
{
	char path[256];
	int fd;

	path_of(fake, folder, id, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void drop(const struct fake *fake, const char *folder, const char *id)
{
	char path[256];

	path_of(fake, folder, id, path);
	unlink(path);
}

bool fake_alive(const struct fake *fake, const char *id)
{
	char path[256];

	path_of(fake, "alive", id, path);
	return access(path, F_OK) == 0;
}

/* ---- the kernel ---- */

static int fake_info(struct ec2 *ec2, struct ec2_get_info *info)
{
	(void)info;
	return ((struct fake *)ec2->kernel_arg)->info_error;
}

static int fake_signal(struct ec2 *ec2, const char *id, uint32_t signal, uint32_t flags)
{
	struct fake *fake = ec2->kernel_arg;
	char text[32];

	if (!fake_alive(fake, id))
		return -ENOENT;
	fake->signals++;
	fake->last_signal = signal;
	fake->last_flags = flags;
	snprintf(text, sizeof(text), "%u %u", signal, flags);
	put(fake, "signal", id, text);
	return 0;
}

static int fake_stats(struct ec2 *ec2, const char *id, struct ec2_instance_stats *stats)
{
	if (!fake_alive(ec2->kernel_arg, id))
		return -ENOENT;
	stats->vm_on = 1;
	stats->credit_balance = 1234;
	return 0;
}

/* A shim's beginning, in another process in real life: no step of this one is in it. */
static void shim_start(struct fake *fake, struct ec2 *ec2, const char *id)
{
	void (*hook)(const char *) = ec2_step_hook;
	struct ec2_launch_spec *spec;
	int ret;

	ec2_step_hook = NULL;
	ret = ec2_launch_spec_load(ec2, id, &spec);
	if (!ret) {
		fake->nic = spec->nic;
		ec2_launch_spec_free(spec);
		ret = ec2_launch_connect(ec2, id);
	}
	if (!ret)
		ret = ec2_instance_started(ec2, id);
	if (ret) {
		ec2_instance_ended(ec2, id, EC2_END_LAUNCH_FAILED);
		drop(fake, "alive", id);
	}
	ec2_step_hook = hook;
}

static int fake_launch(struct ec2 *ec2, const char *id, char **code, char **message)
{
	struct fake *fake = ec2->kernel_arg;

	if (fake->launch_error && fake->launches_left == 0) {
		*code = strdup(fake->launch_code ? fake->launch_code : "InternalError");
		*message = strdup("the script says so");
		return fake->launch_error;
	}
	if (fake->launches_left > 0)
		fake->launches_left--;
	fake->launches++;
	put(fake, "alive", id, "");
	ec2_step("shim spawned");
	shim_start(fake, ec2, id);
	if (fake_alive(fake, id))
		return 0;
	*code = strdup("InternalError");
	*message = strdup("the shim has ended");
	return -ECANCELED;
}

static int fake_is_alive(struct ec2 *ec2, const char *id)
{
	return fake_alive(ec2->kernel_arg, id);
}

static int fake_clean(struct ec2 *ec2, const char *id)
{
	drop(ec2->kernel_arg, "signal", id);
	return 0;
}

/* The state is the script's from here on. */
static int fake_network(struct ec2 *ec2, struct ec2_vpc_state *state, const char *fresh,
			const char **what)
{
	struct fake *fake = ec2->kernel_arg;

	(void)fresh;
	*what = "do what the script forbids";
	if (fake->network_error)
		return fake->network_error;
	ec2_vpc_state_clear(&fake->network);
	fake->network = *state;
	memset(state, 0, sizeof(*state));
	fake->networks++;
	return 0;
}

static int fake_capacity(struct ec2 *ec2, struct ec2_host_capacity *host)
{
	struct fake *fake = ec2->kernel_arg;

	host->memory_available = fake->memory_available;
	host->memory_total = fake->memory_total;
	host->cpus = fake->cpus;
	return 0;
}

static char *fake_boot_id(struct ec2 *ec2)
{
	return strdup(((struct fake *)ec2->kernel_arg)->boot);
}

const struct ec2_kernel_ops fake_kernel = {
	.info = fake_info,
	.signal = fake_signal,
	.stats = fake_stats,
	.launch = fake_launch,
	.alive = fake_is_alive,
	.clean = fake_clean,
	.network = fake_network,
	.capacity = fake_capacity,
	.boot_id = fake_boot_id,
};

/* ---- the shims ---- */

static void settle_one(struct fake *fake, struct ec2 *ec2, const char *id)
{
	char path[256], text[32] = "";
	unsigned int signal = 0, flags;
	FILE *f;

	if (strcmp(fake_state(ec2, id), "pending") == 0)
		shim_start(fake, ec2, id);
	path_of(fake, "signal", id, path);
	f = fopen(path, "r");
	if (!f)
		return;
	if (!fgets(text, sizeof(text), f) || sscanf(text, "%u %u", &signal, &flags) != 2)
		signal = 0;
	fclose(f);
	drop(fake, "signal", id);
	if (signal == EC2_SIGNAL_REBOOT || !signal)
		return;
	assert_int_equal(ec2_instance_ended(ec2, id, EC2_END_GUEST), 0);
	drop(fake, "alive", id);
}

static void each_alive(struct fake *fake, struct ec2 *ec2,
		       void (*fn)(struct fake *fake, struct ec2 *ec2, const char *id))
{
	struct dirent **entries;
	char path[256];
	int n;

	path_of(fake, "alive", "", path);
	n = scandir(path, &entries, NULL, alphasort);
	assert_true(n >= 2);
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.')
			fn(fake, ec2, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static struct ec2_options options_of(struct fake *fake)
{
	return (struct ec2_options){.state_dir = fake->state,
				    .run_dir = fake->run,
				    .config_dir = fake->config,
				    .libexec_dir = fake->dir,
				    .region = "us-east-1",
				    .kernel = &fake_kernel,
				    .kernel_arg = fake};
}

void fake_settle(struct fake *fake)
{
	struct ec2_options options = options_of(fake);
	struct ec2 *ec2;

	options.no_recovery = true;
	assert_int_equal(ec2_open(&options, &ec2), 0);
	each_alive(fake, ec2, settle_one);
	ec2_close(ec2);
}

static void kill_one(struct fake *fake, struct ec2 *ec2, const char *id)
{
	(void)ec2;
	drop(fake, "alive", id);
	drop(fake, "signal", id);
}

void fake_kill(struct fake *fake, const char *id)
{
	if (id)
		kill_one(fake, NULL, id);
	else
		each_alive(fake, NULL, kill_one);
}

/* ---- regions ---- */

static void make_dir(const struct fake *fake, const char *name)
{
	char path[256];

	path_of(fake, name, "", path);
	path[strlen(path) - 1] = 0;
	assert_int_equal(mkdir(path, 0700), 0);
}

void fake_make(struct fake *fake)
{
	/* memory: a database is made and synced hundreds of times */
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	int fd;

	memset(fake, 0, sizeof(*fake));
	snprintf(fake->dir, sizeof(fake->dir), "%s/ec2ctl-test-XXXXXX", base);
	assert_non_null(mkdtemp(fake->dir));
	snprintf(fake->state, sizeof(fake->state), "%s/state", fake->dir);
	snprintf(fake->run, sizeof(fake->run), "%s/run", fake->dir);
	snprintf(fake->config, sizeof(fake->config), "%s/config", fake->dir);
	snprintf(fake->image, sizeof(fake->image), "%s/image.raw", fake->dir);
	make_dir(fake, "alive");
	make_dir(fake, "signal");
	make_dir(fake, "loader");
	put(fake, "loader", "vmlinux", "");
	put(fake, "loader", "initrd", "");
	fd = open(fake->image, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1024 * 1024), 0);
	assert_int_equal(pwrite(fd, "boot", 4, 4096), 4);
	close(fd);
	fake->memory_available = fake->memory_total = 8 * GIB;
	fake->cpus = 4;
	fake->launches_left = -1;
	fake->boot = "boot-1";
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void fake_remove(struct fake *fake)
{
	ec2_vpc_state_clear(&fake->network);
	nftw(fake->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int fake_try_open(struct fake *fake, struct ec2 **ec2)
{
	struct ec2_options options = options_of(fake);

	return ec2_open(&options, ec2);
}

struct ec2 *fake_open(struct fake *fake)
{
	struct ec2 *ec2;
	int ret = fake_try_open(fake, &ec2);

	if (ret)
		fail_msg("ec2_open: %d, %s", ret, ec2 ? ec2_last_error(ec2)->message : "");
	return ec2;
}

static void must(struct ec2 *ec2, int ret)
{
	if (ret)
		fail_msg("%d, %s: %s", ret, ec2_last_error(ec2)->code,
			 ec2_last_error(ec2)->message);
}

char *fake_image(struct ec2 *ec2, struct fake *fake, const char *name)
{
	const struct ec2_register_image_request request = {.name = (char *)name,
							   .image_location = fake->image};
	struct ec2_register_image_response response;

	must(ec2, ec2_register_image(ec2, &request, &response));
	return response.image_id;
}

char *fake_instance(struct ec2 *ec2, const char *image)
{
	const struct ec2_run_instances_request request = {.image_id = (char *)image,
							  .instance_type = "t3.nano"};
	struct ec2_run_instances_response response;
	char *id;

	must(ec2, ec2_run_instances(ec2, &request, &response));
	assert_int_equal(response.instances.n, 1);
	id = strdup(((struct ec2_instance *)response.instances.items)->instance_id);
	ec2_run_instances_response_free(&response);
	return id;
}

const char *fake_state(struct ec2 *ec2, const char *id)
{
	static char state[32];
	char *ids[] = {(char *)id};
	const struct ec2_describe_instances_request request = {.instance_ids = {ids, 1}};
	struct ec2_describe_instances_response response;
	struct ec2_reservation *reservation;
	struct ec2_instance *instance;

	if (ec2_describe_instances(ec2, &request, &response))
		return "";
	reservation = response.reservations.items;
	instance = reservation->instances.items;
	snprintf(state, sizeof(state), "%s", instance->state.name);
	ec2_describe_instances_response_free(&response);
	return state;
}
