/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of instances, their volumes, tags and bills. Functions return 0 or -errno unless said. */
#ifndef EC2_STORE_INSTANCE_H
#define EC2_STORE_INSTANCE_H

#include "kmod/uapi/ec2ctl.h"
#include "store/db.h"

/* A record: what is public, and what is not. Released by ec2_inst_clear(). */
struct ec2_inst {
	struct ec2_instance pub; /* volumes, network and tags only after ec2_inst_details() */
	int64_t seq;
	char *reservation;
	char *owner;
	char *shutdown_behavior;
	char *user_data;
	char *cpu_credits;
	char *boot;
	bool termination_protected;
	bool restart;
	int64_t memory; /* bytes */
	int64_t credit_balance;
	int64_t uid;
	int64_t starts;
	int64_t ended;
};

const char *ec2_state_name(int state);
/* pending, running, stopping, shutting-down: something of it lives, or should. */
bool ec2_state_live(int state);

void ec2_inst_clear(struct ec2_inst *inst);
/* Return: 1, 0 = no such instance, -errno. `inst` is overwritten. */
int ec2_inst_load(struct ec2 *ec2, const char *id, struct ec2_inst *inst);
/* All, in the order of their launch; fn may take what inst owns. */
typedef int (*ec2_inst_fn)(struct ec2 *ec2, struct ec2_inst *inst, void *arg);
int ec2_inst_each(struct ec2 *ec2, ec2_inst_fn fn, void *arg);
/* Add volumes, network and tags. */
int ec2_inst_details(struct ec2 *ec2, struct ec2_inst *inst);
int ec2_inst_insert(struct ec2 *ec2, const struct ec2_inst *inst);
/* The state and its reason; code and message may be NULL. */
int ec2_inst_set_state(struct ec2 *ec2, const char *id, int state, const char *transition,
		       const char *code, const char *message);
/* The lowest offset that no instance has. */
int ec2_inst_free_uid(struct ec2 *ec2, int64_t *uid);
/* How much memory the live instances have been given. */
int ec2_inst_memory(struct ec2 *ec2, int64_t *bytes);

/* What a terminated instance does not keep: volumes and network interfaces. */
int ec2_inst_release(struct ec2 *ec2, const char *id);

/* Tags of a resource, into a list of struct ec2_tag. */
int ec2_tags_load(struct ec2 *ec2, const char *resource, struct ec2_list *tags);
int ec2_tag_set(struct ec2 *ec2, const char *resource, const struct ec2_tag *tag);

/* The bill runs, and stops; both idempotent. */
int ec2_usage_begin(struct ec2 *ec2, const char *id, const char *type);
int ec2_usage_end(struct ec2 *ec2, const char *id);

struct ec2_volume {
	char *id;
	char *instance;
	char *image;
	char *device;
	char *type;
	int64_t size; /* bytes */
	int64_t slot;
	bool delete_on_termination;
};

int ec2_volume_insert(struct ec2 *ec2, const struct ec2_volume *volume);
/* All volumes of the instance whose file is there become in-use. */
int ec2_volumes_attached(struct ec2 *ec2, const char *instance);
/* Volumes go with their instance, or are left behind, as DeleteOnTermination says. */
int ec2_volumes_release(struct ec2 *ec2, const char *instance);
/* Remove the files and then the records of volumes that are being deleted; outside of transactions. */
int ec2_volumes_delete(struct ec2 *ec2);
/* STATE/volumes/ID.raw, to be freed. */
char *ec2_volume_path(const struct ec2 *ec2, const char *id);

#endif
