// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "throttle.h"

/* Buckets other than credits hold this part of a second. */
#define BURST_DIVISOR 10
/* A disk idle for longer gains no more: keeps products within 64 bits. */
#define MAX_ELAPSED (3600ULL * NSEC_PER_SEC)
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
	u64 elapsed, tokens;

	if (!b->rate || now <= b->last)
		return;
	elapsed = now - b->last;
	if (elapsed > MAX_ELAPSED) {
		b->last = now - MAX_ELAPSED;
		elapsed = MAX_ELAPSED;
	}
	tokens = mul_u64_u64_div_u64(elapsed, b->rate, NSEC_PER_SEC);
	if (b->level + (s64)tokens >= b->size) {
		b->level = b->size;
		b->last = now;
		return;
	}
	b->level += tokens;
	b->last += mul_u64_u64_div_u64(tokens, NSEC_PER_SEC, b->rate);
}

/* ns until the level is above zero. */
static u64 bucket_wait(const struct ec2_bucket *b)
{
	if (!b->rate || b->level > 0)
		return 0;
	return mul_u64_u64_div_u64(1 - b->level, NSEC_PER_SEC, b->rate) + 1;
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
	u64 ops = max_t(u64, DIV_ROUND_UP_ULL(bytes, EC2_THROTTLE_IO_BYTES), 1);
	u64 wait;

	if (!t->limited)
		return 0;
	bucket_fill(&t->ops, now);
	bucket_fill(&t->bytes, now);
	bucket_fill(&t->credit, now);
	wait = max3(bucket_wait(&t->ops), bucket_wait(&t->bytes), bucket_wait(&t->credit));
	if (wait)
		return min_t(u64, wait, MAX_WAIT);
	bucket_take(&t->ops, ops);
	bucket_take(&t->bytes, bytes);
	bucket_take(&t->credit, ops);
	return 0;
}
