// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * diskq VERB FILE SEED N: a disk of the module, driven without a guest. Bit 0 of the seed turns EVENT_IDX
 * on, bit 1 indirect descriptors; what N counts is the verb's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

static const struct verb {
	const char *name;
	void (*run)(struct machine *m, int n);
	bool readonly;
	bool no_vm; /* the verb makes its own */
} verbs[] = {
	{"rounds", test_rounds, false, false},	   {"failing", test_failing, false, false},
	{"flaky", test_flaky, false, false},	   {"malformed", test_malformed, false, false},
	{"effects", test_effects, false, false},   {"readonly", test_readonly, true, false},
	{"limits", test_limits, false, false},	   {"resize", test_resize, false, false},
	{"detach", test_detach, false, false},	   {"churn", test_churn, false, false},
	{"killed", test_killed, false, true},	   {"hold", test_hold, false, false},
	{"full", test_full, false, false},
};

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct verb *verb = argc == 5 ? find(argv[1]) : NULL;
	unsigned int seed;
	struct machine m;
	char id[32];

	if (!verb) {
		fprintf(stderr, "usage: diskq VERB FILE SEED N\n");
		return 2;
	}
	seed = atoi(argv[3]);
	rnd_seed(seed);
	snprintf(id, sizeof(id), "i-%017x", seed);
	machine_make(&m, id, argv[2], verb->readonly);
	if (!verb->no_vm) {
		machine_start(&m, seed & 1, seed & 2);
		machine_lend(&m);
	}
	verb->run(&m, atoi(argv[4]));
	return failures ? 1 : 0;
}
