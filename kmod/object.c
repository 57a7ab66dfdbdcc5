// SPDX-License-Identifier: GPL-2.0
#include <linux/jhash.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/string.h>

#include "object.h"

struct workqueue_struct *ec2_workqueue;

int ec2_object_module_init(void)
{
	ec2_workqueue = alloc_workqueue("ec2ctl", WQ_UNBOUND, 0);
	return ec2_workqueue ? 0 : -ENOMEM;
}

void ec2_object_module_exit(void)
{
	/* waits for the last free_work(), which has put the module before it returned */
	destroy_workqueue(ec2_workqueue);
}

static void free_work(struct work_struct *work)
{
	struct ec2_object *obj = container_of(work, struct ec2_object, work);

	obj->free(obj);
	module_put(THIS_MODULE);
}

void ec2_object_init(struct ec2_object *obj, void (*free)(struct ec2_object *obj))
{
	refcount_set(&obj->ref, 1);
	obj->free = free;
	INIT_WORK(&obj->work, free_work);
	/* our caller runs in the module on behalf of an open file, which holds it */
	__module_get(THIS_MODULE);
}

void ec2_object_put(struct ec2_object *obj)
{
	if (refcount_dec_and_test(&obj->ref))
		queue_work(ec2_workqueue, &obj->work);
}

void ec2_table_init(struct ec2_table *table, unsigned int max)
{
	mutex_init(&table->lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(table->heads); i++)
		INIT_HLIST_HEAD(&table->heads[i]);
	INIT_LIST_HEAD(&table->order);
	table->made = 0;
	table->count = 0;
	table->max = max;
}

static bool id_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

int ec2_id_check(const char id[EC2_ID_LEN])
{
	size_t len = strnlen(id, EC2_ID_LEN);

	if (len < 3 || len == EC2_ID_LEN || id[0] != 'i' || id[1] != '-')
		return -EINVAL;
	for (size_t i = 2; i < len; i++)
		if (!id_char(id[i]))
			return -EINVAL;
	return memchr_inv(id + len, 0, EC2_ID_LEN - len) ? -EINVAL : 0;
}

static unsigned int bucket_of(const char id[EC2_ID_LEN])
{
	return jhash(id, EC2_ID_LEN, 0) & ((1 << EC2_TABLE_BITS) - 1);
}

static struct ec2_named *lookup(struct ec2_table *table, const char id[EC2_ID_LEN])
{
	struct ec2_named *named;

	lockdep_assert_held(&table->lock);
	hlist_for_each_entry(named, &table->heads[bucket_of(id)],
			     node) if (!memcmp(named->id, id, EC2_ID_LEN)) return named;
	return NULL;
}

int ec2_object_reserve(struct ec2_table *table, struct ec2_named *named, const char id[EC2_ID_LEN])
{
	int ret = ec2_id_check(id);

	if (ret)
		return ret;
	mutex_lock(&table->lock);
	if (lookup(table, id)) {
		ret = -EEXIST;
	} else if (table->count >= table->max) {
		ret = -ENOSPC;
	} else {
		memcpy(named->id, id, EC2_ID_LEN);
		named->published = false;
		hlist_add_head(&named->node, &table->heads[bucket_of(id)]);
		named->number = ++table->made;
		list_add_tail(&named->order, &table->order);
		table->count++;
	}
	mutex_unlock(&table->lock);
	return ret;
}

void ec2_object_publish(struct ec2_table *table, struct ec2_named *named)
{
	mutex_lock(&table->lock);
	WARN_ON_ONCE(hlist_unhashed(&named->node));
	named->published = true;
	mutex_unlock(&table->lock);
}

void ec2_object_withdraw(struct ec2_table *table, struct ec2_named *named)
{
	mutex_lock(&table->lock);
	if (!hlist_unhashed(&named->node)) {
		hlist_del_init(&named->node);
		list_del(&named->order);
		named->published = false;
		table->count--;
	}
	mutex_unlock(&table->lock);
}

struct ec2_named *ec2_object_find(struct ec2_table *table, const char id[EC2_ID_LEN])
{
	struct ec2_named *named;

	mutex_lock(&table->lock);
	named = lookup(table, id);
	if (named && named->published)
		ec2_object_get(&named->obj);
	else
		named = NULL;
	mutex_unlock(&table->lock);
	return named;
}

struct ec2_named *ec2_object_next(struct ec2_table *table, u64 *pos)
{
	struct ec2_named *named, *found = NULL;

	mutex_lock(&table->lock);
	list_for_each_entry (named, &table->order, order) {
		if (named->number > *pos && named->published) {
			found = named;
			*pos = named->number;
			ec2_object_get(&named->obj);
			break;
		}
	}
	mutex_unlock(&table->lock);
	return found;
}
