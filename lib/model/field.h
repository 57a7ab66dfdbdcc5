/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The macros that shape tables are written with: one line per field,
 *
 *	#define S ec2_tag
 *	static const struct ec2_field tag_fields[] = {
 *		STR("Key", key, EC2_F_REQUIRED, "the tag's key"),
 *	};
 *	SHAPE(tag, "Tag", tag_fields)
 *	#undef S
 *
 * Each checks at compile time that the member's C type is the one of its kind.
 */
#ifndef EC2_MODEL_FIELD_H
#define EC2_MODEL_FIELD_H

#include "model/model.h"

#define FIELD_(json, m, ctype, k, fl, sh, text)                                                   \
	{                                                                                         \
		.name = json, .member = #m, .kind = k,                                            \
		.flags = (fl) + 0 * sizeof(char[__builtin_types_compatible_p(                     \
							__typeof__(((struct S *)0)->m), ctype)    \
							? 1                                       \
							: -1]),                                   \
		.offset = offsetof(struct S, m), .size = sizeof(((struct S *)0)->m), .shape = sh, \
		.help = text                                                                      \
	}

#define STR(json, m, fl, text) FIELD_(json, m, char *, EC2_STRING, fl, NULL, text)
#define BOOL(json, m, fl, text) FIELD_(json, m, bool, EC2_BOOL, fl, NULL, text)
#define TRI(json, m, fl, text) FIELD_(json, m, enum ec2_bool, EC2_TRISTATE, fl, NULL, text)
#define INT(json, m, fl, text) FIELD_(json, m, int32_t, EC2_INT, fl, NULL, text)
#define OPTIONAL(json, m, fl, text) \
	FIELD_(json, m, struct ec2_int, EC2_OPTIONAL_INT, fl, NULL, text)
#define LONG(json, m, fl, text) FIELD_(json, m, int64_t, EC2_LONG, fl, NULL, text)
#define TIME(json, m, fl, text) FIELD_(json, m, int64_t, EC2_TIME, fl, NULL, text)
#define STRS(json, m, fl, text) FIELD_(json, m, struct ec2_strings, EC2_STRINGS, fl, NULL, text)
/* `noun` names both the struct ec2_noun and the shape ec2_shape_noun. */
#define SUB(json, m, noun, fl, text) \
	FIELD_(json, m, struct ec2_##noun, EC2_STRUCT, fl, &ec2_shape_##noun, text)
#define SUBS(json, m, noun, fl, text) \
	FIELD_(json, m, struct ec2_list, EC2_STRUCTS, fl, &ec2_shape_##noun, text)

#define SHAPE(noun, json, table)                                                           \
	const struct ec2_shape ec2_shape_##noun = {json, sizeof(struct ec2_##noun), table, \
						   sizeof(table) / sizeof((table)[0])};

#endif
