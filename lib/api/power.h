/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Launching, and the power button. */
#ifndef EC2_API_POWER_H
#define EC2_API_POWER_H

#include "api/type.h"
#include "store/intent.h"

/*
 * How many instances of the type the host has room for, up to `wanted`; within a transaction.
 * InsufficientInstanceCapacity: not even `least`. Return: 0 or -errno.
 */
int ec2_capacity(struct ec2 *ec2, const struct ec2_type *type, int wanted, int least, int *room);

/* The module is there and may be used. Return: 0 or -errno with a text that says what to do. */
int ec2_check_module(struct ec2 *ec2);

/*
 * Launch an instance that is pending with a launch intent of this handle's, and remove the intent. When
 * it does not start it is over, and the error is set. Return: 0 or -errno.
 */
int ec2_launch_one(struct ec2 *ec2, const char *id);

/* Send the signal that a killed process meant to send, and remove its intent. Return: 0 or -errno. */
int ec2_finish_signal(struct ec2 *ec2, const struct ec2_intent *intent);

#endif
