// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <guest.h>

struct fake_guest fake_guest;

int fake_guest_start(void)
{
	fake_guest = (struct fake_guest){};
	fake_guest.memory = vzalloc(FAKE_GUEST_SIZE);
	fake_guest.seen = vzalloc(FAKE_GUEST_SIZE);
	return fake_guest.memory && fake_guest.seen ? 0 : -ENOMEM;
}

void fake_guest_stop(void)
{
	vfree(fake_guest.memory);
	vfree(fake_guest.seen);
	fake_guest = (struct fake_guest){};
}

void fake_guest_forget(void)
{
	memset(fake_guest.seen, 0, FAKE_GUEST_SIZE);
	fake_guest.again = 0;
}

static bool within(unsigned long at, u64 len, unsigned long base, u64 size)
{
	return at >= base && at - base < size && len <= size - (at - base);
}

static bool backed(const void __user *at, u64 len)
{
	return within((unsigned long)at, len, (unsigned long)fake_guest.memory, FAKE_GUEST_SIZE);
}

bool fake_guest_has(const void __user *at, u64 len)
{
	return backed(at, len) ||
	       within((unsigned long)at, len, (unsigned long)FAKE_VAST, FAKE_VAST_SIZE);
}

/* True: the memory is there. */
static bool access(const void __user *at, size_t len)
{
	if (!fake_guest_has(at, len)) {
		fake_guest.outside++;
		return false;
	}
	if (fake_guest.fail_after && !--fake_guest.fail_after) {
		fake_guest.fail_after = 1; /* and so do all that follow */
		return false;
	}
	return backed(at, len);
}

static void meanwhile(void)
{
	if (fake_guest.meanwhile)
		fake_guest.meanwhile();
}

int ec2_guest_read(void *to, const void __user *from, size_t len)
{
	u8 *seen;
	size_t i;

	if (!access(from, len))
		return -EFAULT;
	memcpy(to, (__force const void *)from, len);
	seen = fake_guest.seen + ((__force const u8 *)from - fake_guest.memory);
	for (i = 0; i < len; i++) {
		fake_guest.again += seen[i];
		seen[i] = 1;
	}
	meanwhile();
	return 0;
}

int ec2_guest_write(void __user *to, const void *from, size_t len)
{
	if (!access(to, len))
		return -EFAULT;
	memcpy((__force void *)to, from, len);
	fake_guest.written += len;
	meanwhile();
	return 0;
}
