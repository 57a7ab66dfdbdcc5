// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "throttle.h"

/* Buckets other than credits hold this part of a second. */
#define BURST_DIVISOR 10
/* Tokens that one request takes at most: levels stay far from the ends of 64 bits. */
#define MAX_TAKE (1ULL << 60)
/* Ask again at least this often, since limits change meanwhile. */
#define MAX_WAIT (NSEC_PER_SEC / 2)

static void bucket_set(struct ec2_bucket *b, u64 rate, u64 size, u64 now)
{
	b->rate = rate;
	b->size = max_t(u64, size, 1);
	b->level = b->size;
	b->last = now;
}

/*
 * Whole tokens only; `last` moves by the time that they stand for, so that nothing is lost to
 * rounding however often it is called.
 */
static void bucket_fill(struct ec2_bucket *b, u64 now)
{
	u64 elapsed, room, tokens;

	if (!b->rate || now <= b->last)
		return;
	elapsed = now - b->last;
	room = b->size - b->level;
	/* More seconds than it takes to fill: their product need not be within 64 bits. */
	if (div64_u64(elapsed, NSEC_PER_SEC) > div64_u64(room, b->rate))
		tokens = room;
	else
		tokens = mul_u64_u64_div_u64(elapsed, b->rate, NSEC_PER_SEC);
	if (tokens >= room) {
		b->level = b->size;
		b->last = now;
		return;
	}
	b->level += tokens;
	b->last += mul_u64_u64_div_u64(tokens, NSEC_PER_SEC, b->rate);
}

/* ns until the level is above zero, or MAX_WAIT. */
static u64 bucket_wait(const struct ec2_bucket *b)
{
	u64 missing = 1 - b->level;

	if (!b->rate || b->level > 0)
		return 0;
	/* A second or more: a quotient of more than 64 bits is a fault on x86. */
	if (missing >= b->rate)
		return MAX_WAIT;
	return min_t(u64, mul_u64_u64_div_u64(missing, NSEC_PER_SEC, b->rate) + 1, MAX_WAIT);
}

static void bucket_take(struct ec2_bucket *b, u64 tokens)
{
	if (b->rate)
		b->level -= tokens;
}

static int limit_check(const struct ec2_throttle_limit *l)
{
	bool burst = l->burst_iops || l->burst_credits;

	if (l->iops > EC2_THROTTLE_MAX_IOPS || l->burst_iops > EC2_THROTTLE_MAX_IOPS ||
	    l->bytes_per_second > EC2_THROTTLE_MAX_BYTES ||
	    l->burst_credits > EC2_THROTTLE_MAX_CREDITS)
		return -EINVAL;
	if (burst && (!l->burst_iops || !l->burst_credits || !l->iops || l->burst_iops < l->iops))
		return -EINVAL;
	return 0;
}

int ec2_throttle_set(struct ec2_throttle *t, const struct ec2_throttle_limit *limit, u64 now)
{
	u64 rate = limit->burst_iops ?: limit->iops;
	bool had_credit = t->credit.rate;
	s64 credits;
	int ret = limit_check(limit);

	if (ret)
		return ret;
	bucket_fill(&t->credit, now);
	credits = t->credit.level;

	bucket_set(&t->ops, rate, rate / BURST_DIVISOR, now);
	bucket_set(&t->bytes, limit->bytes_per_second, limit->bytes_per_second / BURST_DIVISOR,
		   now);
	bucket_set(&t->credit, limit->burst_credits ? limit->iops : 0, limit->burst_credits, now);
	if (had_credit)
		t->credit.level = min(t->credit.level, credits);
	t->limited = rate || limit->bytes_per_second;
	return 0;
}

u64 ec2_throttle_take(struct ec2_throttle *t, u64 bytes, u64 now)
{
	u64 ops, wait;

	if (!t->limited)
		return 0;
	bucket_fill(&t->ops, now);
	bucket_fill(&t->bytes, now);
	bucket_fill(&t->credit, now);
	wait = max3(bucket_wait(&t->ops), bucket_wait(&t->bytes), bucket_wait(&t->credit));
	if (wait)
		return wait;
	bytes = min_t(u64, bytes, MAX_TAKE);
	ops = max_t(u64, DIV_ROUND_UP_ULL(bytes, EC2_THROTTLE_IO_BYTES), 1);
	bucket_take(&t->ops, ops);
	bucket_take(&t->bytes, bytes);
	bucket_take(&t->credit, ops);
	return 0;
}
