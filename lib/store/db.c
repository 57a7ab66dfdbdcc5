// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 30000

struct ec2_store {
	sqlite3 *db;
};

void (*ec2_step_hook)(const char *where);

void ec2_step(const char *where)
{
	if (ec2_step_hook)
		ec2_step_hook(where);
}

int64_t ec2_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static const struct {
	int sqlite;
	int err;
	const char *advice;
} errors[] = {
	{SQLITE_BUSY, -EBUSY, "another process holds it for too long"},
	{SQLITE_LOCKED, -EBUSY, "another process holds it for too long"},
	{SQLITE_FULL, -ENOSPC, "make room in the file system that it is on"},
	{SQLITE_READONLY, -EROFS, "run the command as root"},
	{SQLITE_CANTOPEN, -EACCES, "run the command as root"},
	{SQLITE_PERM, -EACCES, "run the command as root"},
	{SQLITE_AUTH, -EACCES, "run the command as root"},
	{SQLITE_NOMEM, -ENOMEM, "no memory"},
	{SQLITE_CORRUPT, -EBADMSG, "it is damaged; restore it from a copy"},
	{SQLITE_NOTADB, -EBADMSG, "it is damaged; restore it from a copy"},
	{SQLITE_CONSTRAINT, -EEXIST, "a record contradicts another"},
};

static int fail(struct ec2 *ec2, sqlite3 *db, int rc)
{
	const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].sqlite == (rc & 0xff))
			return ec2_fail(ec2, errors[i].err, "InternalError",
					"The database in %s: %s (%s)", ec2->state_dir, text,
					errors[i].advice);
	}
	return ec2_fail(ec2, -EIO, "InternalError", "The database in %s: %s", ec2->state_dir, text);
}

static int prepare(struct ec2 *ec2, const char *sql, sqlite3_stmt **stmt)
{
	int rc = sqlite3_prepare_v2(ec2->store->db, sql, -1, stmt, NULL);

	return rc == SQLITE_OK ? 0 : fail(ec2, ec2->store->db, rc);
}

static int bind(struct ec2 *ec2, sqlite3_stmt *stmt, const char *types, va_list args)
{
	int n = types ? strlen(types) : 0;

	if (sqlite3_bind_parameter_count(stmt) != n)
		return ec2_fail(ec2, -EINVAL, "InternalError", "A statement with wrong values: %s",
				sqlite3_sql(stmt));
	for (int i = 0; i < n; i++) {
		const char *text;
		int rc;

		switch (types[i]) {
		case 's':
			text = va_arg(args, const char *);
			rc = sqlite3_bind_text(stmt, i + 1, text, -1, SQLITE_TRANSIENT);
			break;
		case 'i':
			rc = sqlite3_bind_int64(stmt, i + 1, va_arg(args, int64_t));
			break;
		default:
			rc = sqlite3_bind_int(stmt, i + 1, va_arg(args, int));
			break;
		}
		if (rc != SQLITE_OK)
			return fail(ec2, ec2->store->db, rc);
	}
	return 0;
}

static int each(struct ec2 *ec2, ec2_row_fn fn, void *arg, const char *sql, const char *types,
		va_list args)
{
	sqlite3_stmt *stmt = NULL;
	int rows = 0;
	int ret, rc;

	ret = prepare(ec2, sql, &stmt);
	if (ret)
		return ret;
	ret = bind(ec2, stmt, types, args);
	while (!ret && (rc = sqlite3_step(stmt)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			ret = fail(ec2, ec2->store->db, rc);
		} else {
			rows++;
			ret = fn ? fn(ec2, (struct ec2_row *)stmt, arg) : 0;
		}
	}
	sqlite3_finalize(stmt);
	return ret ? ret : rows;
}

int ec2_db_each(struct ec2 *ec2, ec2_row_fn fn, void *arg, const char *sql, const char *types, ...)
{
	va_list args;
	int ret;

	va_start(args, types);
	ret = each(ec2, fn, arg, sql, types, args);
	va_end(args);
	return ret;
}

int ec2_db_exec(struct ec2 *ec2, const char *sql, const char *types, ...)
{
	va_list args;
	int ret;

	va_start(args, types);
	ret = each(ec2, NULL, NULL, sql, types, args);
	va_end(args);
	return ret < 0 ? ret : sqlite3_changes(ec2->store->db);
}

int ec2_db_run(struct ec2 *ec2, const char *sql, const char *types, ...)
{
	va_list args;
	int ret;

	va_start(args, types);
	ret = each(ec2, NULL, NULL, sql, types, args);
	va_end(args);
	return ret < 0 ? ret : 0;
}

struct first_int {
	int64_t value;
	int found;
};

static int first_int(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct first_int *first = arg;

	(void)ec2;
	if (!first->found && sqlite3_column_type((sqlite3_stmt *)row, 0) != SQLITE_NULL) {
		first->value = ec2_col_int(row, 0);
		first->found = 1;
	}
	return 0;
}

int ec2_db_int(struct ec2 *ec2, int64_t *value, const char *sql, const char *types, ...)
{
	struct first_int first = {0};
	va_list args;
	int ret;

	va_start(args, types);
	ret = each(ec2, first_int, &first, sql, types, args);
	va_end(args);
	*value = first.value;
	return ret < 0 ? ret : first.found;
}

static int first_text(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	char **text = arg;

	if (!*text && ec2_col_dup(row, 0, text))
		return ec2_fail_errno(ec2, -ENOMEM, "A record");
	return 0;
}

int ec2_db_text(struct ec2 *ec2, char **value, const char *sql, const char *types, ...)
{
	va_list args;
	int ret;

	*value = NULL;
	va_start(args, types);
	ret = each(ec2, first_text, value, sql, types, args);
	va_end(args);
	return ret < 0 ? ret : *value != NULL;
}

const char *ec2_col_text(struct ec2_row *row, int column)
{
	return (const char *)sqlite3_column_text((sqlite3_stmt *)row, column);
}

int64_t ec2_col_int(struct ec2_row *row, int column)
{
	return sqlite3_column_int64((sqlite3_stmt *)row, column);
}

int ec2_col_dup(struct ec2_row *row, int column, char **value)
{
	const char *text = ec2_col_text(row, column);

	*value = text ? strdup(text) : NULL;
	return text && !*value ? -ENOMEM : 0;
}

/* ---- transactions ---- */

int ec2_begin(struct ec2 *ec2)
{
	int ret;

	ec2_step("begin");
	ret = ec2_db_exec(ec2, "BEGIN IMMEDIATE", NULL);
	return ret < 0 ? ret : 0;
}

int ec2_begin_read(struct ec2 *ec2)
{
	int ret = ec2_db_exec(ec2, "BEGIN", NULL);

	return ret < 0 ? ret : 0;
}

void ec2_rollback(struct ec2 *ec2)
{
	/* a failed statement may have ended the transaction already; the caller's error stands */
	if (!sqlite3_get_autocommit(ec2->store->db))
		sqlite3_exec(ec2->store->db, "ROLLBACK", NULL, NULL, NULL);
}

int ec2_commit(struct ec2 *ec2)
{
	int ret;

	ec2_step("before commit");
	ret = ec2_db_exec(ec2, "COMMIT", NULL);
	if (ret < 0) {
		ec2_rollback(ec2);
		return ret;
	}
	ec2_step("after commit");
	return 0;
}

int ec2_end(struct ec2 *ec2, int ret)
{
	if (!ret)
		return ec2_commit(ec2);
	ec2_rollback(ec2);
	return ret;
}

/* ---- opening ---- */

static int migrate_one(struct ec2 *ec2, int version)
{
	sqlite3 *db = ec2->store->db;
	char pragma[64];
	int rc;

	rc = sqlite3_exec(db, ec2_schema[version], NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return fail(ec2, db, rc);
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", version + 1);
	rc = sqlite3_exec(db, pragma, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : fail(ec2, db, rc);
}

static int check_version(struct ec2 *ec2, int64_t *version)
{
	int ret = ec2_db_int(ec2, version, "PRAGMA user_version", NULL);

	if (ret < 0)
		return ret;
	if (*version > ec2_schema_version)
		return ec2_fail(
			ec2, -EPROTO, "InternalError",
			"The database in %s is of a newer ec2ctl (version %d, this one knows %d)",
			ec2->state_dir, (int)*version, ec2_schema_version);
	return 0;
}

/* Each version in one transaction, so that a killed migration is none. */
static int migrate(struct ec2 *ec2, bool memory)
{
	int64_t version;
	int ret;

	ret = check_version(ec2, &version);
	if (ret || version == ec2_schema_version)
		return ret;
	if (ec2->read_only && !memory)
		return ec2_fail(ec2, -EROFS, "InternalError",
				"The database in %s is of an older ec2ctl: run ec2ctl as root once",
				ec2->state_dir);
	ret = ec2_begin(ec2);
	if (ret)
		return ret;
	/* under the lock: another process may have been first */
	ret = check_version(ec2, &version);
	while (!ret && version < ec2_schema_version)
		ret = migrate_one(ec2, version++);
	return ec2_end(ec2, ret);
}

static int set_up(struct ec2 *ec2, bool memory)
{
	sqlite3 *db = ec2->store->db;
	int on = 1;
	int rc;

	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	/* the WAL stays, so that users who may only read the directory can read the database */
	sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &on);
	rc = sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
	if (rc == SQLITE_OK && !ec2->read_only)
		rc = sqlite3_exec(db,
				  "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = FULL",
				  NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return fail(ec2, db, rc);
	return migrate(ec2, memory);
}

int ec2_db_open(struct ec2 *ec2)
{
	char *path = ec2_path(ec2->state_dir, "ec2ctl.db");
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	bool memory = false;
	int ret, rc;

	ec2->store = calloc(1, sizeof(*ec2->store));
	if (!path || !ec2->store) {
		free(path);
		return ec2_fail_errno(ec2, -ENOMEM, "The database");
	}
	if (ec2->read_only) {
		memory = access(path, F_OK) != 0 && errno == ENOENT;
		if (!memory)
			flags = SQLITE_OPEN_READONLY;
	} else {
		/* it holds user data: not for everybody's eyes */
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

		if (fd >= 0)
			close(fd);
	}
	rc = sqlite3_open_v2(memory ? ":memory:" : path, &ec2->store->db, flags, NULL);
	ret = rc == SQLITE_OK ? set_up(ec2, memory) : fail(ec2, ec2->store->db, rc);
	free(path);
	return ret;
}

void ec2_db_close(struct ec2 *ec2)
{
	if (!ec2->store)
		return;
	sqlite3_close(ec2->store->db);
	free(ec2->store);
	ec2->store = NULL;
}
