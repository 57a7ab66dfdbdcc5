// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the verifier had to look at, and what a packet costs. */
#include "bpf.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <unistd.h>

#define LIMIT 250000 /* a quarter of the verifier's own */
#define REPEAT 200000

static void check_program(const char *name, int fd)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	must(bpf_obj_get_info_by_fd(fd, &info, &size) == 0);
	ok(info.verified_insns > 0 && info.verified_insns <= LIMIT,
	   "%s: the verifier looked at %u instructions, at most %u", name, info.verified_insns, LIMIT);
}

void test_verifier(void)
{
	static const char *const hooks[] = {"hook_from_guest", "hook_to_guest", "hook_drop"};

	check_program("vnic_from_guest", from_guest_fd);
	check_program("vnic_to_guest", to_guest_fd);
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), EC2_VPC_PINS "/%s", hooks[i]);
		fd = bpf_obj_get(path);
		must(fd >= 0);
		check_program(hooks[i], fd);
		close(fd);
	}
}

/* ---- costs: printed, not judged ---- */
static struct ec2_policy_rule many[1000];

/* UDP from distinct /32s; the last one is the packets' source */
static void many_rules(size_t n)
{
	struct ec2_policy_rules rules = {many, n};

	for (size_t i = 0; i < n; i++)
		many[i] = (struct ec2_policy_rule){.protocol = 17, .from_port = 1000 + (int)i, .to_port = 1000 + (int)i,
						   .prefix = {htonl(0x0b000000 + 977 * (uint32_t)i)}, .prefix_len = 32};
	many[n - 1].prefix.s_addr = htonl(nics[B].ip);
	must(ec2_vpc_set_policy(vpc, 1, &rules, NO_RULES, NULL, 0) == 0);
}

void test_cost(void)
{
	static const size_t sizes[] = {10, 1000};
	struct spec any = {.src = nics[B].ip, .dst = nics[A].ip, .proto = 17};
	uint8_t frame[MAX_PACKET];
	struct outcome outcome;

	printf("# without an interface: %u ns\n",
	       run_timed(to_guest_fd, 1, 0, frame, build_frame(frame, &any), REPEAT));
	for (size_t i = 0; i < 2; i++) {
		struct spec s = {.src = nics[B].ip, .dst = nics[A].ip, .proto = 17, .sport = 5, .payload = 18};
		uint32_t known, refused, answered;
		size_t len;

		forget_flows();
		many_rules(sizes[i]);
		s.dport = 1000 + sizes[i] - 1;
		len = build_frame(frame, &s);
		run_to(&outcome, A, frame, len);
		must(outcome.verdict == TC_ACT_OK);
		known = run_timed(to_guest_fd, nics[A].ifindex, EC2_MARK_FORWARD | 1, frame, len, REPEAT);
		s.dport--;
		len = build_frame(frame, &s);
		refused = run_timed(to_guest_fd, nics[A].ifindex, EC2_MARK_FORWARD | 1, frame, len, REPEAT);
		s = (struct spec){.src = nics[A].ip, .dst = nics[B].ip, .proto = 17, .dport = 5,
				  .sport = 1000 + sizes[i] - 1, .payload = 18};
		len = build_frame(frame, &s);
		answered = run_timed(from_guest_fd, nics[A].ifindex, 0, frame, len, REPEAT);
		printf("# %zu rules: known flow to the guest %u ns, from the guest %u ns; refused by all rules %u ns\n",
		       sizes[i], known, answered, refused);
	}
	forget_flows();
}
