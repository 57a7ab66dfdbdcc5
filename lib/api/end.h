/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How instances end in the database, for the library's own use. */
#ifndef EC2_API_END_H
#define EC2_API_END_H

#include "api/lifecycle.h"
#include "store/instance.h"

/* As ec2_instance_ended(); `why` (or NULL) is the text of the reason. */
int ec2_end_instance(struct ec2 *ec2, const char *id, enum ec2_end end, const char *why);

/* The same within a transaction, on a record of it that is live; volumes are left to ec2_volumes_delete(). */
int ec2_end_locked(struct ec2 *ec2, const struct ec2_inst *inst, enum ec2_end end, const char *why);

#endif
