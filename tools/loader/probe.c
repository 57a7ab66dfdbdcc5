// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which file system a partition holds, by its magic numbers; its UUID and label as GRUB writes them. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

struct format {
	enum ld_fs fs;
	uint32_t magic_at;
	const char *magic;
	uint32_t uuid_at; /* 16 bytes; 0: none */
	uint32_t label_at, label_size;
};

static const struct format formats[] = {
	{LD_FS_EXT, 0x438, "\x53\xef", 0x468, 0x478, 16},
	{LD_FS_XFS, 0, "XFSB", 32, 108, 12},
	{LD_FS_BTRFS, 0x10040, "_BHRfS_M", 0x10020, 0x1012b, 256},
	{LD_FS_LVM, 512, "LABELONE", 0, 0, 0},
	{LD_FS_LUKS, 0, "LUKS\xba\xbe", 0, 0, 0},
};

/* FAT's serial number stands at another place in FAT32. */
static const struct format fats[] = {
	{LD_FS_VFAT, 0x52, "FAT32", 0x43, 0x47, 11},
	{LD_FS_VFAT, 0x36, "FAT1", 0x27, 0x2b, 11},
};

static bool match(const uint8_t *d, size_t size, const struct format *f)
{
	size_t n = strlen(f->magic);

	return f->magic_at + n <= size && !memcmp(d + f->magic_at, f->magic, n);
}

static void label(const uint8_t *d, size_t size, const struct format *f, struct ld_probe *p)
{
	size_t n;

	if (!f->label_size || f->label_at + f->label_size > size)
		return;
	memcpy(p->label, d + f->label_at, f->label_size);
	p->label[f->label_size] = 0;
	n = strlen(p->label);
	while (n && p->label[n - 1] == ' ')
		p->label[--n] = 0;
}

static void uuid(const uint8_t *d, struct ld_probe *p)
{
	char *o = p->uuid;
	int i;

	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*o++ = '-';
		snprintf(o, 3, "%02x", d[i]);
		o += 2;
	}
}

void ld_probe(const void *data, size_t size, struct ld_probe *p)
{
	const uint8_t *d = data;
	size_t i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!match(d, size, &formats[i]))
			continue;
		p->fs = formats[i].fs;
		label(d, size, &formats[i], p);
		if (formats[i].uuid_at && formats[i].uuid_at + 16 <= size)
			uuid(d + formats[i].uuid_at, p);
		return;
	}
	if (size < 512 || d[510] != 0x55 || d[511] != 0xaa)
		return;
	for (i = 0; i < sizeof(fats) / sizeof(fats[0]); i++) {
		if (!match(d, size, &fats[i]))
			continue;
		p->fs = LD_FS_VFAT;
		label(d, size, &fats[i], p);
		d += fats[i].uuid_at;
		snprintf(p->uuid, sizeof(p->uuid), "%02X%02X-%02X%02X", d[3], d[2], d[1], d[0]);
		return;
	}
}
