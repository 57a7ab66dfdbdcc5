/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bound queue and its requests.
 *
 * A request is named by the head of its chain, so that there is one struct for each and none is
 * allocated while serving. It is in flight from the moment that it is taken from the ring until its
 * answer is in the used ring (or would be, when nobody wants it any more).
 *
 * Ends of a queue: EC2_QUEUE_STOPPING waits for requests in flight (reset, eject); EC2_QUEUE_DEAD
 * does not (the VM is gone): completions then wake a work item in place of a thread. Either way the
 * last step is ec2_queue_free(), after an RCU grace period, because a completion still looks at the
 * queue after it has handed its request over.
 */
#ifndef EC2_QUEUE_H
#define EC2_QUEUE_H

#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "blk.h"
#include "disk.h"
#include "request.h"
#include "virtq.h"

/* Who serves. */
enum ec2_how {
	EC2_HOW_INLINE = 0, /* must not wait */
	EC2_HOW_LENT = 1,
	EC2_HOW_SLOW = 2,
};

#define EC2_RQ_IOVS 8 /* more are allocated */

struct ec2_bounce;

struct ec2_rq {
	struct kiocb kiocb;
	struct iov_iter iter;
	struct ec2_queue *queue;
	struct list_head node; /* of one of the queue's lists, under its lock */
	struct llist_node done; /* of queue->done */
	long result; /* of the last submission */
	void __user *status_at;
	u32 type;
	u16 n_iov;
	u16 n_ranges;
	bool busy;
	bool nowait; /* the last submission was IOCB_NOWAIT */
	bool started_write; /* holds the file system's freeze protection */
	/*
	 * The slow thread submits without the queue's lock, and file systems look at kiocb and iter
	 * after they have queued them: so submitter and completion meet, and the later one hands over.
	 */
	bool met;
	u8 how; /* who submitted it last */
	u64 offset; /* bytes; this and len stay as they were asked for */
	u64 len;
	u64 finished; /* bytes */
	u64 since; /* ns: it waits for a token bucket since then */
	struct iovec *iov; /* fast_iov or allocated */
	struct ec2_range *ranges; /* allocated */
	struct ec2_bounce *bounce;
	struct iovec fast_iov[EC2_RQ_IOVS];
};

enum ec2_queue_state {
	EC2_QUEUE_LIVE,
	EC2_QUEUE_STOPPING,
	EC2_QUEUE_DEAD,
};

struct ec2_queue {
	/* fixed while bound */
	struct ec2_disk *disk; /* a reference */
	struct ec2_vm *vm; /* none; not followed once the queue is dead */
	u32 index; /* in ec2_blk_vm.vq */
	struct eventfd_ctx *irq; /* or NULL */
	struct ec2_disk_count *count;

	/* completions that came while nobody, or somebody else, served */
	struct llist_head done;
	struct task_struct *server; /* who serves now, and looks at done before it leaves */
	enum ec2_queue_state state; /* written under the lock */
	wait_queue_head_t idle; /* STOPPING: a completion came */

	/* under ec2_blk_vq.lock, this and all below */
	struct ec2_virtq vq;
	u32 inflight;
	u64 unshown; /* bytes of requests that were pushed and not shown */
	struct list_head local; /* completed in the server's own context */
	struct list_head handed; /* for the fast lent thread */
	struct list_head slow; /* for the slow one */
	struct list_head throttled; /* for tokens */
	bool disk_put; /* the disk is let go, all is answered by errors */
	struct hrtimer timer; /* when to ask for tokens again */
	struct ec2_chain chain; /* scratch */
	struct ec2_range ranges[EC2_MAX_RANGES]; /* scratch */

	struct work_struct reap;
	struct rcu_work free;
	struct ec2_rq rq[]; /* by head */
};

/* ---- queue.c ---- */

/* A request is done, from any context but the server's own. */
void ec2_queue_done(struct ec2_queue *q, struct ec2_rq *rq);
/* Give back what a request holds beside itself, and let its head be used again. */
void ec2_rq_end(struct ec2_queue *q, struct ec2_rq *rq);
/* Unbind the queue, and wait for what is in flight. EINTR: killed; it ends by itself then. */
int ec2_queue_stop(struct ec2_vm *vm, u32 index);

/* ---- serve.c ---- */

/* Answer what completed. Under the queue's lock. */
void ec2_queue_drain(struct ec2_queue *q);
/* Serve a queue until there is nothing to do, or the budget is used up. */
void ec2_queue_serve(struct ec2_vm *vm, u32 index, enum ec2_how how);
/* Do what is for the slow thread. */
void ec2_queue_serve_slow(struct ec2_vm *vm, u32 index);

/* ---- lend.c ---- */

/* Let a lent thread look at a queue; the other role stands in where one is not lent. */
void ec2_lent_wake(struct ec2_vm *vm, u32 index, enum ec2_lend_role role);
bool ec2_lent_there(const struct ec2_vm *vm, enum ec2_lend_role role);

#endif
