// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * tests/vm/links: lib/host/links.h by hand, for net.test.
 *
 *   hold OWNER QUEUES [unfiltered]   makes the tap, switches it on, says its name, and has it open until
 *                                    its standard input ends
 *   list                             "NAME OWNER MTU" a line
 *   delete NAME
 *   name ID
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/links.h"

static int failed(const char *what, int ret)
{
	fprintf(stderr, "links: %s: %s\n", what, strerror(-ret));
	return 1;
}

static int hold(const char *owner, unsigned int queues, unsigned int flags)
{
	struct ec2_link link = {.queues = queues, .mtu = EC2_LINK_MTU};
	int fds[EC2_LINK_MAX_QUEUES], ret;
	char byte;

	snprintf(link.owner, sizeof(link.owner), "%s", owner);
	ec2_link_name(owner, link.name);
	ret = ec2_link_create(&link, flags, fds);
	if (!ret)
		ret = ec2_link_up(link.name);
	if (ret)
		return failed("hold", ret);
	printf("%s\n", link.name);
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}

static int list(void)
{
	struct ec2_link *links;
	int n = ec2_links_list(&links);

	if (n < 0)
		return failed("list", n);
	for (int i = 0; i < n; i++)
		printf("%s %s %u\n", links[i].name, links[i].owner, links[i].mtu);
	free(links);
	return 0;
}

int main(int argc, char **argv)
{
	char name[EC2_LINK_NAME];
	int ret;

	if (argc >= 4 && !strcmp(argv[1], "hold"))
		return hold(argv[2], (unsigned int)atoi(argv[3]),
			    argc > 4 ? EC2_LINK_UNFILTERED : 0);
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc == 3 && !strcmp(argv[1], "delete")) {
		ret = ec2_link_delete(argv[2]);
		return ret ? failed("delete", ret) : 0;
	}
	if (argc == 3 && !strcmp(argv[1], "name")) {
		ec2_link_name(argv[2], name);
		puts(name);
		return 0;
	}
	fprintf(stderr,
		"usage: links hold OWNER QUEUES [unfiltered] | list | delete NAME | name ID\n");
	return 2;
}
