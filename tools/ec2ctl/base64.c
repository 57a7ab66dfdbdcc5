// SPDX-License-Identifier: LGPL-2.1-or-later
/* Base 64 (RFC 4648), for user data and console output. */
#include "cli.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t size)
{
	const unsigned char *in = data;
	char *text = malloc((size + 2) / 3 * 4 + 1), *to = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t word = in[i] << 16;

		if (left > 1)
			word |= in[i + 1] << 8;
		if (left > 2)
			word |= in[i + 2];
		*to++ = digits[word >> 18];
		*to++ = digits[word >> 12 & 63];
		*to++ = left > 1 ? digits[word >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[word & 63] : '=';
	}
	*to = '\0';
	return text;
}

long base64_decode(const char *text, char **data)
{
	unsigned int bits = 0;
	uint32_t word = 0;
	char *to;

	*data = to = malloc(strlen(text) / 4 * 3 + 4);
	if (!to)
		return -1;
	for (; *text && *text != '='; text++) {
		const char *digit = strchr(digits, *text);

		if (isspace((unsigned char)*text))
			continue;
		if (!digit) {
			free(*data);
			*data = NULL;
			return -1;
		}
		word = word << 6 | (uint32_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*to++ = (char)(word >> bits);
		}
	}
	*to = '\0';
	return to - *data;
}
