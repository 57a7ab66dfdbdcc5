/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects: counted references, and a table of those that have an EC2 id.
 *
 * Life of a named object: ec2_object_reserve() takes the id, so that nobody else can, while the
 * object is filled; ec2_object_publish() lets others find it, and is the point after which nothing
 * can fail; ec2_object_withdraw() undoes either. The last reference frees it on the module's
 * workqueue, so that ec2_object_put() may be called from interrupts; until then it holds a reference
 * on the module, and exit flushes the workqueue.
 */
#ifndef EC2_OBJECT_H
#define EC2_OBJECT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "uapi/ec2ctl.h"

struct ec2_object {
	refcount_t ref;
	void (*free)(struct ec2_object *obj); /* runs on ec2_workqueue */
	struct work_struct work;
};

/* The module's own workqueue: frees objects, sends netlink events, counts credits. */
extern struct workqueue_struct *ec2_workqueue;

int ec2_object_module_init(void);
void ec2_object_module_exit(void);

/* Begin life with one reference. */
void ec2_object_init(struct ec2_object *obj, void (*free)(struct ec2_object *obj));

static inline void ec2_object_get(struct ec2_object *obj)
{
	refcount_inc(&obj->ref);
}

/* From any context. */
void ec2_object_put(struct ec2_object *obj);

#define EC2_TABLE_BITS 8

struct ec2_named {
	struct ec2_object obj;
	char id[EC2_ID_LEN];
	/* under the table's lock, this and all below */
	struct hlist_node node;
	struct list_head order;
	u64 number; /* in order of reservation */
	bool published;
};

struct ec2_table {
	struct mutex lock;
	/* under lock, this and all below */
	struct hlist_head heads[1 << EC2_TABLE_BITS];
	struct list_head order;
	u64 made;
	unsigned int count; /* reserved ones too */
	unsigned int max;
};

void ec2_table_init(struct ec2_table *table, unsigned int max);

/* EINVAL: not "i-..." of lower-case letters and digits, NUL-terminated and NUL-padded. */
int ec2_id_check(const char id[EC2_ID_LEN]);

/* EINVAL: bad id. EEXIST: taken. ENOSPC: the table is full. */
int ec2_object_reserve(struct ec2_table *table, struct ec2_named *named, const char id[EC2_ID_LEN]);
void ec2_object_publish(struct ec2_table *table, struct ec2_named *named);
/* Does nothing for an object that is in no table. The caller's reference stays the caller's. */
void ec2_object_withdraw(struct ec2_table *table, struct ec2_named *named);

/* A reference, or NULL: only published objects are found. */
struct ec2_named *ec2_object_find(struct ec2_table *table, const char id[EC2_ID_LEN]);
/*
 * Walk the published objects, oldest first: *pos is 0 to begin with. A reference, or NULL at the end.
 * One that is there during the whole walk is met exactly once.
 */
struct ec2_named *ec2_object_next(struct ec2_table *table, u64 *pos);

#endif
