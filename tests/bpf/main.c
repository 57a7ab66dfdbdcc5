// SPDX-License-Identifier: LGPL-2.1-or-later
/* bpf [PART…]: the tests of the BPF data path; parts as in the table, none: all. */
#include "bpf.h"

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"verdicts", test_verdicts},
	{"local", test_local},
	{"verifier", test_verifier},
	{"cost", test_cost},
	{"random", test_random},
	{"fuzz", test_fuzz},
	{"sockets", test_sockets},
	{"sweep", test_sweep},
	{"state", test_state},
};

static bool wanted(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	world_open();
	world_nics();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (wanted(argc, argv, parts[i].name)) {
			printf("# %s\n", parts[i].name);
			parts[i].run();
		}
	return 0;
}
