/* SPDX-License-Identifier: GPL-2.0 */
/*
 * virtio-blk requests (virtio 1.2, section 5.2.6): from a chain to what is to be done. No I/O.
 *
 * Framing is the driver's choice: the first 16 bytes that the device reads are the header, the last
 * byte that it writes is the status, and all between is data.
 */
#ifndef EC2_REQUEST_H
#define EC2_REQUEST_H

#include <linux/types.h>

#include "virtq.h"

#define EC2_SECTOR_SHIFT 9
#define EC2_SECTOR_SIZE 512
/* DISCARD and WRITE_ZEROES: ranges in a request, and sectors in a range. */
#define EC2_MAX_RANGES 16
#define EC2_MAX_RANGE_SECTORS (1U << 22)

/* What the parser must know of the disk. */
struct ec2_geometry {
	u64 capacity; /* bytes */
	u32 block; /* logical block size, bytes */
	bool readonly;
	bool discard;
	bool zeroes;
};

struct ec2_range {
	u64 offset; /* bytes */
	u64 len;
	bool unmap;
};

struct ec2_parsed {
	u32 type; /* VIRTIO_BLK_T_* */
	int status; /* VIRTIO_BLK_S_*; other than OK: nothing to do but to say so */
	bool bad; /* the chain broke a rule of virtio-blk: counted as malformed */
	void __user *status_at;
	u64 offset; /* bytes; IN and OUT */
	u64 len; /* bytes of data; of the range sum for DISCARD and WRITE_ZEROES */
	struct iovec *iov; /* the data, inside chain->iov */
	u16 n_iov;
	u16 n_ranges;
};

/*
 * Take a chain apart. `ranges` has room for EC2_MAX_RANGES. EPROTO: there is nowhere to put a
 * status.
 */
int ec2_request_parse(struct ec2_chain *chain, const struct ec2_geometry *geo,
		      struct ec2_range *ranges, struct ec2_parsed *parsed);

#endif
