// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The tables. ec2_schema[n] brings a database from version n to n + 1; a row that has been released is
 * never changed. Times are ms since 1970.
 */
#include "store/db.h"

const char *const ec2_schema[] = {
	/* 0: the beginning */
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"

	"CREATE TABLE reservations ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	owner TEXT NOT NULL,"
	"	created INTEGER NOT NULL);"

	/* request: RunInstances without the token, to tell a retry from another request */
	"CREATE TABLE client_tokens ("
	"	token TEXT PRIMARY KEY,"
	"	request TEXT NOT NULL,"
	"	reservation TEXT NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,"
	"	created INTEGER NOT NULL) WITHOUT ROWID;"

	"CREATE TABLE instances ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	reservation TEXT NOT NULL REFERENCES reservations (id),"
	"	launch_index INTEGER NOT NULL,"
	"	image TEXT NOT NULL,"
	"	type TEXT NOT NULL,"
	"	memory INTEGER NOT NULL," /* bytes, of the type when it was last set */
	"	vcpus INTEGER NOT NULL,"
	"	kernel TEXT,"
	"	ramdisk TEXT,"
	"	launch_time INTEGER NOT NULL,"
	"	state INTEGER NOT NULL," /* enum ec2_state */
	"	transition_reason TEXT NOT NULL DEFAULT '',"
	"	reason_code TEXT,"
	"	reason_message TEXT,"
	"	architecture TEXT NOT NULL,"
	"	client_token TEXT NOT NULL DEFAULT '',"
	"	ebs_optimized INTEGER NOT NULL DEFAULT 0,"
	"	root_device TEXT NOT NULL,"
	"	shutdown_behavior TEXT NOT NULL DEFAULT 'stop',"
	"	termination_protected INTEGER NOT NULL DEFAULT 0,"
	"	user_data TEXT," /* base64 */
	"	cpu_credits TEXT," /* of burstable types */
	"	credit_balance INTEGER NOT NULL DEFAULT 0," /* 1/1000 credit, when last stopped */
	"	uid INTEGER NOT NULL," /* the VMM's, an offset */
	"	starts INTEGER NOT NULL DEFAULT 0," /* how often it has reached running */
	"	boot TEXT," /* the host's boot in which it was last launched */
	"	restart INTEGER NOT NULL DEFAULT 0," /* cut off by the host's end: reconcile starts it */
	"	ended INTEGER);" /* when it was stopped or terminated */
	"CREATE INDEX instances_by_reservation ON instances (reservation);"
	"CREATE INDEX instances_live ON instances (state) WHERE state NOT IN (48, 80);"
	"CREATE UNIQUE INDEX instances_uid ON instances (uid) WHERE state <> 48;"

	/* what is billed: from running to stopping or shutting-down */
	"CREATE TABLE usage ("
	"	instance TEXT NOT NULL,"
	"	type TEXT NOT NULL,"
	"	began INTEGER NOT NULL,"
	"	ended INTEGER," /* NULL: still running */
	"	seconds INTEGER);" /* 60 at least */
	"CREATE UNIQUE INDEX usage_open ON usage (instance) WHERE ended IS NULL;"

	/* state: creating, in-use, available, deleting */
	"CREATE TABLE volumes ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	state TEXT NOT NULL,"
	"	size INTEGER NOT NULL," /* bytes */
	"	type TEXT NOT NULL DEFAULT 'gp3',"
	"	image TEXT,"
	"	instance TEXT REFERENCES instances (id),"
	"	device TEXT,"
	"	slot INTEGER,"
	"	delete_on_termination INTEGER NOT NULL DEFAULT 1,"
	"	attached INTEGER,"
	"	created INTEGER NOT NULL);"
	"CREATE INDEX volumes_by_instance ON volumes (instance);"

	/* state: pending, available, deregistered; type: machine, kernel, ramdisk */
	"CREATE TABLE images ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	state TEXT NOT NULL,"
	"	type TEXT NOT NULL,"
	"	name TEXT NOT NULL,"
	"	description TEXT,"
	"	architecture TEXT NOT NULL,"
	"	location TEXT NOT NULL,"
	"	kernel TEXT,"
	"	ramdisk TEXT,"
	"	boot_parameters TEXT,"
	"	root_device TEXT,"
	"	virtualization TEXT NOT NULL DEFAULT 'hvm',"
	"	ena_support INTEGER NOT NULL DEFAULT 0,"
	"	size INTEGER NOT NULL DEFAULT 0," /* bytes, of the file when it was made */
	"	volume_size INTEGER NOT NULL DEFAULT 0," /* GiB, of the root volume; 0: the file's */
	"	volume_type TEXT NOT NULL DEFAULT 'gp3',"
	"	delete_on_termination INTEGER NOT NULL DEFAULT 1,"
	"	created INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX images_name ON images (name, type) WHERE state <> 'deregistered';"

	"CREATE TABLE tags ("
	"	resource TEXT NOT NULL,"
	"	key TEXT NOT NULL,"
	"	value TEXT NOT NULL,"
	"	PRIMARY KEY (resource, key));"

	/* what a process has begun; kind: launch, signal, image */
	"CREATE TABLE intents ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	owner TEXT NOT NULL,"
	"	kind TEXT NOT NULL,"
	"	resource TEXT NOT NULL,"
	"	argument INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL);"
	"CREATE INDEX intents_by_resource ON intents (resource);",

	/* 1: the network. first and last are the IPv4 addresses of a range as numbers */
	"CREATE TABLE vpcs ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	cidr TEXT NOT NULL,"
	"	first INTEGER NOT NULL,"
	"	last INTEGER NOT NULL,"
	"	association TEXT NOT NULL," /* vpc-cidr-assoc- */
	"	is_default INTEGER NOT NULL DEFAULT 0,"
	"	dns_support INTEGER NOT NULL DEFAULT 1,"
	"	dns_hostnames INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX vpcs_default ON vpcs (is_default) WHERE is_default;"

	"CREATE TABLE subnets ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	cidr TEXT NOT NULL,"
	"	first INTEGER NOT NULL,"
	"	last INTEGER NOT NULL,"
	"	zone TEXT NOT NULL,"
	"	is_default INTEGER NOT NULL DEFAULT 0,"
	"	map_public_ip INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL);"
	"CREATE INDEX subnets_by_vpc ON subnets (vpc, first);"

	"CREATE TABLE security_groups ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	name TEXT NOT NULL,"
	"	description TEXT NOT NULL,"
	"	created INTEGER NOT NULL,"
	"	UNIQUE (vpc, name));"

	/*
	 * kind: ipv4, ipv6, prefix-list, group; peer: CIDR or id of that kind; ports (of ICMP type and
	 * code) -1: all, and those of protocols without ports
	 */
	"CREATE TABLE security_group_rules ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	security_group TEXT NOT NULL REFERENCES security_groups (id) ON DELETE CASCADE,"
	"	egress INTEGER NOT NULL,"
	"	protocol TEXT NOT NULL," /* tcp, udp, icmp, icmpv6, -1, or a number */
	"	from_port INTEGER NOT NULL,"
	"	to_port INTEGER NOT NULL,"
	"	kind TEXT NOT NULL,"
	"	peer TEXT NOT NULL,"
	"	description TEXT,"
	"	created INTEGER NOT NULL,"
	"	UNIQUE (security_group, egress, protocol, from_port, to_port, peer));"
	"CREATE INDEX security_group_rules_by_peer ON security_group_rules (peer);"

	"CREATE TABLE internet_gateways ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT UNIQUE REFERENCES vpcs (id)," /* NULL: not attached */
	"	created INTEGER NOT NULL);"

	"CREATE TABLE route_tables ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	created INTEGER NOT NULL);"
	"CREATE INDEX route_tables_by_vpc ON route_tables (vpc);"

	/* subnet NULL: the main table, for the subnets that have none of their own */
	"CREATE TABLE route_table_associations ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	route_table TEXT NOT NULL REFERENCES route_tables (id),"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	subnet TEXT UNIQUE REFERENCES subnets (id) ON DELETE CASCADE);"
	"CREATE UNIQUE INDEX route_tables_main ON route_table_associations (vpc)"
	"	WHERE subnet IS NULL;"
	"CREATE INDEX route_table_associations_by_table ON route_table_associations (route_table);"

	/* kind: ipv4, ipv6, prefix-list; target: local, igw-, eni- ..., whether it is there or not */
	"CREATE TABLE routes ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	route_table TEXT NOT NULL REFERENCES route_tables (id) ON DELETE CASCADE,"
	"	kind TEXT NOT NULL,"
	"	destination TEXT NOT NULL,"
	"	target TEXT NOT NULL,"
	"	origin TEXT NOT NULL," /* CreateRouteTable, CreateRoute */
	"	UNIQUE (route_table, destination));"

	"CREATE TABLE network_acls ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	is_default INTEGER NOT NULL DEFAULT 0,"
	"	created INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX network_acls_default ON network_acls (vpc) WHERE is_default;"

	/* without the last rule, which denies what no other has allowed */
	"CREATE TABLE network_acl_entries ("
	"	acl TEXT NOT NULL REFERENCES network_acls (id) ON DELETE CASCADE,"
	"	egress INTEGER NOT NULL,"
	"	number INTEGER NOT NULL,"
	"	protocol INTEGER NOT NULL," /* -1: all */
	"	action TEXT NOT NULL," /* allow, deny */
	"	kind TEXT NOT NULL," /* ipv4, ipv6 */
	"	cidr TEXT NOT NULL,"
	"	from_port INTEGER,"
	"	to_port INTEGER,"
	"	icmp_type INTEGER,"
	"	icmp_code INTEGER,"
	"	PRIMARY KEY (acl, egress, number)) WITHOUT ROWID;"

	"CREATE TABLE network_acl_associations ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	acl TEXT NOT NULL REFERENCES network_acls (id),"
	"	subnet TEXT NOT NULL UNIQUE REFERENCES subnets (id) ON DELETE CASCADE);"

	/* instance NULL: not attached, and so are the columns behind it */
	"CREATE TABLE network_interfaces ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	vpc TEXT NOT NULL REFERENCES vpcs (id),"
	"	subnet TEXT NOT NULL REFERENCES subnets (id),"
	"	description TEXT NOT NULL DEFAULT '',"
	"	mac TEXT NOT NULL UNIQUE,"
	"	source_dest_check INTEGER NOT NULL DEFAULT 1,"
	"	created INTEGER NOT NULL,"
	"	instance TEXT REFERENCES instances (id),"
	"	attachment TEXT UNIQUE," /* eni-attach- */
	"	device_index INTEGER,"
	"	attached INTEGER,"
	"	delete_on_termination INTEGER);"
	"CREATE INDEX network_interfaces_by_subnet ON network_interfaces (subnet);"
	"CREATE UNIQUE INDEX network_interfaces_by_instance"
	"	ON network_interfaces (instance, device_index) WHERE instance IS NOT NULL;"

	"CREATE TABLE network_interface_addresses ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	interface TEXT NOT NULL REFERENCES network_interfaces (id) ON DELETE CASCADE,"
	"	subnet TEXT NOT NULL REFERENCES subnets (id),"
	"	address INTEGER NOT NULL,"
	"	is_primary INTEGER NOT NULL DEFAULT 0,"
	"	dns_name TEXT NOT NULL,"
	"	UNIQUE (subnet, address));"
	"CREATE INDEX network_interface_addresses_by_interface"
	"	ON network_interface_addresses (interface);"

	"CREATE TABLE network_interface_groups ("
	"	interface TEXT NOT NULL REFERENCES network_interfaces (id) ON DELETE CASCADE,"
	"	security_group TEXT NOT NULL REFERENCES security_groups (id),"
	"	PRIMARY KEY (interface, security_group)) WITHOUT ROWID;"
	"CREATE INDEX network_interface_groups_by_group"
	"	ON network_interface_groups (security_group);",

	/* 2: prefix lists */
	"CREATE TABLE prefix_lists ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	id TEXT NOT NULL UNIQUE,"
	"	name TEXT NOT NULL,"
	"	family TEXT NOT NULL," /* IPv4, IPv6 */
	"	max_entries INTEGER NOT NULL,"
	"	version INTEGER NOT NULL DEFAULT 1,"
	"	arn TEXT NOT NULL,"
	"	created INTEGER NOT NULL);"
	"CREATE TABLE prefix_list_entries ("
	"	seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	prefix_list TEXT NOT NULL REFERENCES prefix_lists (id) ON DELETE CASCADE,"
	"	cidr TEXT NOT NULL,"
	"	description TEXT,"
	"	UNIQUE (prefix_list, cidr));",

	/*
	 * 3: each distinct set of security groups that live instances' interfaces have, by the number that the
	 * kernel knows it by; members: their seq, "3,17"; used: 0 while it is being forgotten
	 */
	"CREATE TABLE group_sets ("
	"	number INTEGER PRIMARY KEY,"
	"	members TEXT NOT NULL UNIQUE,"
	"	used INTEGER NOT NULL DEFAULT 1);",
};
const int ec2_schema_version = sizeof(ec2_schema) / sizeof(ec2_schema[0]);
