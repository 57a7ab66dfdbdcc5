// SPDX-License-Identifier: LGPL-2.1-or-later
/* A whole instance, made by the library as a user would: its shim and its VMM. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ec2ctl.h>

#include "bench.h"

static void check(struct ec2 *ec2, int ret, const char *what)
{
	if (ret)
		die("%s: %s: %s", what, ec2_last_error(ec2)->code, ec2_last_error(ec2)->message);
}

static char *import(struct ec2 *ec2, struct ec2_import_image_request request)
{
	struct ec2_import_image_response response;
	char *id;

	check(ec2, ec2_import_image(ec2, &request, NULL, NULL, &response), request.name);
	id = strdup(response.image_id);
	ec2_import_image_response_free(&response);
	return id;
}

/* A disk that the guest's program does not look at. */
static char *empty_disk(void)
{
	static char path[] = "/var/tmp/ec2-bench-disk.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, 1 << 20))
		die("%s: no disk", path);
	close(fd);
	return path;
}

static char *run(struct ec2 *ec2, char *cmdline)
{
	struct ec2_import_image_request machine = {.name = "bench", .file = empty_disk()};
	struct ec2_run_instances_request request = {.instance_type = "t3.nano"};
	struct ec2_run_instances_response response;
	char *id;

	machine.kernel_id = import(ec2, (struct ec2_import_image_request){
						.name = "bench-kernel",
						.file = (char *)paths.bzimage,
						.image_type = "kernel",
						.boot_parameters = cmdline,
					});
	machine.ramdisk_id = import(ec2, (struct ec2_import_image_request){
						 .name = "bench-ramdisk",
						 .file = (char *)paths.initrd,
						 .image_type = "ramdisk",
					 });
	request.image_id = import(ec2, machine);
	unlink(machine.file);
	check(ec2, ec2_run_instances(ec2, &request, &response), "RunInstances");
	id = strdup(((struct ec2_instance *)response.instances.items)[0].instance_id);
	ec2_run_instances_response_free(&response);
	free(machine.kernel_id);
	free(machine.ramdisk_id);
	free(request.image_id);
	return id;
}

static pid_t first_number(const char *path)
{
	FILE *f = fopen(path, "re");
	int pid = 0;

	if (f && fscanf(f, "%d", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	return pid;
}

/* The console's log says when the guest's program runs. */
static void await(const char *state_dir, const char *id)
{
	static char text[1 << 17];
	char path[256];
	ssize_t n = 0;

	snprintf(path, sizeof(path), "%s/console/%s.log", state_dir, id);
	for (int i = 0; i < 1200; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0)
			n = read(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		close(fd);
		if (strstr(text, MARKER))
			return;
		usleep(100000);
	}
	die("the instance did not reach its first program");
}

/* Shim and VMM of one running instance, in bytes. */
uint64_t instance_private_bytes(const char *cmdline)
{
	char state_dir[] = "/var/tmp/ec2-bench.XXXXXX", run_dir[64], path[128];
	struct ec2_options options = {.state_dir = state_dir, .run_dir = run_dir,
				      .libexec_dir = paths.build};
	struct ec2_terminate_instances_request terminate = {.instance_ids.n = 1};
	struct ec2_terminate_instances_response response;
	struct ec2 *ec2;
	uint64_t bytes;
	pid_t shim;
	char *id;

	if (!mkdtemp(state_dir))
		die("%s: no folder", state_dir);
	snprintf(run_dir, sizeof(run_dir), "%s/run", state_dir);
	check(ec2, ec2_open(&options, &ec2), "the region");
	id = run(ec2, (char *)cmdline);
	await(state_dir, id);
	usleep(200000);
	snprintf(path, sizeof(path), "%s/%s/shim.pid", run_dir, id);
	shim = first_number(path);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", shim, shim);
	bytes = private_bytes(shim) + private_bytes(first_number(path));
	terminate.instance_ids.items = &id;
	check(ec2, ec2_terminate_instances(ec2, &terminate, &response), "TerminateInstances");
	ec2_terminate_instances_response_free(&response);
	ec2_close(ec2);
	free(id);
	return bytes;
}
