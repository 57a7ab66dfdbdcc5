/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of kmod/guest.h: a guest's memory that is a piece of the kernel's, and that watches how it
 * is used. An address that is not the guest's is never followed, but counted.
 */
#ifndef EC2_GUEST_H
#define EC2_GUEST_H

#include <asm/byteorder.h>
#include <linux/kernel.h>

#define FAKE_GUEST_SIZE 0x20000U
/* A range that is the guest's too, with nothing behind it: every access faults. */
#define FAKE_VAST_SIZE (1ULL << 33)
#define FAKE_VAST ((void __user *)(1UL << 46))

struct fake_guest {
	u8 *memory; /* FAKE_GUEST_SIZE bytes */
	u64 fail_after; /* accesses until they begin to fail; 0: never */
	u32 outside; /* accesses to what is not the guest's */
	u32 again; /* bytes that were read more than once since fake_guest_forget() */
	u32 written; /* bytes */
	u8 *seen; /* by byte: read, since fake_guest_forget() */
	/* the guest runs too: called after each access */
	void (*meanwhile)(void);
};
extern struct fake_guest fake_guest;

int fake_guest_start(void);
void fake_guest_stop(void);
/* Begin to count reads anew. */
void fake_guest_forget(void);
/* Is it the guest's own? */
bool fake_guest_has(const void __user *at, u64 len);

int ec2_guest_read(void *to, const void __user *from, size_t len);
int ec2_guest_write(void __user *to, const void *from, size_t len);

static inline bool ec2_guest_ok(const void __user *at, size_t len)
{
	return fake_guest_has(at, len);
}

static inline int ec2_guest_get16(u16 *value, const void __user *at)
{
	__le16 le;
	int ret = ec2_guest_read(&le, at, sizeof(le));

	*value = ret ? *value : le16_to_cpu(le);
	return ret;
}

static inline int ec2_guest_put16(u16 value, void __user *at)
{
	__le16 le = cpu_to_le16(value);

	return ec2_guest_write(at, &le, sizeof(le));
}

static inline int ec2_guest_put8(u8 value, void __user *at)
{
	return ec2_guest_write(at, &value, 1);
}

static inline int ec2_guest_get_desc(u64 desc[2], const void __user *at)
{
	return ec2_guest_read(desc, at, 16);
}

static inline int ec2_guest_put_used(u32 id, u32 len, void __user *at)
{
	__le32 le[2] = {cpu_to_le32(id), cpu_to_le32(len)};

	return ec2_guest_write(at, le, sizeof(le));
}

#endif
