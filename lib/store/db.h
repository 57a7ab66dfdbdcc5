/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one funnel to SQLite. Every function returns -errno with the handle's error set when it fails.
 * Values are bound by a string of types, one letter for each ?:
 *	s  const char * (NULL binds NULL)	i  int64_t		b  int (a boolean)
 */
#ifndef EC2_STORE_DB_H
#define EC2_STORE_DB_H

#include <stdint.h>

#include "api/ec2.h"

struct ec2_row; /* the row that a query stands on */

/* Return 0 to go on, -errno to end the query with it. */
typedef int (*ec2_row_fn)(struct ec2 *ec2, struct ec2_row *row, void *arg);

/* Open (and migrate) ec2->state_dir/ec2ctl.db; read-only handles get an empty one if there is none. */
int ec2_db_open(struct ec2 *ec2);
void ec2_db_close(struct ec2 *ec2);

/*
 * A transaction that will write: takes the write lock at once, waits for other writers.
 * Never begun twice; ec2_commit() or ec2_rollback() ends it. A failed commit is rolled back.
 */
int ec2_begin(struct ec2 *ec2);
int ec2_commit(struct ec2 *ec2);
void ec2_rollback(struct ec2 *ec2);
/* Commit when ret is 0, else roll back. Return: ret, or the commit's failure. */
int ec2_end(struct ec2 *ec2, int ret);
/* One consistent view for several reads; ended by ec2_end(). */
int ec2_begin_read(struct ec2 *ec2);

/* Run one statement. Return: rows changed, or -errno. */
int ec2_db_exec(struct ec2 *ec2, const char *sql, const char *types, ...);
/* The same for statements whose count nobody asks for. Return: 0 or -errno. */
int ec2_db_run(struct ec2 *ec2, const char *sql, const char *types, ...);
/* Call fn for each row. Return: number of rows, or -errno. */
int ec2_db_each(struct ec2 *ec2, ec2_row_fn fn, void *arg, const char *sql, const char *types, ...);
/* The first column of the first row. Return: 1, or 0 when there is none or it is NULL; -errno. */
int ec2_db_int(struct ec2 *ec2, int64_t *value, const char *sql, const char *types, ...);
int ec2_db_text(struct ec2 *ec2, char **value, const char *sql, const char *types, ...);

/* Columns, counted from 0. Texts live until the row function returns. */
const char *ec2_col_text(struct ec2_row *row, int column);
int64_t ec2_col_int(struct ec2_row *row, int column);
/* A copy for the caller, NULL for NULL. Return: 0 or -ENOMEM. */
int ec2_col_dup(struct ec2_row *row, int column, char **value);

/* The statements that make the tables, one row per version (schema.c). */
extern const char *const ec2_schema[];
extern const int ec2_schema_version;

/*
 * Called at each step between which a process can die: tests end the process there.
 * `where` names the step.
 */
extern void (*ec2_step_hook)(const char *where);
void ec2_step(const char *where);

/* Now, in ms since 1970. */
int64_t ec2_now(void);

#endif
