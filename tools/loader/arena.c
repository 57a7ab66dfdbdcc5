// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "config.h"

struct ld_chunk {
	struct ld_chunk *next;
	size_t size, used;
	_Alignas(16) char data[];
};

void *ld_alloc(struct ld_arena *a, size_t size)
{
	struct ld_chunk *c = a->chunks;
	size_t want = (size + 15) & ~(size_t)15, chunk;
	void *p;

	if (size > LD_MAX_MEMORY || want > LD_MAX_MEMORY - a->used)
		return NULL;
	if (!c || c->size - c->used < want) {
		chunk = want > 16384 ? want : 16384;
		c = calloc(1, sizeof(*c) + chunk);
		if (!c)
			return NULL;
		c->size = chunk;
		c->next = a->chunks;
		a->chunks = c;
	}
	p = c->data + c->used;
	c->used += want;
	a->used += want;
	return p;
}

char *ld_strndup(struct ld_arena *a, const char *s, size_t n)
{
	char *p = ld_alloc(a, n + 1);

	if (p)
		memcpy(p, s, n);
	return p;
}

char *ld_join(struct ld_arena *a, const char *x, const char *y, const char *z)
{
	size_t nx = strlen(x), ny = strlen(y), nz = strlen(z);
	char *p = ld_alloc(a, nx + ny + nz + 1);

	if (!p)
		return NULL;
	memcpy(p, x, nx);
	memcpy(p + nx, y, ny);
	memcpy(p + nx + ny, z, nz);
	return p;
}

void ld_free(struct ld_arena *a)
{
	struct ld_chunk *c = a->chunks, *next;

	for (; c; c = next) {
		next = c->next;
		free(c);
	}
	a->chunks = NULL;
	a->used = 0;
}
