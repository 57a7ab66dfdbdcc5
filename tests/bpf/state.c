// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A whole state applied to taps (host/vpc_state.h): one and two in a VPC, in the namespace that taps are in. The
 * interfaces of the other parts are forgotten by it: this part comes last.
 */
#include "bpf.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include "host/vpc_state.h"

#define HEADER sizeof(struct virtio_net_hdr_mrg_rxbuf)
#define ONE "i-00000000000000001"
#define TWO "i-00000000000000002"
#define GROUP 7

static struct tap {
	const char *instance;
	uint32_t ip;
	uint8_t mac[6];
	int fd;
} taps[2] = {
	{ONE, 0x0a00010a, {2, 0, 0, 0, 1, 1}, -1},
	{TWO, 0x0a000114, {2, 0, 0, 0, 1, 2}, -1},
};

/* ---- a state: one policy, of a rule for UDP to a port ---- */
static void *copy(const void *what, size_t size)
{
	void *to = malloc(size);

	must(to);
	return memcpy(to, what, size);
}

static void fill_interface(struct ec2_vpc_interface *interface, const struct tap *tap)
{
	struct ec2_vpc_eni *eni = &interface->eni;

	*interface = (struct ec2_vpc_interface){.n_addresses = 1};
	snprintf(interface->instance, sizeof(interface->instance), "%s", tap->instance);
	eni->vpc = 3;
	eni->groups = 1;
	eni->address.s_addr = htonl(tap->ip);
	eni->subnet.s_addr = htonl(tap->ip & ~255u);
	eni->subnet_len = 24;
	eni->range.s_addr = htonl(0x0a000000);
	eni->range_len = 16;
	eni->route_table = 4;
	eni->source_dest_check = true;
	memcpy(eni->mac, tap->mac, 6);
	interface->address = copy(&eni->address, sizeof(eni->address));
}

static void fill(struct ec2_vpc_state *state, size_t n, int port)
{
	const struct ec2_policy_rule in = {
		.protocol = 17, .from_port = port, .to_port = port, .group = GROUP};
	const struct ec2_policy_rule out = ANY;
	const uint32_t group = GROUP;

	*state = (struct ec2_vpc_state){
		.n_interfaces = n, .n_sets = n ? 1 : 0, .n_routes = n ? 1 : 0};
	state->interface = calloc(2, sizeof(*state->interface));
	state->set = calloc(1, sizeof(*state->set));
	state->route = calloc(1, sizeof(*state->route));
	must(state->interface && state->set && state->route);
	for (size_t i = 0; i < n; i++)
		fill_interface(&state->interface[i], &taps[i]);
	if (!n)
		return;
	state->set->number = 1;
	state->set->group = copy(&group, sizeof(group));
	state->set->n_groups = 1;
	state->set->rule[EC2_INGRESS] = copy(&in, sizeof(in));
	state->set->rule[EC2_EGRESS] = copy(&out, sizeof(out));
	state->set->n_rules[EC2_INGRESS] = state->set->n_rules[EC2_EGRESS] = 1;
	state->route->route = (struct ec2_vpc_route){.table = 4,
						     .len = 8,
						     .kind = EC2_ROUTE_INTERFACE,
						     .destination.s_addr = htonl(0x0b000000)};
	snprintf(state->route->instance, sizeof(state->route->instance), "%s", TWO);
}

static int apply(size_t n, int port, const char *fresh)
{
	struct ec2_vpc_state state;
	const char *what = "";
	int ret;

	fill(&state, n, port);
	ret = ec2_vpc_apply(&state, fresh, &what);
	ec2_vpc_state_clear(&state);
	if (ret)
		printf("# cannot %s: %s\n", what, strerror(-ret));
	return ret;
}

/* ---- what is there ---- */
static int count(const char *name)
{
	char path[64], key[16];
	void *last = NULL;
	int map, n = 0;

	snprintf(path, sizeof(path), EC2_VPC_PINS "/%s", name);
	map = bpf_obj_get(path);
	must(map >= 0);
	for (; !bpf_map_get_next_key(map, last, key); last = key)
		n++;
	close(map);
	return n;
}

static uint64_t live(uint32_t policy)
{
	int map = bpf_obj_get(EC2_VPC_PINS "/policy_live");
	uint64_t word = 0;

	must(map >= 0 && bpf_map_lookup_elem(map, &policy, &word) == 0);
	close(map);
	return word;
}

static bool is_there(int interfaces, int routes)
{
	return count("enis") == interfaces && count("mappings") == interfaces &&
	       count("routes") == routes;
}

/* ---- packets ---- */
static void make_tap(struct tap *tap)
{
	struct ec2_link link = {.queues = 1, .mtu = EC2_LINK_MTU};

	snprintf(link.owner, sizeof(link.owner), "%s", tap->instance);
	ec2_link_name(tap->instance, link.name);
	must(ec2_link_create(&link, 0, &tap->fd) == 0);
}

static void switch_on(const struct tap *tap)
{
	char name[EC2_LINK_NAME];

	ec2_link_name(tap->instance, name);
	must(ec2_link_up(name) == 0);
}

/* From one to two. Return: whether it gets there, with the MAC address of two */
static bool passes(uint16_t sport, uint16_t dport)
{
	uint8_t out[HEADER + MAX_PACKET] = {0}, in[HEADER + MAX_PACKET];
	const struct spec spec = {.smac = taps[0].mac,
				  .dmac = taps[1].mac,
				  .src = taps[0].ip,
				  .dst = taps[1].ip,
				  .proto = 17,
				  .ttl = 64,
				  .sport = sport,
				  .dport = dport,
				  .payload = 32};
	size_t len = HEADER + build_frame(out + HEADER, &spec);
	struct pollfd pfd = {.fd = taps[1].fd, .events = POLLIN};
	ssize_t got;

	while (read(taps[1].fd, in, sizeof(in)) > 0)
		;
	must(write(taps[0].fd, out, len) == (ssize_t)len);
	if (poll(&pfd, 1, 200) <= 0)
		return false;
	got = read(taps[1].fd, in, sizeof(in));
	return got == (ssize_t)len && !memcmp(in + HEADER, taps[1].mac, 6);
}

void test_state(void)
{
	uint64_t word;

	must(mount("run", "/run", "tmpfs", 0, NULL) == 0);
	ok(apply(1, 9, ONE) == -ENODEV, "a fresh tap that is not there is refused");
	make_tap(&taps[0]);
	ok(apply(1, 9, ONE) == 0 && is_there(1, 1), "one tap: one interface, its address, a route");
	ok(apply(2, 9, NULL) == 0 && is_there(1, 1), "an instance without a tap is left out");
	make_tap(&taps[1]);
	ok(apply(2, 9, TWO) == 0 && is_there(2, 1), "two taps: two of each");
	switch_on(&taps[0]);
	switch_on(&taps[1]);
	ok(passes(1, 9), "what the group allows passes");
	ok(!passes(1, 10), "what it does not allow does not");
	word = live(1);
	ok(apply(2, 9, NULL) == 0 && live(1) == word, "the same again changes no policy");
	ok(apply(2, 10, NULL) == 0 && live(1) != word, "other rules do");
	ok(passes(2, 10), "and are there at once");
	ok(!passes(3, 9), "instead of the old ones");
	ok(apply(1, 10, NULL) == 0 && is_there(1, 1) && !passes(4, 10),
	   "who is not in the state is forgotten");
	ok(apply(2, 10, NULL) == 0 && passes(5, 10), "and may come back");
	close(taps[1].fd);
	ok(apply(2, 10, NULL) == 0 && is_there(1, 1), "whose tap has gone is forgotten");
	ok(apply(0, 0, NULL) == 0 && is_there(0, 0) && !live(1), "an empty state is an empty card");
	close(taps[0].fd);
}
