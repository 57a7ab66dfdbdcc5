/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every public struct as a table of fields. JSON, tables on a terminal, filters and command-line
 * flags walk these tables; a new field is one line in lib/model.
 */
#ifndef EC2_MODEL_H
#define EC2_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ec2;
struct ec2_shape;

/* The C type of the member stands beside each kind. */
enum ec2_kind {
	EC2_STRING, /* char *; NULL = absent */
	EC2_BOOL, /* bool; in answers, always printed */
	EC2_TRISTATE, /* enum ec2_bool; 0 = absent */
	EC2_INT, /* int32_t; see EC2_F_ZERO_ABSENT */
	EC2_LONG, /* int64_t; see EC2_F_ZERO_ABSENT */
	EC2_OPTIONAL_INT, /* struct ec2_int */
	EC2_TIME, /* int64_t, ms since 1970; 0 = absent; ISO 8601 outside */
	EC2_STRUCT, /* the struct itself; absent when all its fields are */
	EC2_STRINGS, /* struct ec2_strings */
	EC2_STRUCTS, /* struct ec2_list: pointer to an array of the shape's structs, and a count */
};

/* Flags of a field. */
#define EC2_F_ZERO_ABSENT 1U /* EC2_INT, EC2_LONG: 0 is not printed */
#define EC2_F_REQUIRED 2U /* in requests: MissingParameter without it */
#define EC2_F_HIDDEN 4U /* in tables on a terminal: only with --wide */
#define EC2_F_EMPTY_LIST 8U /* in answers: print [] when empty */
#define EC2_F_LESS 16U /* in tables on a terminal: the first to be left out when it is narrow */

struct ec2_field {
	const char *name; /* EC2's name in JSON: "InstanceType" */
	const char *member; /* in C: "instance_type" */
	enum ec2_kind kind;
	unsigned int flags;
	size_t offset;
	size_t size; /* of the member */
	const struct ec2_shape *shape; /* EC2_STRUCT, EC2_STRUCTS */
	const char *help; /* one line for --help and the man page; requests only */
};

struct ec2_shape {
	const char *name; /* "Instance" */
	size_t size;
	const struct ec2_field *fields;
	size_t n_fields;
};

/* An EC2 action: the row that makes a library call a command. */
struct ec2_action {
	const char *name; /* "RunInstances" */
	const char *command; /* "run-instances" */
	const char *summary; /* one line */
	const struct ec2_shape *request;
	const struct ec2_shape *response;
	int (*call)(struct ec2 *ec2, const void *request, void *response);
	const char *example; /* for --help and the man page */
	/* the list that a table on a terminal shows, a path into the response ("Reservations.Instances") */
	const char *table;
};

extern const struct ec2_action ec2_actions[];
extern const size_t ec2_n_actions;

#endif
