// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/virtio_blk.h>

#include <guest.h>

#include "request.h"

struct header {
	u32 type;
	u64 sector;
};

/* Copy `len` bytes off the front of an iov; what is used up has length 0 afterwards. */
static int iov_take(struct iovec *iov, u16 n, void *to, size_t len)
{
	u16 i;

	for (i = 0; i < n && len; i++) {
		size_t part = min_t(size_t, len, iov[i].iov_len);

		if (part && ec2_guest_read(to, iov[i].iov_base, part))
			return -EFAULT;
		to += part;
		len -= part;
		iov[i].iov_base += part;
		iov[i].iov_len -= part;
	}
	return len ? -EPROTO : 0;
}

static int take_header(struct ec2_chain *chain, struct header *header)
{
	struct virtio_blk_outhdr raw;
	int ret;

	if (chain->out_len < sizeof(raw))
		return -EPROTO;
	ret = iov_take(chain->iov, chain->n_out, &raw, sizeof(raw));
	if (ret)
		return ret;
	chain->out_len -= sizeof(raw);
	header->type = le32_to_cpu((__force __le32)raw.type);
	header->sector = le64_to_cpu((__force __le64)raw.sector);
	return 0;
}

/* The last byte that the device may write; it is no data any more. */
static void __user *take_status(struct ec2_chain *chain)
{
	struct iovec *last;

	if (!chain->n_in || !chain->in_len)
		return NULL;
	last = &chain->iov[chain->n_out + chain->n_in - 1];
	if (!last->iov_len)
		return NULL;
	last->iov_len--;
	chain->in_len--;
	return last->iov_base + last->iov_len;
}

/* The data's part of an iov, without the emptied elements at its ends. */
static int set_data(struct ec2_parsed *p, struct iovec *iov, u16 n, u64 len)
{
	u16 i;

	while (n && !iov->iov_len) {
		iov++;
		n--;
	}
	while (n && !iov[n - 1].iov_len)
		n--;
	for (i = 0; i < n; i++)
		if (!iov[i].iov_len)
			return -EINVAL;
	p->iov = iov;
	p->n_iov = n;
	p->len = len;
	return 0;
}

static int answer(struct ec2_parsed *p, int status, bool bad)
{
	p->status = status;
	p->bad = bad;
	return 0;
}

static int parse_rw(struct ec2_chain *chain, const struct ec2_geometry *geo, u64 sector,
		    struct ec2_parsed *p, bool write)
{
	struct iovec *in = chain->iov + chain->n_out;
	int ret;

	if (write)
		ret = set_data(p, chain->iov, chain->n_out, chain->out_len);
	else
		ret = set_data(p, in, chain->n_in, chain->in_len);
	/* Data the wrong way round, none, or no whole blocks. */
	if (ret || (write ? chain->in_len : chain->out_len) || !p->len || p->len % geo->block)
		return answer(p, VIRTIO_BLK_S_IOERR, true);
	if (write && geo->readonly)
		return answer(p, VIRTIO_BLK_S_IOERR, false);
	if (p->len > MAX_RW_COUNT || p->len > geo->capacity ||
	    sector > (geo->capacity - p->len) >> EC2_SECTOR_SHIFT)
		return answer(p, VIRTIO_BLK_S_IOERR, false);
	p->offset = sector << EC2_SECTOR_SHIFT;
	if (p->offset % geo->block)
		return answer(p, VIRTIO_BLK_S_IOERR, true);
	return 0;
}

static int parse_range(const struct virtio_blk_discard_write_zeroes *raw,
		       const struct ec2_geometry *geo, bool zeroes, struct ec2_range *range)
{
	u64 sector = le64_to_cpu(raw->sector);
	u32 sectors = le32_to_cpu(raw->num_sectors);
	u32 flags = le32_to_cpu(raw->flags);
	u32 known = zeroes ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0;

	if (flags & ~known)
		return VIRTIO_BLK_S_UNSUPP;
	range->len = (u64)sectors << EC2_SECTOR_SHIFT;
	if (!sectors || sectors > EC2_MAX_RANGE_SECTORS || range->len > geo->capacity ||
	    sector > (geo->capacity - range->len) >> EC2_SECTOR_SHIFT)
		return VIRTIO_BLK_S_IOERR;
	range->offset = sector << EC2_SECTOR_SHIFT;
	range->unmap = !zeroes || (flags & VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
	if ((range->offset | range->len) % geo->block)
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

static int parse_ranges(struct ec2_chain *chain, const struct ec2_geometry *geo,
			struct ec2_range *ranges, struct ec2_parsed *p, bool zeroes)
{
	struct virtio_blk_discard_write_zeroes raw[EC2_MAX_RANGES];
	u64 len = chain->out_len, sum = 0;
	u16 i;

	if (zeroes ? !geo->zeroes : !geo->discard)
		return answer(p, VIRTIO_BLK_S_UNSUPP, false);
	if (chain->in_len || !len || len % sizeof(raw[0]) || len > sizeof(raw))
		return answer(p, VIRTIO_BLK_S_IOERR, true);
	if (geo->readonly)
		return answer(p, VIRTIO_BLK_S_IOERR, false);
	if (iov_take(chain->iov, chain->n_out, raw, len))
		return answer(p, VIRTIO_BLK_S_IOERR, true);
	p->n_ranges = len / sizeof(raw[0]);
	for (i = 0; i < p->n_ranges; i++) {
		int status = parse_range(&raw[i], geo, zeroes, &ranges[i]);

		if (status != VIRTIO_BLK_S_OK)
			return answer(p, status, false);
		sum += ranges[i].len;
	}
	p->len = sum;
	return 0;
}

int ec2_request_parse(struct ec2_chain *chain, const struct ec2_geometry *geo,
		      struct ec2_range *ranges, struct ec2_parsed *p)
{
	struct header header = {};
	int ret;

	p->type = 0;
	p->status = VIRTIO_BLK_S_OK;
	p->bad = false;
	p->offset = 0;
	p->len = 0;
	p->iov = NULL;
	p->n_iov = 0;
	p->n_ranges = 0;
	p->status_at = take_status(chain);
	if (!p->status_at)
		return -EPROTO;
	if (chain->bad)
		return answer(p, VIRTIO_BLK_S_IOERR, true);
	ret = take_header(chain, &header);
	if (ret)
		return answer(p, VIRTIO_BLK_S_IOERR, true);

	p->type = header.type;
	switch (header.type) {
	case VIRTIO_BLK_T_IN:
		return parse_rw(chain, geo, header.sector, p, false);
	case VIRTIO_BLK_T_OUT:
		return parse_rw(chain, geo, header.sector, p, true);
	case VIRTIO_BLK_T_FLUSH:
		return 0;
	case VIRTIO_BLK_T_GET_ID:
		if (set_data(p, chain->iov + chain->n_out, chain->n_in, chain->in_len) || !p->len)
			return answer(p, VIRTIO_BLK_S_IOERR, true);
		return 0;
	case VIRTIO_BLK_T_DISCARD:
		return parse_ranges(chain, geo, ranges, p, false);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return parse_ranges(chain, geo, ranges, p, true);
	default:
		return answer(p, VIRTIO_BLK_S_UNSUPP, false);
	}
}
