/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records of the network, and what its nouns make for one another. All within a transaction,
 * unless said otherwise; all return 0 or -errno unless said; new ids go into a buffer of
 * EC2_ID_SIZE.
 */
#ifndef EC2_API_NETWORK_H
#define EC2_API_NETWORK_H

#include "api/cidr.h"
#include "api/record.h"
#include "store/instance.h"

/* EC2's quotas, the larger where one can ask for more. */
#define EC2_VPCS 100
#define EC2_SUBNETS_PER_VPC 200
#define EC2_GROUPS_PER_VPC 500
#define EC2_RULES_PER_GROUP 60 /* per direction and address family */
#define EC2_GROUPS_PER_INTERFACE 5
#define EC2_ADDRESSES_PER_INTERFACE 50
#define EC2_GATEWAYS 100
#define EC2_ROUTE_TABLES_PER_VPC 200
#define EC2_PREFIX_LISTS 100
#define EC2_ACLS_PER_VPC 200
#define EC2_ENTRIES_PER_ACL 40 /* per direction */
#define EC2_ROUTES_PER_TABLE 500 /* per address family, without the local one */

/* The first four addresses of a subnet and the last are not for interfaces. */
#define EC2_RESERVED_FIRST 4
#define EC2_RESERVED 5

extern const struct ec2_listing ec2_vpc_listing, ec2_subnet_listing;

/* ---- network.c ---- */

/*
 * The default VPC, when the region has never had one. ec2_network_open(): outside of
 * transactions.
 */
int ec2_network_open(struct ec2 *ec2);
int ec2_network_ready(struct ec2 *ec2);
/* The id of the default VPC, to be freed. VPCIdNotSpecified. */
int ec2_default_vpc(struct ec2 *ec2, char **id);

/* A VPC and what comes with it. */
int ec2_vpc_make(struct ec2 *ec2, const struct ec2_cidr *cidr, bool is_default, char *id);
/* The default VPC with its subnet, gateway and route. */
int ec2_default_vpc_make(struct ec2 *ec2, char *id);
int ec2_subnet_make(struct ec2 *ec2, const char *vpc, const struct ec2_cidr *cidr, bool is_default,
		    char *id);
int ec2_group_make(struct ec2 *ec2, const char *vpc, const char *name, const char *description,
		   char *id);
/* With its local route; `main`: for the subnets that have none of their own. */
int ec2_route_table_make(struct ec2 *ec2, const char *vpc, bool main, char *id);
int ec2_gateway_make(struct ec2 *ec2, const char *vpc, char *id);

/* A limit: fail with the code when the SELECT count(*) about `id` (NULL: no ?) is not below it. */
int ec2_check_quota(struct ec2 *ec2, const char *count, const char *id, int64_t most,
		    const char *code, const char *what);
/* "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block." */
int ec2_parse_cidr(struct ec2 *ec2, const char *parameter, const char *text, bool v6,
		   struct ec2_cidr *cidr);
/* The one zone there is: InvalidParameterValue. NULL is allowed. */
int ec2_check_zone(struct ec2 *ec2, const char *zone);

#endif
