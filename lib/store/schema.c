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
};
const int ec2_schema_version = sizeof(ec2_schema) / sizeof(ec2_schema[0]);
