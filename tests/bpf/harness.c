// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bpf.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include <bpf/bpf.h>

const uint8_t router_mac[6] = EC2_ROUTER_MAC;
struct ec2_vpc_card *vpc;
int from_guest_fd, to_guest_fd;
struct nic nics[N_NICS] = {
	[A] = {.name = "nica", .ip = 0x0a00000a, .eni = {.vpc = 1}},
	[B] = {.name = "nicb", .ip = 0x0a00000b, .eni = {.vpc = 1}},
	[C] = {.name = "nicc", .ip = 0x0a00010c, .eni = {.vpc = 1}},
	[D] = {.name = "nicd", .ip = 0x0a00000a, .eni = {.vpc = 2}},
	[E] = {.name = "nice", .ip = 0x0a00000b, .eni = {.vpc = 2}},
};

/* ---- results ---- */
bool ok(bool good, const char *format, ...)
{
	static int n;
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++n);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return good;
}

void must_failed(const char *file, int line, const char *what)
{
	ok(false, "%s:%d: %s: %s", file, line, what, strerror(errno));
	exit(1);
}

bool sh(const char *format, ...)
{
	char *command;
	va_list args;
	int ret;

	va_start(args, format);
	must(vasprintf(&command, format, args) >= 0);
	va_end(args);
	ret = system(command);
	free(command);
	return ret == 0;
}

/* ---- the world ---- */
static int slot_fd(uint32_t slot)
{
	int slots = bpf_obj_get(EC2_VPC_PINS "/slots");
	uint32_t id;

	must(slots >= 0 && bpf_map_lookup_elem(slots, &slot, &id) == 0);
	close(slots);
	return bpf_prog_get_fd_by_id(id);
}

void world_open(void)
{
	int ret;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS)) {
		ok(false, "namespaces of its own: %s", strerror(errno));
		exit(1);
	}
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	must(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL) == 0);
	ret = ec2_vpc_open(&vpc, NULL);
	if (!ok(ret == 0, "the programs load: %s", strerror(-ret)))
		exit(1);
	from_guest_fd = slot_fd(EC2_SLOT_FROM_GUEST);
	to_guest_fd = slot_fd(EC2_SLOT_TO_GUEST);
	must(from_guest_fd >= 0 && to_guest_fd >= 0);
	must(sh("ip link set lo up"));
}

void nic_set(int i, uint32_t groups)
{
	struct nic *nic = &nics[i];
	struct ec2_vpc_mapping mapping = {.vpc = nic->eni.vpc, .ifindex = nic->ifindex, .groups = groups};

	nic->eni.groups = groups;
	memcpy(mapping.mac, nic->mac, 6);
	mapping.address = nic->eni.address;
	must(ec2_vpc_set_eni(vpc, &nic->eni) == 0);
	must(ec2_vpc_set_mapping(vpc, &mapping) == 0);
}

static void nic_fill(struct nic *nic)
{
	struct ec2_vpc_eni *eni = &nic->eni;

	eni->ifindex = nic->ifindex;
	eni->address.s_addr = htonl(nic->ip);
	eni->subnet.s_addr = htonl(nic->ip & ~255u);
	eni->subnet_len = 24;
	eni->range.s_addr = htonl(0x0a000000);
	eni->range_len = 16;
	eni->source_dest_check = true;
	memcpy(eni->mac, nic->mac, 6);
}

void world_nics(void)
{
	for (int i = 0; i < N_NICS; i++) {
		struct nic *nic = &nics[i];

		must(sh("ip link add %s type veth peer name peer%d && ip link set %s up", nic->name, i,
			nic->name));
		nic->ifindex = if_nametoindex(nic->name);
		must(nic->ifindex);
		memcpy(nic->mac, "\x02\x00\x00\x00\x00", 5);
		nic->mac[5] = 0x10 + i;
		nic_fill(nic);
		nic_set(i, i + 1);
	}
}

void forget_flows(void)
{
	for (int i = 0; i < N_NICS; i++) {
		must(ec2_vpc_delete_eni(vpc, nics[i].ifindex) == 0);
		must(ec2_vpc_set_eni(vpc, &nics[i].eni) == 0);
	}
}

void policy_set(uint32_t groups, const struct ec2_policy_rules *ingress,
		const struct ec2_policy_rules *egress)
{
	/* set n is made of the groups 100 + n and 200 */
	uint32_t group[2 * N_NICS];
	struct ec2_policy_set sets[N_NICS];

	for (uint32_t i = 0; i < N_NICS; i++) {
		group[2 * i] = 101 + i;
		group[2 * i + 1] = 200;
		sets[i] = (struct ec2_policy_set){i + 1, &group[2 * i], 2};
	}
	must(ec2_vpc_set_policy(vpc, groups, ingress, egress, sets, N_NICS) == 0);
}

/* ---- running ---- */
static void drops_of(unsigned int ifindex, uint64_t *drops)
{
	if (ec2_vpc_get_drops(vpc, ifindex, drops))
		must(ec2_vpc_get_drops(vpc, 0, drops) == 0);
}

void run(struct outcome *outcome, int program, unsigned int ifindex, uint32_t mark, const uint8_t *frame,
	 size_t len)
{
	struct __sk_buff in = {.ifindex = ifindex, .mark = mark}, out = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .ctx_in = &in,
		    .ctx_size_in = sizeof(in), .ctx_out = &out, .ctx_size_out = sizeof(out),
		    .data_out = outcome->frame, .data_size_out = sizeof(outcome->frame), .repeat = 1);
	uint64_t before[EC2_N_DROPS], after[EC2_N_DROPS];
	unsigned int counted = 0;

	outcome->reason = 0;
	drops_of(ifindex, before);
	if (bpf_prog_test_run_opts(program, &opts)) {
		/* newer kernels run nothing over a frame that is cut within its IP header */
		must(errno == EINVAL && len < 34);
		outcome->verdict = TC_ACT_SHOT;
		return;
	}
	outcome->verdict = opts.retval;
	outcome->mark = out.mark;
	outcome->len = opts.data_size_out;
	if (outcome->verdict != TC_ACT_SHOT)
		return;
	drops_of(ifindex, after);
	for (unsigned int i = 0; i < EC2_N_DROPS; i++)
		if (after[i] != before[i]) {
			outcome->reason = i;
			counted += after[i] - before[i];
		}
	/* each drop is counted, and once */
	must(counted == 1);
}

void run_from(struct outcome *outcome, int nic, const uint8_t *frame, size_t len)
{
	run(outcome, from_guest_fd, nics[nic].ifindex, 0, frame, len);
}

void run_to(struct outcome *outcome, int nic, const uint8_t *frame, size_t len)
{
	run(outcome, to_guest_fd, nics[nic].ifindex, EC2_MARK_FORWARD | nics[nic].eni.vpc, frame, len);
}

uint32_t run_timed(int program, unsigned int ifindex, uint32_t mark, const uint8_t *frame, size_t len,
		   int repeat)
{
	struct __sk_buff in = {.ifindex = ifindex, .mark = mark};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .ctx_in = &in,
		    .ctx_size_in = sizeof(in), .repeat = repeat);

	must(bpf_prog_test_run_opts(program, &opts) == 0);
	return opts.duration;
}
