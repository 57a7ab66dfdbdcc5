// SPDX-License-Identifier: LGPL-2.1-or-later
/* The command line, as lib/host/launch.h gives it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "vmm.h"

enum kind { KIND_TEXT, KIND_FD, KIND_NUMBER };

static const struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	bool required;
} rows[] = {
	{"id", KIND_TEXT, offsetof(struct vmm_options, id), true},
	{"type", KIND_TEXT, offsetof(struct vmm_options, type), false},
	{"cmdline", KIND_TEXT, offsetof(struct vmm_options, cmdline), true},
	{"instance-fd", KIND_FD, offsetof(struct vmm_options, instance_fd), true},
	{"console-fd", KIND_FD, offsetof(struct vmm_options, console_fd), true},
	{"kernel-fd", KIND_FD, offsetof(struct vmm_options, kernel_fd), true},
	{"initrd-fd", KIND_FD, offsetof(struct vmm_options, initrd_fd), false},
	{"ready-fd", KIND_FD, offsetof(struct vmm_options, ready_fd), false},
	{"vcpus", KIND_NUMBER, offsetof(struct vmm_options, vcpus), true},
	{"memory", KIND_NUMBER, offsetof(struct vmm_options, memory), true},
	{"mac", KIND_TEXT, offsetof(struct vmm_options, mac), false},
	{"mtu", KIND_NUMBER, offsetof(struct vmm_options, mtu), false},
	{"queue-pairs", KIND_NUMBER, offsetof(struct vmm_options, queue_pairs), false},
	{"tap-fd", KIND_FD, offsetof(struct vmm_options, tap_fd), false},
	{"vhost-fd", KIND_FD, offsetof(struct vmm_options, vhost_fd), false},
	{"uid", KIND_NUMBER, offsetof(struct vmm_options, uid), true},
	{"gid", KIND_NUMBER, offsetof(struct vmm_options, gid), true},
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static uint64_t number(const char *name, const char *text, uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value > max)
		die("--%s: '%s' is not a number from 0 to %llu", name, text,
		    (unsigned long long)max);
	return value;
}

static void store(struct vmm_options *options, const struct row *row, const char *text)
{
	char *at = (char *)options + row->offset;

	switch (row->kind) {
	case KIND_TEXT:
		*(const char **)at = text;
		break;
	case KIND_FD: {
		int fd = (int)number(row->name, text, INT_MAX);

		if (fcntl(fd, F_GETFD) < 0)
			die("--%s: descriptor %d is not open", row->name, fd);
		*(int *)at = fd;
		break;
	}
	case KIND_NUMBER:
		/* only memory is wider than 32 bits */
		if (row->offset == offsetof(struct vmm_options, memory))
			*(uint64_t *)at = number(row->name, text, UINT64_MAX);
		else
			*(uint32_t *)at = (uint32_t)number(row->name, text, UINT32_MAX);
		break;
	}
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
	int end = 0;

	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5], &end) == 6 &&
	       !text[end] && !(mac[0] & 1);
}

static void check_network(struct vmm_options *options)
{
	int i;

	if (!options->queue_pairs)
		return;
	if (options->queue_pairs > VMM_MAX_PAIRS)
		die("--queue-pairs: more than %d", VMM_MAX_PAIRS);
	if (options->mtu < 68 || options->mtu > 65535)
		die("--mtu: %u is not from 68 to 65535", options->mtu);
	if (!options->mac || !parse_mac(options->mac, options->mac_address))
		die("--mac: not the address of one station");
	for (i = 0; i < (int)options->queue_pairs; i++)
		if (fcntl(options->tap_fd + i, F_GETFD) < 0 ||
		    fcntl(options->vhost_fd + i, F_GETFD) < 0)
			die("--tap-fd, --vhost-fd: not one open descriptor per queue pair");
}

static void check(const struct vmm_options *options)
{
	if (options->vcpus < 1 || options->vcpus > VMM_MAX_VCPUS)
		die("--vcpus: %u is not from 1 to %d", options->vcpus, VMM_MAX_VCPUS);
	if (options->memory < 32ULL << 20 || options->memory & 0xfff)
		die("--memory: %llu is not a multiple of 4096 from 32 MiB up",
		    (unsigned long long)options->memory);
	if (strlen(options->cmdline) >= CMDLINE_MAX)
		die("--cmdline: longer than %d characters", CMDLINE_MAX - 1);
	if (strlen(options->id) > 23 || strlen(options->type) > 63)
		die("--id or --type: too long");
	if (options->uid == 0 || options->gid == 0)
		die("--uid and --gid: the guest's machine must not run as root");
}

void options_parse(struct vmm_options *options, int argc, char **argv)
{
	struct option table[N_ROWS + 1] = {0};
	bool seen[N_ROWS] = {false};
	int i;

	*options = (struct vmm_options){
		.type = "ec2ctl",
		.instance_fd = -1,
		.console_fd = -1,
		.kernel_fd = -1,
		.initrd_fd = -1,
		.ready_fd = -1,
		.tap_fd = -1,
		.vhost_fd = -1,
	};
	for (i = 0; i < (int)N_ROWS; i++)
		table[i] = (struct option){rows[i].name, required_argument, NULL, i + 1};
	while ((i = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (i < 1 || i > (int)N_ROWS)
			die("bad arguments; this program is started by ec2-shim");
		store(options, &rows[i - 1], optarg);
		seen[i - 1] = true;
	}
	if (optind != argc)
		die("argument '%s' is not expected", argv[optind]);
	for (i = 0; i < (int)N_ROWS; i++)
		if (rows[i].required && !seen[i])
			die("--%s is missing; this program is started by ec2-shim", rows[i].name);
	check(options);
	check_network(options);
}
