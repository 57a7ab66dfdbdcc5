// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

static int bad;

bool verdict(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	bad += !ok;
	return ok;
}

bool gave(const char *what, long ret, int want)
{
	int got = ret < 0 ? errno : 0;

	if (got == want)
		return true;
	printf("# %s: %s, not %s\n", what, got ? strerrorname_np(got) : "success",
	       want ? strerrorname_np(want) : "success");
	return false;
}

void die(const char *format, ...)
{
	va_list args;

	printf("not ok - ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" # %s\n", strerror(errno));
	exit(1);
}

int verdicts(void)
{
	return bad;
}

static const struct {
	const char *name;
	void (*fn)(void);
} groups[] = {
	{"sizes", test_sizes}, {"control", test_control}, {"vm", test_vm},
	{"guest", test_guest}, {"end", test_end},	  {"rounds", test_rounds},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (argc < 2 || !strcmp(argv[1], groups[i].name))
			groups[i].fn();
	return verdicts() ? 1 : 0;
}
