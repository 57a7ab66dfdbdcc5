// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/cidr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits only, no sign and no leading zero, up to `most`. */
static int parse_prefix(const char *text, int most)
{
	size_t n = strspn(text, "0123456789");

	if (!n || n > 3 || text[n] || (text[0] == '0' && n > 1) || atoi(text) > most)
		return -EINVAL;
	return atoi(text);
}

static void mask(uint8_t *bytes, size_t n, int prefix)
{
	for (size_t i = 0; i < n; i++) {
		int bits = prefix - (int)i * 8;

		if (bits <= 0)
			bytes[i] = 0;
		else if (bits < 8)
			bytes[i] &= 0xff << (8 - bits);
	}
}

int ec2_cidr_parse(const char *text, bool v6, struct ec2_cidr *cidr)
{
	const char *slash = strchr(text, '/');
	int family = v6 ? AF_INET6 : AF_INET;
	char name[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	memset(cidr, 0, sizeof(*cidr));
	if (!slash || (size_t)(slash - text) >= sizeof(name))
		return -EINVAL;
	memcpy(name, text, slash - text);
	name[slash - text] = 0;
	cidr->v6 = v6;
	cidr->prefix = parse_prefix(slash + 1, v6 ? 128 : 32);
	if (cidr->prefix < 0 || inet_pton(family, name, bytes) != 1)
		return -EINVAL;
	mask(bytes, v6 ? 16 : 4, cidr->prefix);
	inet_ntop(family, bytes, name, sizeof(name));
	snprintf(cidr->text, sizeof(cidr->text), "%s/%d", name, cidr->prefix);
	if (!v6) {
		cidr->first = (int64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
		cidr->last = cidr->first + (INT64_C(1) << (32 - cidr->prefix)) - 1;
	}
	return 0;
}

bool ec2_cidr_within(const struct ec2_cidr *inner, const struct ec2_cidr *outer)
{
	return inner->first >= outer->first && inner->last <= outer->last;
}

int ec2_address_parse(const char *text, int64_t *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	*address = ntohl(in.s_addr);
	return 0;
}

void ec2_address_text(int64_t address, char text[INET_ADDRSTRLEN])
{
	struct in_addr in = {htonl((uint32_t)address)};

	inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
}
