/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges of addresses: "10.0.0.0/16", "2001:db8::/32". */
#ifndef EC2_API_CIDR_H
#define EC2_API_CIDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define EC2_CIDR_SIZE (INET6_ADDRSTRLEN + 4)

struct ec2_cidr {
	bool v6;
	int prefix;
	char text[EC2_CIDR_SIZE]; /* as EC2 answers: the bits behind the prefix are 0 */
	int64_t first, last; /* IPv4 only: the addresses as numbers */
};

/* Return: 0, or -EINVAL: it is no range of that family. */
int ec2_cidr_parse(const char *text, bool v6, struct ec2_cidr *cidr);
/* All of `inner` lies in `outer`. IPv4 only. */
bool ec2_cidr_within(const struct ec2_cidr *inner, const struct ec2_cidr *outer);

/* "10.0.0.5" as a number. Return: 0 or -EINVAL. */
int ec2_address_parse(const char *text, int64_t *address);
void ec2_address_text(int64_t address, char text[INET_ADDRSTRLEN]);

#endif
