// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * tests/vm/card: what the VPC card of this host has, for vpc.test and guest.sh.
 *
 *   list             "eni IFINDEX ADDRESS", "mapping VPC ADDRESS IFINDEX", "route TABLE ADDRESS/LEN KIND",
 *                    "policy NUMBER" a line; nothing where no program was ever loaded
 *   drops IFINDEX    "REASON PACKETS" a line
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/vpc.h"

static int failed(const char *what, int ret)
{
	fprintf(stderr, "card: %s: %s\n", what, strerror(-ret));
	return 1;
}

static const char *text(__be32 address)
{
	static char text[INET_ADDRSTRLEN];

	return inet_ntop(AF_INET, &address, text, sizeof(text));
}

static void show_eni(const void *key, const void *value)
{
	printf("eni %u %s\n", *(const uint32_t *)key, text(((const struct ec2_eni *)value)->ip));
}

static void show_mapping(const void *k, const void *value)
{
	const struct ec2_mapping_key *key = k;

	printf("mapping %u %s %u\n", key->vpc, text(key->ip),
	       ((const struct ec2_mapping *)value)->ifindex);
}

static void show_route(const void *k, const void *value)
{
	const struct ec2_route_key *key = k;

	printf("route %u %s/%u %u\n", ntohl(key->table), text(key->ip), key->prefixlen - 32,
	       ((const struct ec2_route_value *)value)->kind);
}

static void show_policy(const void *key, const void *value)
{
	if (*(const uint64_t *)value)
		printf("policy %u\n", *(const uint32_t *)key);
}

static int walk(const char *name, void (*show)(const void *key, const void *value))
{
	char path[64], key[16], value[128];
	void *last = NULL;
	int map;

	snprintf(path, sizeof(path), EC2_VPC_PINS "/%s", name);
	map = bpf_obj_get(path);
	if (map < 0)
		return failed(name, -errno);
	for (; !bpf_map_get_next_key(map, last, key); last = key)
		if (!bpf_map_lookup_elem(map, key, value))
			show(key, value);
	close(map);
	return 0;
}

static int list(void)
{
	if (access(EC2_VPC_PINS, F_OK))
		return 0;
	return walk("enis", show_eni) || walk("mappings", show_mapping) ||
	       walk("routes", show_route) || walk("policy_live", show_policy);
}

static int drops(unsigned int ifindex)
{
	uint64_t n[EC2_N_DROPS];
	struct ec2_vpc_card *vpc;
	int ret = ec2_vpc_open(&vpc, NULL);

	if (ret)
		return failed("open", ret);
	ret = ec2_vpc_get_drops(vpc, ifindex, n);
	ec2_vpc_close(vpc);
	if (ret)
		return failed("drops", ret);
	for (unsigned int i = 0; i < EC2_N_DROPS; i++)
		printf("%s %llu\n", ec2_vpc_drop_name(i), (unsigned long long)n[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc == 3 && !strcmp(argv[1], "drops"))
		return drops((unsigned int)atoi(argv[2]));
	fprintf(stderr, "usage: card list | drops IFINDEX\n");
	return 2;
}
