/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records as JSON in the shapes' names, made by SQL: the pieces of such a SELECT, and the way
 * back.
 */
#ifndef EC2_STORE_RECORD_H
#define EC2_STORE_RECORD_H

#include "model/shapes.h"
#include "store/db.h"

#define EC2_SQL_BOOL(expression) "json(iif(" expression ", 'true', 'false'))"
/* A list: `item` for each row of `from`, which may end with ORDER BY. */
#define EC2_SQL_LIST(item, columns, from) \
	"json((SELECT json_group_array(" item ") FROM (SELECT " columns " FROM " from ")))"
#define EC2_SQL_TAGS(id)                                                      \
	EC2_SQL_LIST("json_object('Key', key, 'Value', value)", "key, value", \
		     "tags WHERE resource = " id " ORDER BY key")
/* An IPv4 address of its number. */
#define EC2_SQL_ADDRESS(number)                                                   \
	"printf('%d.%d.%d.%d', " number " >> 24, " number " >> 16 & 255, " number \
	" >> 8 & 255, " number " & 255)"

/* The struct that a column's JSON says; `p` is overwritten. Return: 0 or -errno. */
int ec2_col_struct(struct ec2 *ec2, struct ec2_row *row, int column, const struct ec2_shape *shape,
		   void *p);

#endif
