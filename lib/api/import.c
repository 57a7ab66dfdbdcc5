// SPDX-License-Identifier: LGPL-2.1-or-later
/* ec2_import_image: an image of any common format made into one of ours. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/child.h"
#include "api/files.h"
#include "api/image.h"
#include "api/request.h"

struct import {
	const struct ec2_import_image_request *request;
	ec2_progress progress;
	void *arg;
	char *file; /* absolute */
	char *format;
	int64_t virtual_size, cluster_size;
};

static int bad_file(struct ec2 *ec2, const char *file, const char *why)
{
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter file is invalid: %s", file, why);
}

static int check_file(struct ec2 *ec2, const char *file)
{
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return bad_file(ec2, file, strerror(errno));
	if (fstat(fd, &st))
		st.st_mode = 0;
	close(fd);
	if (!S_ISREG(st.st_mode))
		return bad_file(ec2, file, "not a regular file");
	return st.st_size ? 0 : bad_file(ec2, file, "the file is empty");
}

static int no_qemu(struct ec2 *ec2, int ret, const char *output)
{
	if (ret == -ENOENT)
		return ec2_fail(ec2, ret, "MissingDependency",
				"qemu-img is not installed: apt install qemu-utils");
	return ec2_fail(ec2, ret, "InternalError", "qemu-img: %s",
			*output ? output : strerror(-ret));
}

/* A damaged file, or a web page under an image's name, would be a raw disk that never boots. */
static const char *misnamed(const struct import *import)
{
	static const char *const endings[] = {".qcow2", ".vmdk", ".vhd", ".vhdx", ".vdi"};
	const char *dot = strrchr(import->file, '.');

	if (import->request->format || strcmp(import->format, "raw"))
		return NULL;
	for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (strcasecmp(dot, endings[i]) == 0)
			return endings[i] + 1;
	}
	return NULL;
}

static int check_name(struct ec2 *ec2, const struct import *import)
{
	const char *format = misnamed(import);
	char why[128];

	if (!format)
		return 0;
	snprintf(why, sizeof(why),
		 "it is not a %s file. If it is a raw disk, say so: --format raw", format);
	return bad_file(ec2, import->file, why);
}

/* A file that leads to others could bring any file of this host into the guest. */
static bool refers_elsewhere(const struct import *import, json_t *info)
{
	json_t *data = json_object_get(json_object_get(info, "format-specific"), "data");
	json_t *extent;
	size_t i;

	if (json_object_get(info, "backing-filename") || json_object_get(data, "data-file"))
		return true;
	json_array_foreach (json_object_get(data, "extents"), i, extent) {
		const char *name = json_string_value(json_object_get(extent, "filename"));

		if (!name || strcmp(name, import->file))
			return true;
	}
	return false;
}

/* What qemu-img says that the file is. */
static int parse_info(struct ec2 *ec2, struct import *import, const char *text)
{
	json_error_t error = {0};
	json_t *info = json_loads(text, 0, &error);
	const char *format = json_string_value(json_object_get(info, "format"));
	int ret = 0;

	import->virtual_size = json_integer_value(json_object_get(info, "virtual-size"));
	import->cluster_size = json_integer_value(json_object_get(info, "cluster-size"));
	if (!format)
		ret = ec2_fail(ec2, -EINVAL, "InternalError", "qemu-img info: %s", error.text);
	else if (refers_elsewhere(import, info))
		ret = bad_file(ec2, import->file,
			       "it refers to another file; make one of it by qemu-img convert");
	else if (json_is_true(json_object_get(info, "encrypted")))
		ret = bad_file(ec2, import->file, "it is encrypted");
	else if (import->virtual_size <= 0)
		ret = bad_file(ec2, import->file, "it holds no disk");
	free(import->format);
	import->format = ret ? NULL : strdup(format);
	if (!ret && !import->format)
		ret = ec2_fail_errno(ec2, -ENOMEM, "The image");
	json_decref(info);
	return ret;
}

static int find_format(struct ec2 *ec2, struct import *import)
{
	const char *given = import->request->format;
	const char *argv[7] = {"qemu-img", "info", "--output=json"};
	char *out = NULL, *err = NULL;
	struct ec2_child child = {.argv = argv, .out = &out, .err = &err};
	size_t n = 3;
	int ret;

	if (given) {
		argv[n++] = "-f";
		argv[n++] = given;
	}
	argv[n] = import->file;
	ret = ec2_child_run(ec2, &child);
	if (!ret)
		ret = parse_info(ec2, import, out);
	else if (ret == -EPROTO)
		ret = bad_file(ec2, import->file, err && *err ? err : "qemu-img cannot read it");
	else
		ret = no_qemu(ec2, ret, err ? err : "");
	free(out);
	free(err);
	return ret;
}

/* Where the last cluster begins to be missing: a whole file may end inside it (compressed images do). */
static bool ends_early(const struct import *import, int64_t end, int64_t size)
{
	return end - size >= (import->cluster_size ? import->cluster_size : 1);
}

/* What qemu-img check exits with for a format that it has no check for is a failure without an answer. */
static int judge(struct ec2 *ec2, const struct import *import, const char *answer)
{
	json_t *check = json_loads(answer, 0, NULL);
	json_int_t end = json_integer_value(json_object_get(check, "image-end-offset"));
	json_int_t bad = json_integer_value(json_object_get(check, "corruptions")) +
			 json_integer_value(json_object_get(check, "check-errors"));
	struct stat st = {0};

	json_decref(check);
	if (stat(import->file, &st))
		return ec2_fail_errno(ec2, -errno, import->file);
	if (ends_early(import, end, st.st_size))
		return bad_file(ec2, import->file, "it is truncated: get it anew");
	return bad ? bad_file(ec2, import->file, "it is damaged: see qemu-img check") : 0;
}

/* A file that ends early would read as zeroes. */
static int check_whole(struct ec2 *ec2, const struct import *import)
{
	const char *const argv[] = {"qemu-img",	  "check", "--output=json", "-f", import->format,
				    import->file, NULL};
	char *out = NULL, *err = NULL;
	struct ec2_child child = {.argv = argv, .out = &out, .err = &err};
	int ret = ec2_child_run(ec2, &child);

	if (!ret || ret == -EPROTO)
		ret = judge(ec2, import, out);
	else
		ret = no_qemu(ec2, ret, err ? err : "");
	free(out);
	free(err);
	return ret;
}

/* qemu-img -p prints "    (12.34/100%)\r". */
static int on_progress(void *arg, const char *text)
{
	struct import *import = arg;
	const char *paren = strrchr(text, '(');
	double percent;

	if (paren && import->progress && sscanf(paren, "(%lf/100%%)", &percent) == 1)
		return import->progress(import->arg, "converting", percent);
	return 0;
}

/* What Ctrl-C on a terminal ends is qemu-img, too: its failure is not the image's. */
static bool cancelled(const struct import *import, int ret)
{
	return ret == -ECANCELED ||
	       (import->progress && import->progress(import->arg, "stopping", 0));
}

/* A raw image is copied by us: holes and shared blocks are kept, and nothing parses it. */
static int make_disk(struct ec2 *ec2, const char *path, int64_t *size, void *arg)
{
	struct import *import = arg;
	const char *const argv[] = {
		"qemu-img", "convert",	    "-p", "-t",	 "none",       "-T", "none",
		"-f",	    import->format, "-O", "raw", import->file, path, NULL};
	char *out = NULL, *err = NULL;
	struct ec2_child child = {
		.argv = argv, .out = &out, .err = &err, .on_output = on_progress, .arg = import};
	int ret;

	*size = (import->virtual_size + 511) / 512 * 512;
	if (strcmp(import->format, "raw") == 0)
		return ec2_copy_file(ec2, import->file, path, *size, true, import->progress,
				     import->arg);
	ret = ec2_child_run(ec2, &child);
	if (ret == -EPROTO)
		ret = ec2_fail(ec2, -EIO, "InternalError", "%s cannot be converted: %s",
			       import->file, err && *err ? err : "qemu-img failed");
	else if (ret)
		ret = no_qemu(ec2, ret, err ? err : "");
	if (!ret && truncate(path, *size))
		ret = ec2_fail_errno(ec2, -errno, path);
	free(out);
	free(err);
	return ret;
}

/* The child parses a stranger's bytes: it is jailed by itself, and gives an ELF file. */
static int make_kernel(struct ec2 *ec2, const char *path, int64_t *size, void *arg)
{
	struct import *import = arg;
	char *program = ec2_path(ec2->libexec_dir, "ec2-unpack-kernel");
	const char *const argv[] = {program, import->file, path, NULL};
	char *out = NULL, *err = NULL;
	struct ec2_child child = {
		.argv = argv, .out = &out, .err = &err, .drops_root = geteuid() == 0};
	struct stat st;
	int ret = program ? ec2_child_run(ec2, &child) : -ENOMEM;

	if (ret == -EPROTO)
		ret = bad_file(ec2, import->file, err && *err ? err : "it is not a kernel");
	else if (ret == -ENOENT)
		ret = ec2_fail(ec2, ret, "InternalError", "%s is not installed", program);
	else if (ret)
		ret = ec2_fail_errno(ec2, ret, "ec2-unpack-kernel");
	else if (stat(path, &st))
		ret = ec2_fail_errno(ec2, -errno, path);
	else
		*size = import->virtual_size = st.st_size;
	free(program);
	free(out);
	free(err);
	return ret;
}

static int make_ramdisk(struct ec2 *ec2, const char *path, int64_t *size, void *arg)
{
	struct import *import = arg;
	struct stat st;

	if (stat(import->file, &st))
		return ec2_fail_errno(ec2, -errno, import->file);
	*size = import->virtual_size = st.st_size;
	return ec2_copy_file(ec2, import->file, path, *size, true, import->progress, import->arg);
}

static const struct {
	const char *type;
	const char *format; /* NULL: look for it */
	ec2_image_make make;
} types[] = {
	{"machine", NULL, make_disk},
	{"kernel", "kernel", make_kernel},
	{"ramdisk", "ramdisk", make_ramdisk},
};

/* The file's name without folder and ending, when it will do as an image's. */
static char *name_of(const char *file)
{
	const char *base = strrchr(file, '/');
	char *name = strdup(base ? base + 1 : file);
	char *dot = name ? strrchr(name, '.') : NULL;

	if (dot && dot - name >= 3)
		*dot = 0;
	return name;
}

static int import_as(struct ec2 *ec2, struct import *import, size_t type, char **id)
{
	const struct ec2_import_image_request *r = import->request;
	char *name = r->name ? strdup(r->name) : name_of(import->file);
	struct ec2_image_new new = {
		.type = types[type].type,
		.name = name,
		.description = r->description,
		.architecture = r->architecture ? r->architecture : "x86_64",
		.location = import->file,
		.kernel_id = r->kernel_id,
		.ramdisk_id = r->ramdisk_id,
		.boot_parameters = r->boot_parameters,
		.root_device_name = type == 0 ? "/dev/sda1" : NULL,
		.tag_specifications = &r->tag_specifications,
	};
	int ret = name ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The image");

	if (!ret && !types[type].format)
		ret = find_format(ec2, import);
	else if (!ret)
		import->format = strdup(types[type].format);
	if (!ret && !types[type].format)
		ret = check_name(ec2, import);
	if (!ret && !types[type].format && strcmp(import->format, "raw"))
		ret = check_whole(ec2, import);
	if (!ret)
		ret = ec2_image_create(ec2, &new, types[type].make, import, id);
	free(name);
	return ret;
}

int ec2_import_image(struct ec2 *ec2, const struct ec2_import_image_request *r,
		     ec2_progress progress, void *arg, struct ec2_import_image_response *response)
{
	struct import import = {.request = r, .progress = progress, .arg = arg};
	size_t type;
	int ret = ec2_enter(ec2, &ec2_shape_import_image_request, r, true);

	memset(response, 0, sizeof(*response));
	if (ret)
		return ret;
	for (type = 0; type < sizeof(types) / sizeof(types[0]); type++) {
		if (strcmp(types[type].type, r->image_type ? r->image_type : "machine") == 0)
			break;
	}
	if (type == sizeof(types) / sizeof(types[0]))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter imageType is invalid. machine, kernel or"
				" ramdisk is expected",
				r->image_type);
	ret = check_file(ec2, r->file);
	if (ret)
		return ret;
	import.file = realpath(r->file, NULL);
	ret = import.file ? import_as(ec2, &import, type, &response->image_id)
			  : ec2_fail_errno(ec2, -errno, r->file);
	if (ret && cancelled(&import, ret))
		ret = ec2_fail(ec2, -ECANCELED, "RequestCanceled", "The import of %s was canceled",
			       import.file ? import.file : r->file);
	free(import.file);
	response->format = import.format;
	response->virtual_size = import.virtual_size;
	if (ret)
		ec2_shape_clear(&ec2_shape_import_image_response, response);
	return ret;
}
