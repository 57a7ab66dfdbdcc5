// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "store/instance.h"

#define HEX "0123456789abcdef"
#define ID_DIGITS 17
#define OLD_ID_DIGITS 8

int ec2_new_id(struct ec2 *ec2, const char *prefix, char id[EC2_ID_SIZE])
{
	uint64_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return ec2_fail_errno(ec2, -EIO, "Random numbers");
	snprintf(id, EC2_ID_SIZE, "%s-0%016llx", prefix, (unsigned long long)random[0]);
	return 0;
}

bool ec2_valid_id(const char *id, const char *prefix)
{
	size_t n = strlen(prefix);
	size_t digits;

	if (strncmp(id, prefix, n) || id[n] != '-')
		return false;
	digits = strspn(id + n + 1, HEX);
	return !id[n + 1 + digits] && (digits == ID_DIGITS || digits == OLD_ID_DIGITS);
}

int ec2_check_instance_ids(struct ec2 *ec2, const struct ec2_strings *ids)
{
	for (size_t i = 0; i < ids->n; i++) {
		if (!ec2_valid_id(ids->items[i], "i"))
			return ec2_fail(ec2, -EINVAL, "InvalidInstanceID.Malformed",
					"Invalid id: \"%s\"", ids->items[i]);
	}
	return 0;
}

int ec2_no_instance(struct ec2 *ec2, const struct ec2_strings *ids)
{
	char *all = NULL;
	size_t size;
	FILE *f;

	if (ids->n == 1)
		return ec2_fail(ec2, -ENOENT, "InvalidInstanceID.NotFound",
				"The instance ID '%s' does not exist", ids->items[0]);
	f = open_memstream(&all, &size);
	if (!f)
		return ec2_fail_errno(ec2, -ENOMEM, "The request");
	for (size_t i = 0; i < ids->n; i++)
		fprintf(f, "%s%s", i ? ", " : "", ids->items[i]);
	if (fclose(f) == 0)
		ec2_fail(ec2, -ENOENT, "InvalidInstanceID.NotFound",
			 "The instance IDs '%s' do not exist", all);
	free(all);
	return -ENOENT;
}

bool ec2_strings_have(const struct ec2_strings *list, const char *string)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->items[i], string) == 0)
			return true;
	}
	return false;
}

/* ---- base64 ---- */

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *ec2_base64(const void *data, size_t n)
{
	const uint8_t *from = data;
	char *text = malloc((n + 2) / 3 * 4 + 1);
	char *to = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t bits = from[i] << 16 | (left > 1 ? from[i + 1] << 8 : 0) |
				(left > 2 ? from[i + 2] : 0);

		*to++ = digits64[bits >> 18];
		*to++ = digits64[bits >> 12 & 63];
		*to++ = left > 1 ? digits64[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? digits64[bits & 63] : '=';
	}
	*to = 0;
	return text;
}

int64_t ec2_base64_length(const char *text)
{
	int64_t n = 0, pad = 0;

	for (; *text; text++) {
		if (strchr("\r\n\t ", *text))
			continue;
		if (*text == '=')
			pad++;
		else if (pad || !strchr(digits64, *text))
			return -EINVAL;
		n++;
	}
	return n % 4 || pad > 2 ? -EINVAL : n / 4 * 3 - pad;
}

/* ---- pages ---- */

/* Tokens are opaque to users; inside is the number of the last item. */
static int parse_token(struct ec2 *ec2, const char *token, int64_t *after)
{
	unsigned long long value;
	int used = 0;

	if (sscanf(token, "ec2n%16llx%n", &value, &used) == 1 && !token[used] && used == 20) {
		*after = (int64_t)value;
		return 0;
	}
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter NextToken is invalid", token);
}

static int check_filters(struct ec2 *ec2, const struct ec2_lister *lister)
{
	const struct ec2_filter *filters = lister->filters->items;

	for (size_t i = 0; i < lister->filters->n; i++) {
		const char *name = filters[i].name;
		size_t j;

		if (ec2_tags_field(lister->shape) &&
		    (strncmp(name, "tag:", 4) == 0 || strcmp(name, "tag-key") == 0))
			continue;
		for (j = 0; j < lister->n_rows && strcmp(lister->rows[j].name, name); j++)
			;
		if (j == lister->n_rows)
			return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					"The filter '%s' is invalid", name);
	}
	return 0;
}

int ec2_lister_begin(struct ec2 *ec2, struct ec2_lister *lister, int32_t max_results,
		     const char *next_token, const struct ec2_strings *ids, int32_t limit)
{
	if (max_results && ids && ids->n)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"The parameter MaxResults cannot be used with ids in the same"
				" request");
	if (max_results && (max_results < 5 || max_results > limit))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value ( %d ) for parameter maxResults is invalid. Expecting a"
				" value from 5 to %d.",
				max_results, limit);
	lister->max = max_results;
	lister->after = INT64_MIN;
	if (next_token && *next_token) {
		int ret = parse_token(ec2, next_token, &lister->after);

		if (ret)
			return ret;
	}
	return check_filters(ec2, lister);
}

int ec2_lister_end(struct ec2 *ec2, const struct ec2_lister *lister, char **next_token)
{
	if (!lister->more)
		return 0;
	if (asprintf(next_token, "ec2n%016llx", (unsigned long long)lister->last) >= 0)
		return 0;
	*next_token = NULL;
	return ec2_fail_errno(ec2, -ENOMEM, "The answer");
}
