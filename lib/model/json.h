/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any struct that has a shape, to and from the JSON of the AWS command line. */
#ifndef EC2_MODEL_JSON_H
#define EC2_MODEL_JSON_H

#include <jansson.h>

#include "model/model.h"

/*
 * The struct as an object, members in the shape's order; absent fields are left out. Texts that are not
 * UTF-8 have their bad bytes replaced by U+FFFD.
 * Return: a new reference, or NULL: no memory.
 */
json_t *ec2_json_from_struct(const struct ec2_shape *shape, const void *p);

/*
 * Fill a struct from an object. `p` is overwritten; after a failure it is zero. Members that the shape does not
 * have, and values of another type, are refused with *error set (caller frees): a text that names
 * the member by its path.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int ec2_json_to_struct(const struct ec2_shape *shape, const json_t *json, void *p, char **error);

/* ISO 8601 as the AWS command line prints it, "2026-01-02T03:04:05+00:00". */
#define EC2_JSON_TIME_LEN 32
void ec2_json_time(int64_t ms, char text[EC2_JSON_TIME_LEN]);

#endif
