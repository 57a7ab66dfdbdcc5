// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "credit.h"
#include "limits.h"
#include "uapi/ec2ctl.h"

/* per_hour/1000 credits of 60e9 ns in 3600e9 ns: this is the divisor of elapsed * per_hour. */
#define EARN_DIVISOR 60000U
/* Longer steps are cut, so that products stay within 64 bits. */
#define MAX_STEP (3600ULL * 1000000000)
#define MAX_PER_HOUR 4000000U
#define MAX_CAP 1000000U

int ec2_credit_init(struct ec2_credit *c, const struct ec2_instance_create *args)
{
	if (!args->credits_per_hour || args->credits_per_hour > MAX_PER_HOUR)
		return -EINVAL;
	if (!args->baseline || args->baseline > 1000)
		return -EINVAL;
	if (args->credit_cap > MAX_CAP || args->credit_balance > args->credit_cap * 1000ULL)
		return -EINVAL;
	memset(c, 0, sizeof(*c));
	c->per_hour = args->credits_per_hour;
	c->baseline = args->baseline;
	c->vcpus = args->vcpus;
	c->unlimited = args->flags & EC2_INSTANCE_UNLIMITED;
	c->cap = args->credit_cap * EC2_CREDIT_NS;
	c->balance = args->credit_balance * EC2_MILLICREDIT_NS;
	c->throttled = !c->unlimited && !c->balance;
	return 0;
}

static u64 earn(struct ec2_credit *c, u64 elapsed)
{
	u64 product = elapsed * c->per_hour + c->remainder;
	u64 earned = div_u64(product, EARN_DIVISOR);

	c->remainder = product - earned * EARN_DIVISOR;
	return earned;
}

/* What is earned pays for what was used meanwhile, then the debt; beyond the cap it is lost. */
static void settle(struct ec2_credit *c, u64 earned, u64 used)
{
	u64 paid = min(used, earned);
	u64 repaid;

	earned -= paid;
	used -= paid;
	repaid = min(earned, c->debt);
	c->debt -= repaid;
	c->balance = min(c->cap, c->balance + earned - repaid);
	paid = min(used, c->balance);
	c->balance -= paid;
	if (!c->unlimited)
		return; /* the quota lags a period behind: that much is forgiven */
	c->debt += used - paid;
	c->surplus += used - paid;
}

void ec2_credit_update(struct ec2_credit *c, u64 elapsed, u64 used)
{
	u64 earned = 0, enough;

	for (; elapsed > MAX_STEP; elapsed -= MAX_STEP)
		earned += earn(c, MAX_STEP);
	earned += earn(c, elapsed);
	c->earned += earned;
	c->spent += used;
	settle(c, earned, used);
	if (c->unlimited)
		return;
	/* let go again only when there is a period's worth of full speed, or it would flutter */
	enough = min(c->cap, (u64)c->vcpus * EC2_CREDIT_PERIOD_MS * 1000000);
	if (!c->balance)
		c->throttled = true;
	else if (c->balance >= enough)
		c->throttled = false;
}

u64 ec2_credit_quota(const struct ec2_credit *c)
{
	return c->throttled ? (u64)c->vcpus * c->baseline * EC2_QUOTA_PERIOD_US / 1000 : 0;
}

u64 ec2_credit_milli(u64 ns)
{
	return div_u64(ns, EC2_MILLICREDIT_NS);
}
