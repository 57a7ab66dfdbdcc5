// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/record.h"

#include <errno.h>
#include <stdlib.h>

#include "model/json.h"

int ec2_col_struct(struct ec2 *ec2, struct ec2_row *row, int column, const struct ec2_shape *shape,
		   void *p)
{
	json_error_t why;
	json_t *json = json_loads(ec2_col_text(row, column), 0, &why);
	char *error = NULL;
	int ret = json ? ec2_json_to_struct(shape, json, p, &error) : -EBADMSG;

	if (ret)
		ret = ec2_fail(ec2, ret, "InternalError", "A record of kind %s: %s", shape->name,
			       error ? error : why.text);
	free(error);
	json_decref(json);
	return ret;
}
