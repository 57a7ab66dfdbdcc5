// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the link answers: ARP and DHCP, byte by byte. The guest is A: 10.0.0.10/24, router 10.0.0.1. */
#include "bpf.h"

#include <net/ethernet.h>

static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, 4);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, 4);
	return ntohl(value);
}

static bool answered(const struct outcome *o)
{
	return o->verdict == TC_ACT_REDIRECT && (o->mark & EC2_MARK_KIND) == EC2_MARK_ANSWER;
}

/* ---- ARP ---- */
struct arp_row {
	const char *name;
	unsigned int op;
	int sender; /* whose MAC the ARP packet has as its sender */
	uint32_t spa, tpa;
	const uint8_t *mac; /* of the answer, NULL: none */
	unsigned int reason;
};

static void arp_check(const struct arp_row *row)
{
	uint8_t frame[MAX_PACKET] = {0};
	struct outcome o;

	memcpy(frame, everyone, 6);
	memcpy(frame + 6, nics[A].mac, 6);
	memcpy(frame + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00", 9);
	frame[21] = row->op;
	memcpy(frame + 22, nics[row->sender].mac, 6);
	put32(frame + 28, row->spa);
	put32(frame + 38, row->tpa);
	run_from(&o, A, frame, 42);
	if (!row->mac) {
		ok(o.verdict == TC_ACT_SHOT && o.reason == row->reason, "ARP %s: %d (%s)", row->name, o.verdict,
		   ec2_vpc_drop_name(o.reason));
		return;
	}
	ok(answered(&o) && o.len == 42 && o.frame[21] == 2 && !memcmp(o.frame, nics[A].mac, 6) &&
		   !memcmp(o.frame + 6, row->mac, 6) && !memcmp(o.frame + 22, row->mac, 6) &&
		   get32(o.frame + 28) == row->tpa && !memcmp(o.frame + 32, nics[A].mac, 6) &&
		   get32(o.frame + 38) == row->spa,
	   "ARP %s: answered", row->name);
	run(&o, to_guest_fd, nics[A].ifindex, o.mark, o.frame, o.len);
	ok(o.verdict == TC_ACT_OK, "ARP %s: the answer is delivered", row->name);
}

static void arp(void)
{
	const struct arp_row rows[] = {
		{"for the router", 1, A, 0x0a00000a, 0x0a000001, router_mac, 0},
		{"for a neighbour", 1, A, 0x0a00000a, 0x0a00000b, nics[B].mac, 0},
		{"probe for a neighbour's address", 1, A, 0, 0x0a00000b, nics[B].mac, 0},
		{"probe for its own", 1, A, 0, 0x0a00000a, NULL, EC2_DROP_ARP},
		{"announcement", 1, A, 0x0a00000a, 0x0a00000a, NULL, EC2_DROP_ARP},
		{"for nobody", 1, A, 0x0a00000a, 0x0a000063, NULL, EC2_DROP_ARP},
		{"for an address of another subnet", 1, A, 0x0a00000a, 0x0a00010c, NULL, EC2_DROP_ARP},
		{"reply", 2, A, 0x0a00000a, 0x0a00000b, NULL, EC2_DROP_ARP},
		{"with a neighbour's MAC", 1, B, 0x0a00000a, 0x0a000001, NULL, EC2_DROP_SPOOFED_ARP},
		{"with a neighbour's address", 1, A, 0x0a00000b, 0x0a000001, NULL, EC2_DROP_SPOOFED_ARP},
		{"with the router's address", 1, A, 0x0a000001, 0x0a00000b, NULL, EC2_DROP_SPOOFED_ARP},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		arp_check(&rows[i]);
}

/* ---- DHCP ---- */
#define BOOTP 42 /* offset in the frame */

struct dhcp_row {
	const char *name;
	uint8_t type, answer; /* 0: none */
	uint32_t src, dst, ciaddr, wanted;
	bool broadcast, checksum;
	size_t payload;
};

static size_t dhcp_frame(uint8_t *frame, const struct dhcp_row *row)
{
	struct spec s = {.smac = nics[A].mac, .dmac = everyone, .src = row->src, .dst = row->dst, .proto = 17,
			 .sport = 68, .dport = 67, .payload = row->payload};
	size_t len = build_frame(frame, &s), at = BOOTP + 240;
	uint16_t sum;

	memcpy(frame + BOOTP, "\x01\x01\x06\x00\xde\xad\xbe\xef", 8);
	frame[BOOTP + 10] = row->broadcast ? 0x80 : 0;
	put32(frame + BOOTP + 12, row->ciaddr);
	memcpy(frame + BOOTP + 28, nics[A].mac, 6);
	put32(frame + BOOTP + 236, 0x63825363);
	/* the type not first, and a pad before it */
	memcpy(frame + at, "\x0c\x03" "abc" "\x00\x35\x01", 8);
	frame[at + 8] = row->type;
	at += 9;
	if (row->wanted) {
		memcpy(frame + at, "\x32\x04", 2);
		put32(frame + at + 2, row->wanted);
		at += 6;
	}
	frame[at] = 255;
	if (row->checksum) {
		sum = internet_checksum(frame + 26, 8, 17 + 8 + row->payload);
		sum = internet_checksum(frame + 34, len - 34, (uint16_t)~sum);
		frame[40] = sum >> 8;
		frame[41] = sum;
	}
	return len;
}

static const uint8_t *dhcp_option(const struct outcome *o, uint8_t code)
{
	for (size_t at = BOOTP + 240; at + 2 < o->len && o->frame[at] != 255; at += 2 + o->frame[at + 1])
		if (o->frame[at] == code)
			return o->frame + at + 2;
	return NULL;
}

static bool option_is(const struct outcome *o, uint8_t code, uint32_t value)
{
	const uint8_t *option = dhcp_option(o, code);

	return option && get32(option) == value;
}

static bool checksums_right(const struct outcome *o, bool udp)
{
	size_t udp_len = o->frame[38] << 8 | o->frame[39];
	uint16_t pseudo = ~internet_checksum(o->frame + 26, 8, 17 + udp_len);

	if (internet_checksum(o->frame + 14, 20, 0) || udp_len + 34 != o->len)
		return false;
	return udp ? internet_checksum(o->frame + 34, udp_len, pseudo) == 0 : !o->frame[40] && !o->frame[41];
}

static void dhcp_check(const struct dhcp_row *row)
{
	uint8_t frame[MAX_PACKET];
	struct outcome o;
	const uint8_t *type;

	run_from(&o, A, frame, dhcp_frame(frame, row));
	if (!row->answer) {
		ok(o.verdict == TC_ACT_SHOT, "DHCP %s: no answer (%s)", row->name, ec2_vpc_drop_name(o.reason));
		return;
	}
	type = answered(&o) ? dhcp_option(&o, 53) : NULL;
	ok(type && *type == row->answer && o.frame[BOOTP] == 2 && get32(o.frame + BOOTP + 4) == 0xdeadbeef &&
		   !memcmp(o.frame, nics[A].mac, 6) && !memcmp(o.frame + 6, router_mac, 6) &&
		   get32(o.frame + 26) == 0x0a000001 && option_is(&o, 54, 0x0a000001),
	   "DHCP %s: answered with %d", row->name, type ? *type : -1);
	ok(checksums_right(&o, row->checksum), "DHCP %s: checksums and lengths", row->name);
	if (row->answer == 6) {
		ok(!get32(o.frame + BOOTP + 16) && get32(o.frame + 30) == 0xffffffff, "DHCP %s: no address", row->name);
		return;
	}
	ok(get32(o.frame + BOOTP + 16) == 0x0a00000a && option_is(&o, 1, 0xffffff00) && option_is(&o, 3, 0x0a000001) &&
		   option_is(&o, 6, 0x0a000002) && option_is(&o, 28, 0x0a0000ff) && option_is(&o, 51, 3600) &&
		   dhcp_option(&o, 26) && dhcp_option(&o, 26)[0] == 9001 >> 8 && dhcp_option(&o, 26)[1] == (9001 & 255),
	   "DHCP %s: address, mask, router, DNS, MTU, lease", row->name);
	ok(get32(o.frame + 30) == (row->broadcast ? 0xffffffff : 0x0a00000a), "DHCP %s: to whom", row->name);
}

static void dhcp(void)
{
	static const struct dhcp_row rows[] = {
		{"discover", 1, 2, 0, 0xffffffff, 0, 0, false, true, 300},
		{"discover, to all", 1, 2, 0, 0xffffffff, 0, 0, true, true, 300},
		{"discover, no checksum", 1, 2, 0, 0xffffffff, 0, 0, false, false, 300},
		{"discover, short", 1, 2, 0, 0xffffffff, 0, 0, false, true, 260},
		{"discover, long", 1, 2, 0, 0xffffffff, 0, 0, false, true, 548},
		{"request", 3, 5, 0, 0xffffffff, 0, 0x0a00000a, false, true, 300},
		{"renewal", 3, 5, 0x0a00000a, 0x0a000001, 0x0a00000a, 0, false, true, 300},
		{"request for another address", 3, 6, 0, 0xffffffff, 0, 0x0a00000b, false, true, 300},
		{"renewal of another address", 3, 6, 0, 0xffffffff, 0x0a00000b, 0, false, true, 300},
		{"inform", 8, 5, 0x0a00000a, 0xffffffff, 0x0a00000a, 0, false, true, 300},
		{"release", 7, 0, 0x0a00000a, 0x0a000001, 0x0a00000a, 0, false, true, 300},
		{"of no type", 0, 0, 0, 0xffffffff, 0, 0, false, true, 300},
		{"from another's address", 1, 0, 0x0a00000b, 0xffffffff, 0, 0, false, true, 300},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		dhcp_check(&rows[i]);
}

void test_local(void)
{
	arp();
	dhcp();
}
