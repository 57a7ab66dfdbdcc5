/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access to guest memory, in a thread that has the VM's mm; include it as <guest.h>, so that the
 * unit tests can put theirs, over kernel memory, before it.
 *
 * Whatever the guest can write may change between two reads: read it once and check the copy. Ring
 * indices and flags need accesses that cannot tear, which copy_from_user() of two bytes does not give.
 * All return 0 or -EFAULT.
 */
#ifndef EC2_GUEST_H
#define EC2_GUEST_H

#include <linux/uaccess.h>

/* Naturally aligned little-endian fields; the virtio 1 order on every machine. */
static inline int ec2_guest_get16(u16 *value, const void __user *at)
{
	__le16 le;

	if (get_user(le, (const __le16 __user *)at))
		return -EFAULT;
	*value = le16_to_cpu(le);
	return 0;
}

static inline int ec2_guest_put16(u16 value, void __user *at)
{
	return put_user(cpu_to_le16(value), (__le16 __user *)at);
}

static inline int ec2_guest_put8(u8 value, void __user *at)
{
	return put_user(value, (u8 __user *)at);
}

/* Sixteen bytes, eight-byte aligned: a descriptor, which a copy of unknown width would cost more. */
static inline int ec2_guest_get_desc(u64 desc[2], const void __user *at)
{
	const u64 __user *from = at;

	if (!user_access_begin(from, 16))
		return -EFAULT;
	unsafe_get_user(desc[0], from, fault);
	unsafe_get_user(desc[1], from + 1, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

/* Two 32-bit words, four-byte aligned: an element of the used ring. */
static inline int ec2_guest_put_used(u32 id, u32 len, void __user *at)
{
	__le32 __user *to = at;

	if (!user_access_begin(to, 8))
		return -EFAULT;
	unsafe_put_user(cpu_to_le32(id), to, fault);
	unsafe_put_user(cpu_to_le32(len), to + 1, fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

static inline int ec2_guest_read(void *to, const void __user *from, size_t len)
{
	return copy_from_user(to, from, len) ? -EFAULT : 0;
}

static inline int ec2_guest_write(void __user *to, const void *from, size_t len)
{
	return copy_to_user(to, from, len) ? -EFAULT : 0;
}

/* Is it an address of user space at all? */
static inline bool ec2_guest_ok(const void __user *at, size_t len)
{
	return access_ok(at, len);
}

#endif
