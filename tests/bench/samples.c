// SPDX-License-Identifier: LGPL-2.1-or-later
/* Samples, their quantiles, and the rows of the result. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void add(struct samples *s, double v)
{
	if (s->n < MAX_SAMPLES)
		s->v[s->n++] = v;
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

/* The nearest rank: with few samples the p99 is the worst one. */
double quantile(const struct samples *s, double q)
{
	double v[MAX_SAMPLES];
	int i;

	if (!s->n)
		return 0;
	memcpy(v, s->v, sizeof(v[0]) * (size_t)s->n);
	qsort(v, (size_t)s->n, sizeof(v[0]), ascending);
	i = (int)(q * s->n);
	return v[i < s->n ? i : s->n - 1];
}

void row(const char *what, const char *unit, const struct samples *a, const struct samples *b,
	 double aim, bool at_least)
{
	double ma = quantile(a, 0.5), mb = quantile(b, 0.5), ratio;
	/* for rates the slow end is the low one */
	double tail = at_least ? 0.01 : 0.99;

	if (!a->n && !b->n) {
		printf("%-30s not measured\n", what);
		return;
	}
	ratio = mb > 0 ? ma / mb : 0;
	printf("%-30s %10.1f %10.1f   %10.1f %10.1f %-6s %6.2f", what, ma, quantile(a, tail), mb,
	       quantile(b, tail), unit, ratio);
	if (!a->n || !b->n)
		printf("   one side was not measured");
	else if (aim > 0 && (at_least ? ratio >= aim : ratio <= aim))
		printf("   aim %s %.2f: met", at_least ? "at least" : "at most", aim);
	else if (aim > 0)
		printf("   aim %s %.2f: missed by %.0f %%", at_least ? "at least" : "at most", aim,
		       100 * (at_least ? 1 - ratio / aim : ratio / aim - 1));
	printf("\n");
	fflush(stdout);
}
