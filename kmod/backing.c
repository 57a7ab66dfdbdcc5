// SPDX-License-Identifier: GPL-2.0
/*
 * A request is called on the backing file as io_uring does it: the file's own read_iter or
 * write_iter with a kiocb over the guest's user addresses, so that the block layer finds and holds
 * the guest's pages.
 */
#include <linux/blkdev.h>
#include <linux/bvec.h>
#include <linux/falloc.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/virtio_blk.h>

#include "backing.h"

/* Bounced in one piece up to this; what is longer goes through the page cache. */
#define BOUNCE_MAX SZ_1M

struct ec2_bounce {
	u32 n;
	struct bio_vec bv[];
};

/* ---- the file ---- */

u64 ec2_backing_capacity(const struct ec2_disk *disk)
{
	u64 size = i_size_read(disk->file->f_mapping->host);

	return size - size % disk->geo.block;
}

/* Direct I/O's alignment of a regular file, as the file system tells it or as its device has it. */
static void file_alignment(struct ec2_disk *disk)
{
	struct super_block *sb = file_inode(disk->file)->i_sb;
	struct kstat stat = {};

	if (!(disk->file->f_mode & FMODE_CAN_ODIRECT))
		return;
	if (!vfs_getattr(&disk->file->f_path, &stat, STATX_DIOALIGN, AT_STATX_SYNC_AS_STAT) &&
	    (stat.result_mask & STATX_DIOALIGN)) {
		disk->dio_block = stat.dio_offset_align;
		disk->dio_mem = stat.dio_mem_align;
	} else if (sb->s_bdev) {
		disk->dio_block = bdev_logical_block_size(sb->s_bdev);
		disk->dio_mem = max_t(u32, disk->dio_block, bdev_dma_alignment(sb->s_bdev) + 1);
	} else {
		disk->dio_block = PAGE_SIZE;
		disk->dio_mem = PAGE_SIZE;
	}
}

static void open_file(struct ec2_disk *disk)
{
	struct super_block *sb = file_inode(disk->file)->i_sb;

	file_alignment(disk);
	/* An image may have any partition table: 512, and what is not aligned goes the slow way. */
	disk->geo.block = EC2_SECTOR_SIZE;
	disk->physical_block = clamp_t(u32, disk->dio_block, EC2_SECTOR_SIZE, PAGE_SIZE);
	disk->nowait = disk->dio_block && (disk->file->f_mode & FMODE_NOWAIT) && sb->s_bdev &&
		       bdev_nowait(sb->s_bdev);
	if (disk->file->f_op->fallocate && !disk->geo.readonly) {
		disk->geo.discard = true;
		disk->geo.zeroes = true;
	}
}

static void open_bdev(struct ec2_disk *disk)
{
	struct block_device *bdev = I_BDEV(disk->file->f_mapping->host);

	disk->bdev = bdev;
	disk->geo.block = bdev_logical_block_size(bdev);
	disk->physical_block = bdev_physical_block_size(bdev);
	disk->dio_block = disk->geo.block;
	disk->dio_mem = bdev_dma_alignment(bdev) + 1;
	disk->nowait = (disk->file->f_mode & FMODE_NOWAIT) && bdev_nowait(bdev);
	disk->no_flush = !bdev_write_cache(bdev);
	disk->geo.discard = !disk->geo.readonly && bdev_max_discard_sectors(bdev);
	disk->geo.zeroes = !disk->geo.readonly;
}

int ec2_backing_open(struct ec2_disk *disk, struct file *file, bool readonly)
{
	struct inode *inode = file_inode(file);

	if (!S_ISREG(inode->i_mode) && !S_ISBLK(inode->i_mode))
		return -EOPNOTSUPP;
	if (!file->f_op->read_iter || !file->f_op->write_iter)
		return -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_READ) || (!readonly && !(file->f_mode & FMODE_WRITE)))
		return -EACCES;
	disk->file = file;
	disk->geo.readonly = readonly;
	if (S_ISBLK(inode->i_mode))
		open_bdev(disk);
	else
		open_file(disk);
	disk->geo.capacity = ec2_backing_capacity(disk);
	return disk->geo.capacity ? 0 : -EINVAL;
}

enum ec2_route ec2_backing_route(const struct ec2_rq *rq)
{
	const struct ec2_disk *disk = rq->queue->disk;
	unsigned long mem = 0, len = 0;
	u16 i;

	if (unlikely(!disk->dio_block) || ((rq->offset | rq->len) & (disk->dio_block - 1)))
		return EC2_ROUTE_BUFFERED;
	for (i = 0; i < rq->n_iov; i++) {
		mem |= (unsigned long)rq->iov[i].iov_base;
		len |= rq->iov[i].iov_len;
	}
	if (likely(!(mem & (disk->dio_mem - 1)) && !(len & (disk->dio_block - 1))))
		return EC2_ROUTE_DIRECT;
	return rq->len > BOUNCE_MAX ? EC2_ROUTE_BUFFERED : EC2_ROUTE_BOUNCE;
}

/* ---- bouncing ---- */

void ec2_bounce_free(struct ec2_rq *rq)
{
	struct ec2_bounce *b = rq->bounce;
	u32 i;

	rq->bounce = NULL;
	for (i = 0; i < b->n; i++)
		__free_page(b->bv[i].bv_page);
	kvfree(b);
}

static void guest_iter(struct ec2_rq *rq, struct iov_iter *iter, unsigned int direction)
{
	if (rq->n_iov == 1)
		iov_iter_ubuf(iter, direction, rq->iov[0].iov_base, rq->len);
	else
		iov_iter_init(iter, direction, rq->iov, rq->n_iov, rq->len);
}

static int bounce_make(struct ec2_rq *rq)
{
	u32 n = DIV_ROUND_UP(rq->len, PAGE_SIZE);
	struct ec2_bounce *b = kvzalloc(struct_size(b, bv, n), GFP_KERNEL_ACCOUNT);
	struct iov_iter guest;
	u64 left = rq->len;

	if (!b)
		return -ENOMEM;
	rq->bounce = b;
	guest_iter(rq, &guest, WRITE);
	for (; b->n < n; b->n++) {
		u32 part = min_t(u64, left, PAGE_SIZE);
		struct page *page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);

		if (!page)
			return -ENOMEM;
		b->bv[b->n].bv_page = page;
		b->bv[b->n].bv_len = part;
		left -= part;
		if (rq->type == VIRTIO_BLK_T_OUT &&
		    copy_page_from_iter(page, 0, part, &guest) != part) {
			b->n++;
			return -EFAULT;
		}
	}
	return 0;
}

int ec2_bounce_finish(struct ec2_rq *rq)
{
	struct ec2_bounce *b = rq->bounce;
	struct iov_iter guest;
	u32 i;

	guest_iter(rq, &guest, READ);
	for (i = 0; i < b->n; i++)
		if (copy_page_to_iter(b->bv[i].bv_page, 0, b->bv[i].bv_len, &guest) !=
		    b->bv[i].bv_len)
			return -EFAULT;
	return 0;
}

/* ---- reads and writes ---- */

static void freeze_end(struct ec2_rq *rq)
{
	struct super_block *sb;

	/* Nor is there a file when not even the bounce pages could be had. */
	if (!rq->started_write)
		return;
	rq->started_write = false;
	sb = file_inode(rq->kiocb.ki_filp)->i_sb;
	__sb_writers_acquired(sb, SB_FREEZE_WRITE);
	sb_end_write(sb);
}

/*
 * A frozen file system would hold us until it thaws, and a kill must pass: so only try, and the slow
 * thread tries again until somebody wants it elsewhere.
 */
static int freeze_start(struct ec2_rq *rq, enum ec2_how how)
{
	struct super_block *sb = file_inode(rq->kiocb.ki_filp)->i_sb;

	while (!sb_start_write_trylock(sb)) {
		if (how != EC2_HOW_SLOW)
			return -EAGAIN;
		if (schedule_timeout_interruptible(HZ / 20) && signal_pending(current))
			return -EINTR;
	}
	/* The completion may be in another context: lockdep is told that we let go here. */
	__sb_writers_release(sb, SB_FREEZE_WRITE);
	rq->started_write = true;
	return 0;
}

/* From any context; in the server's own it costs no atomic. */
static void backing_done(struct kiocb *kiocb, long result)
{
	struct ec2_rq *rq = container_of(kiocb, struct ec2_rq, kiocb);
	struct ec2_queue *q = rq->queue;

	freeze_end(rq);
	rq->result = result;
	if (rq->how == EC2_HOW_SLOW && !xchg(&rq->met, true))
		return;
	if (READ_ONCE(q->server) == current && in_task())
		list_add_tail(&rq->node, &q->local);
	else
		ec2_queue_done(q, rq);
}

static int prepare(struct ec2_rq *rq, enum ec2_how how, bool nowait, enum ec2_route route)
{
	struct ec2_disk *disk = rq->queue->disk;
	bool write = rq->type == VIRTIO_BLK_T_OUT;
	int flags = disk->file->f_iocb_flags & (IOCB_DSYNC | IOCB_SYNC);
	int ret = 0;

	if (route == EC2_ROUTE_BOUNCE && !rq->bounce)
		ret = bounce_make(rq);
	if (ret)
		return ret;
	if (rq->bounce)
		iov_iter_bvec(&rq->iter, write ? WRITE : READ, rq->bounce->bv, rq->bounce->n,
			      rq->len);
	else
		guest_iter(rq, &rq->iter, write ? WRITE : READ);
	if (rq->finished)
		iov_iter_advance(&rq->iter, rq->finished);

	if (route != EC2_ROUTE_BUFFERED)
		flags |= IOCB_DIRECT;
	if (nowait)
		flags |= IOCB_NOWAIT;
	if (write)
		flags |= IOCB_WRITE;
	rq->kiocb = (struct kiocb){
		.ki_filp = disk->file,
		.ki_pos = rq->offset + rq->finished,
		.ki_complete = route == EC2_ROUTE_BUFFERED ? NULL : backing_done,
		.ki_flags = flags,
		.ki_ioprio = get_current_ioprio(),
	};
	rq->nowait = nowait;
	if (write && !disk->bdev)
		ret = freeze_start(rq, how);
	return ret;
}

void ec2_backing_submit(struct ec2_rq *rq, enum ec2_how how, bool nowait)
{
	enum ec2_route route = ec2_backing_route(rq);
	struct file *file = rq->queue->disk->file;
	ssize_t ret;

	/* The rest after a short transfer may begin anywhere. */
	if (rq->finished)
		route = EC2_ROUTE_BUFFERED;
	rq->how = how;
	rq->met = false;
	ret = prepare(rq, how, nowait, route);
	if (ret == -EAGAIN)
		rq->nowait = true;
	if (!ret && rq->type == VIRTIO_BLK_T_OUT)
		ret = file->f_op->write_iter(&rq->kiocb, &rq->iter);
	else if (!ret)
		ret = file->f_op->read_iter(&rq->kiocb, &rq->iter);
	if (ret == -EIOCBQUEUED) {
		if (how == EC2_HOW_SLOW && xchg(&rq->met, true))
			ec2_queue_done(rq->queue, rq);
		return;
	}
	rq->met = true;
	/* Nobody restarts a disk's request. */
	if (ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
	    ret == -ERESTART_RESTARTBLOCK)
		ret = -EINTR;
	backing_done(&rq->kiocb, ret);
}

/* ---- flush, discard, write zeroes ---- */

/* Ranges go in pieces, as far as to the next multiple of this: a kill waits for one at most. */
#define RANGE_PIECE SZ_64M

static int bdev_range(struct block_device *bdev, struct address_space *mapping, u32 type,
		      const struct ec2_range *r)
{
	sector_t sector = r->offset >> SECTOR_SHIFT;
	sector_t sectors = r->len >> SECTOR_SHIFT;
	int ret;

	if (type == VIRTIO_BLK_T_DISCARD)
		ret = blkdev_issue_discard(bdev, sector, sectors, GFP_KERNEL);
	else
		ret = blkdev_issue_zeroout(bdev, sector, sectors, GFP_KERNEL,
					   r->unmap ? 0 : BLKDEV_ZERO_NOUNMAP);
	/* Buffered readers of the device on the host. */
	if (!ret)
		invalidate_inode_pages2_range(mapping, r->offset >> PAGE_SHIFT,
					      (r->offset + r->len - 1) >> PAGE_SHIFT);
	return ret;
}

static int file_range(struct file *file, u32 type, const struct ec2_range *r)
{
	int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int ret;

	if (type == VIRTIO_BLK_T_WRITE_ZEROES && !r->unmap) {
		ret = vfs_fallocate(file, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, r->offset,
				    r->len);
		if (ret != -EOPNOTSUPP)
			return ret;
	}
	/* A hole reads as zeroes too; the space was not promised to stay. */
	return vfs_fallocate(file, punch, r->offset, r->len);
}

static int range_in_pieces(struct ec2_disk *disk, u32 type, const struct ec2_range *r)
{
	struct ec2_range piece = *r;
	u64 left = r->len;
	int ret;

	for (; left; left -= piece.len, piece.offset += piece.len) {
		if (fatal_signal_pending(current))
			return -EINTR;
		piece.len = min_t(u64, left, RANGE_PIECE - piece.offset % RANGE_PIECE);
		if (disk->bdev)
			ret = bdev_range(disk->bdev, disk->file->f_mapping, type, &piece);
		else
			ret = file_range(disk->file, type, &piece);
		if (ret)
			return ret;
	}
	return 0;
}

int ec2_backing_control(struct ec2_rq *rq)
{
	struct ec2_disk *disk = rq->queue->disk;
	int ret = 0;
	u16 i;

	if (rq->type == VIRTIO_BLK_T_FLUSH)
		return vfs_fsync(disk->file, 1);
	for (i = 0; i < rq->n_ranges && !ret; i++)
		ret = range_in_pieces(disk, rq->type, &rq->ranges[i]);
	return ret;
}
