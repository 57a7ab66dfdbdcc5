/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Intents: what a process has begun and not finished. An intent is written in the transaction that
 * begins the work and removed in the one that ends it. It carries its owner, a file in the run
 * directory that the process holds locked: a free lock means a killed process, and whoever opens the
 * region next takes the intent over.
 */
#ifndef EC2_STORE_INTENT_H
#define EC2_STORE_INTENT_H

#include "store/db.h"

#define EC2_INTENT_LAUNCH "launch" /* an instance is being launched: pending */
#define EC2_INTENT_SIGNAL \
	"signal" /* stopping, shutting-down, reboot; argument: signal | flags << 8 */
#define EC2_INTENT_IMAGE "image" /* an image's file is being made */

struct ec2_intent {
	int64_t seq;
	char kind[16];
	char resource[40]; /* EC2_ID_SIZE */
	char owner[64];
	int64_t argument;
};

/* Make this handle an owner; outside of transactions, before the first intent. */
int ec2_owner_take(struct ec2 *ec2);
/* Let go of the ownership, when the handle closes. */
void ec2_owner_drop(struct ec2 *ec2);
/* 1: that owner lives; 0: it does not; -errno. */
int ec2_owner_alive(struct ec2 *ec2, const char *owner);
/* Remove owner files that no process holds. */
int ec2_owners_sweep(struct ec2 *ec2);

/* Within a transaction. */
int ec2_intent_add(struct ec2 *ec2, const char *kind, const char *resource, int64_t argument);
/* All intents of that kind and resource that are this handle's. */
int ec2_intent_done(struct ec2 *ec2, const char *kind, const char *resource);
/* 1: a living process has an intent of that kind (NULL: any) for the resource; 0; -errno. */
int ec2_intent_pending(struct ec2 *ec2, const char *kind, const char *resource);

/* Outside of transactions: take over one intent of a dead owner. Return: 1, 0 = there is none, -errno. */
int ec2_intent_claim(struct ec2 *ec2, struct ec2_intent *intent);

#endif
