// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/object.c
/* The life of objects: who finds them when, and when they are freed. */
#include <kunit/test.h>
#include <linux/slab.h>

#include "object.h"

struct thing {
	struct ec2_named named;
	int *freed;
};

static struct ec2_table table;

static void thing_free(struct ec2_object *obj)
{
	struct thing *t = container_of(obj, struct thing, named.obj);

	(*t->freed)++;
	kfree(t);
}

static struct thing *thing_make(struct kunit *test, int *freed)
{
	struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->freed = freed;
	ec2_object_init(&t->named.obj, thing_free);
	return t;
}

static void id_of(char id[EC2_ID_LEN], int n)
{
	memset(id, 0, EC2_ID_LEN);
	snprintf(id, EC2_ID_LEN, "i-%017x", n);
}

static int setup(struct kunit *test)
{
	ec2_table_init(&table, 4);
	return ec2_object_module_init();
}

static void teardown(struct kunit *test)
{
	ec2_object_module_exit();
}

static void ids_are_checked(struct kunit *test)
{
	static const struct {
		char id[EC2_ID_LEN];
		int ret;
	} cases[] = {
		{"i-0123456789abcdef0", 0},
		{"i-0", 0},
		{"i-abcdefghij0123456789a", 0}, /* 23 characters */
		{"i-abcdefghij0123456789ab", -EINVAL}, /* no NUL */
		{"", -EINVAL},
		{"i", -EINVAL},
		{"i-", -EINVAL},
		{"vol-0123456789abcdef0", -EINVAL},
		{"i-ABC", -EINVAL},
		{"i-a/b", -EINVAL},
		{"i-a b", -EINVAL},
		{"i-ab\0c", -EINVAL}, /* not padded with NUL */
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, ec2_id_check(cases[i].id), cases[i].ret, "case %d", i);
}

static void reserved_is_taken_but_not_found(struct kunit *test)
{
	struct thing *a, *b;
	char id[EC2_ID_LEN];
	int freed = 0;

	id_of(id, 1);
	a = thing_make(test, &freed);
	b = thing_make(test, &freed);
	KUNIT_EXPECT_EQ(test, ec2_object_reserve(&table, &a->named, id), 0);
	KUNIT_EXPECT_EQ(test, ec2_object_reserve(&table, &b->named, id), -EEXIST);
	KUNIT_EXPECT_NULL(test, ec2_object_find(&table, id));
	/* the one that came second goes without touching the first */
	ec2_object_withdraw(&table, &b->named);
	KUNIT_EXPECT_EQ(test, table.count, 1);
	ec2_object_publish(&table, &a->named);
	KUNIT_EXPECT_PTR_EQ(test, ec2_object_find(&table, id), &a->named);
	ec2_object_put(&a->named.obj);
	ec2_object_withdraw(&table, &a->named);
	ec2_object_withdraw(&table, &a->named);
	KUNIT_EXPECT_EQ(test, table.count, 0);
	KUNIT_EXPECT_NULL(test, ec2_object_find(&table, id));
	ec2_object_put(&a->named.obj);
	ec2_object_put(&b->named.obj);
	flush_workqueue(ec2_workqueue);
	KUNIT_EXPECT_EQ(test, freed, 2);
}

static void last_reference_frees(struct kunit *test)
{
	struct ec2_named *found;
	char id[EC2_ID_LEN];
	struct thing *a;
	int freed = 0;

	id_of(id, 2);
	a = thing_make(test, &freed);
	KUNIT_ASSERT_EQ(test, ec2_object_reserve(&table, &a->named, id), 0);
	ec2_object_publish(&table, &a->named);
	found = ec2_object_find(&table, id);
	ec2_object_withdraw(&table, &a->named);
	ec2_object_put(&a->named.obj);
	flush_workqueue(ec2_workqueue);
	KUNIT_EXPECT_EQ(test, freed, 0);
	ec2_object_put(&found->obj);
	flush_workqueue(ec2_workqueue);
	KUNIT_EXPECT_EQ(test, freed, 1);
}

static void table_has_a_limit(struct kunit *test)
{
	struct thing *t[5];
	char id[EC2_ID_LEN];
	int freed = 0;

	for (int i = 0; i < 5; i++) {
		t[i] = thing_make(test, &freed);
		id_of(id, i);
		KUNIT_EXPECT_EQ(test, ec2_object_reserve(&table, &t[i]->named, id),
				i < 4 ? 0 : -ENOSPC);
	}
	/* a place that is left can be taken */
	ec2_object_withdraw(&table, &t[0]->named);
	KUNIT_EXPECT_EQ(test, ec2_object_reserve(&table, &t[4]->named, id), 0);
	for (int i = 0; i < 5; i++) {
		ec2_object_withdraw(&table, &t[i]->named);
		ec2_object_put(&t[i]->named.obj);
	}
	flush_workqueue(ec2_workqueue);
	KUNIT_EXPECT_EQ(test, freed, 5);
}

static void walk_meets_each_once(struct kunit *test)
{
	struct ec2_named *named;
	struct thing *t[4];
	char id[EC2_ID_LEN];
	int freed = 0, met = 0;
	u64 pos = 0;

	for (int i = 0; i < 4; i++) {
		t[i] = thing_make(test, &freed);
		id_of(id, i);
		KUNIT_ASSERT_EQ(test, ec2_object_reserve(&table, &t[i]->named, id), 0);
		if (i != 1)
			ec2_object_publish(&table, &t[i]->named);
	}
	/* the first goes when it has been met; the second was never published */
	while ((named = ec2_object_next(&table, &pos))) {
		KUNIT_EXPECT_PTR_EQ(test, named, &t[met ? met + 1 : 0]->named);
		if (!met++)
			ec2_object_withdraw(&table, named);
		ec2_object_put(&named->obj);
	}
	KUNIT_EXPECT_EQ(test, met, 3);
	for (int i = 0; i < 4; i++) {
		ec2_object_withdraw(&table, &t[i]->named);
		ec2_object_put(&t[i]->named.obj);
	}
	flush_workqueue(ec2_workqueue);
	KUNIT_EXPECT_EQ(test, freed, 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ids_are_checked),	  KUNIT_CASE(reserved_is_taken_but_not_found),
	KUNIT_CASE(last_reference_frees), KUNIT_CASE(table_has_a_limit),
	KUNIT_CASE(walk_meets_each_once), {},
};

static struct kunit_suite suite = {
	.name = "ec2_object",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
