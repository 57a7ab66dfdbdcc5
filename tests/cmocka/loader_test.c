// SPDX-License-Identifier: LGPL-2.1-or-later
/* The loader's reading of boot configurations: disks as tables of files, and what must boot. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/loader/config.h"
#include "tools/loader/script.h"

struct file {
	const char *dev, *path, *text;
};

#define MAX_FILES 16

struct disk {
	struct file files[MAX_FILES];
	/* partitions with a UUID or label */
	struct {
		const char *dev, *uuid, *label;
	} parts[4];
};

static const struct file *lookup(const struct disk *d, const char *dev, const char *path)
{
	int i;

	if (!strcmp(dev, "hd0,gpt1"))
		dev = "vda1";
	for (i = 0; i < MAX_FILES && d->files[i].path; i++)
		if (!strcmp(d->files[i].dev, dev) && !strcmp(d->files[i].path, path))
			return &d->files[i];
	return NULL;
}

static const char *disk_read(void *ctx, struct ld_arena *a, const char *dev, const char *path)
{
	const struct file *f = lookup(ctx, dev, path);

	return f ? ld_strndup(a, f->text ? f->text : "", f->text ? strlen(f->text) : 0) : NULL;
}

static bool disk_exists(void *ctx, const char *dev, const char *path)
{
	return lookup(ctx, dev, path);
}

static int disk_list(void *ctx, const char *dev, const char *path,
		     void (*add)(void *arg, const char *name), void *arg)
{
	const struct disk *d = ctx;
	size_t n = strlen(path);
	int i, found = 0;

	for (i = 0; i < MAX_FILES && d->files[i].path; i++) {
		const struct file *f = &d->files[i];

		if (!strcmp(f->dev, dev) && !strncmp(f->path, path, n) && f->path[n] == '/' &&
		    !strchr(f->path + n + 1, '/')) {
			add(arg, f->path + n + 1);
			found = 1;
		}
	}
	return found ? 0 : -ENOENT;
}

static const char *disk_search(void *ctx, enum ld_search by, const char *value)
{
	const struct disk *d = ctx;
	int i;

	for (i = 0; i < 4 && d->parts[i].dev; i++)
		if ((by == LD_BY_UUID && d->parts[i].uuid && !strcmp(d->parts[i].uuid, value)) ||
		    (by == LD_BY_LABEL && d->parts[i].label && !strcmp(d->parts[i].label, value)) ||
		    (by == LD_BY_FILE && lookup(d, d->parts[i].dev, value)))
			return d->parts[i].dev;
	return NULL;
}

enum parser { GRUB, BLS, EXTLINUX };

struct test {
	const char *name;
	enum parser parser;
	const char *dev, *path;
	struct disk disk;
	int result;
	const char *kernel, *cmdline, *initrds; /* "dev:path", several with blanks between */
};

#define DEBIAN_HEAD                                                                               \
	"if [ -s $prefix/grubenv ]; then\n  set have_grubenv=true\n  load_env\nfi\n"              \
	"if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\n" \
	"   save_env next_entry\n   set boot_once=true\nelse\n   set default=\"0\"\nfi\n"         \
	"if [ x\"${feature_menuentry_id}\" = xy ]; then\n  menuentry_id_option=\"--id\"\n"        \
	"else\n  menuentry_id_option=\"\"\nfi\nexport menuentry_id_option\n"                      \
	"function load_video {\n  if [ x$feature_all_video_module = xy ]; then\n"                 \
	"    insmod all_video\n  else\n    insmod efi_gop\n  fi\n}\n"

#define DEBIAN_MENU                                                                                \
	"menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'simple-aa' " \
	"{\n\tload_video\n\tinsmod gzio\n\tif [ x$grub_platform = xxen ]; then insmod xzio; "      \
	"insmod lzopio; fi\n\tsearch --no-floppy --fs-uuid --set=root aa\n"                        \
	"\techo\t'Loading Linux ...'\n\tlinux\t/boot/vmlinuz-6.1 root=UUID=aa ro console=ttyS0\n"  \
	"\tinitrd\t/boot/initrd-6.1\n}\n"                                                          \
	"submenu 'Advanced options' $menuentry_id_option 'advanced-aa' {\n"                        \
	"\tmenuentry 'Debian 6.1' --class debian $menuentry_id_option '6.1-aa' {\n"                \
	"\t\tlinux /boot/vmlinuz-6.1 root=UUID=aa ro\n\t\tinitrd /boot/initrd-6.1\n\t}\n"          \
	"\tmenuentry 'Debian 5.10' --class debian $menuentry_id_option '5.10-aa' {\n"              \
	"\t\tlinux /boot/vmlinuz-5.10 root=UUID=aa ro single\n\t}\n}\n"

#define KERNELS                                                                \
	{"vda1", "/boot/vmlinuz-6.1", ""}, {"vda1", "/boot/vmlinuz-5.10", ""}, \
	{                                                                      \
		"vda1", "/boot/initrd-6.1", ""                                 \
	}

#define GRUB_ON(text)                               \
	{                                           \
		"vda1", "/boot/grub/grub.cfg", text \
	}

static const struct test tests[] = {
	{.name = "Debian: the first entry",
	 .disk = {.files = {GRUB_ON(DEBIAN_HEAD DEBIAN_MENU), KERNELS}, .parts = {{"vda1", "aa"}}},
	 .kernel = "vda1:/boot/vmlinuz-6.1",
	 .cmdline = "root=UUID=aa ro console=ttyS0",
	 .initrds = "vda1:/boot/initrd-6.1"},
	{.name = "Debian: saved entry within a submenu, by ids",
	 .disk = {.files = {GRUB_ON("load_env\nset default=\"${saved_entry}\"\n"
				    "menuentry_id_option=--id\n" DEBIAN_MENU),
			    {"vda1", "/boot/grub/grubenv",
			     "# GRUB Environment Block\nsaved_entry=advanced-aa>5.10-aa\n####"},
			    KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-5.10",
	 .cmdline = "root=UUID=aa ro single"},
	{.name = "default by numbers through a submenu",
	 .disk = {.files = {GRUB_ON("set default='1>1'\nmenuentry_id_option=--id\n" DEBIAN_MENU),
			    KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-5.10",
	 .cmdline = "root=UUID=aa ro single"},
	{.name = "a default that is not there: the first",
	 .disk = {.files = {GRUB_ON("set default=gone\nmenuentry_id_option=--id\n" DEBIAN_MENU),
			    KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-6.1",
	 .cmdline = "root=UUID=aa ro console=ttyS0",
	 .initrds = "vda1:/boot/initrd-6.1"},
	{.name = "boot once is not followed",
	 .disk = {.files = {GRUB_ON(DEBIAN_HEAD DEBIAN_MENU),
			    {"vda1", "/boot/grub/grubenv", "next_entry=1>1\n"},
			    KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-6.1",
	 .cmdline = "root=UUID=aa ro console=ttyS0",
	 .initrds = "vda1:/boot/initrd-6.1"},
	{.name = "Ubuntu: separate /boot, the ESP's stub, two initrds",
	 .dev = "vda15",
	 .path = "/EFI/ubuntu/grub.cfg",
	 .disk = {.files = {{"vda15", "/EFI/ubuntu/grub.cfg",
			     "search.fs_uuid bb root hd0,gpt16\nset prefix=($root)'/grub'\n"
			     "configfile $prefix/grub.cfg\n"},
			    {"vda16", "/grub/grub.cfg",
			     "menuentry 'Ubuntu' --class ubuntu --id 'simple' {\n"
			     "\tgfxmode $linux_gfx_mode\n"
			     "\tif [ x$feature_platform_search_hint = xy ]; then\n"
			     "\t  search --no-floppy --fs-uuid --set=root "
			     "--hint-bios=hd0,gpt16 bb\n\telse\n"
			     "\t  search --no-floppy --fs-uuid --set=root bb\n\tfi\n"
			     "\tlinux /vmlinuz-6.8 root=LABEL=cloudimg-rootfs ro "
			     "console=tty1 console=ttyS0\n"
			     "\tinitrd /microcode.cpio /initrd.img-6.8\n}\n"},
			    {"vda16", "/vmlinuz-6.8", ""}},
		  .parts = {{"vda1", "aa"}, {"vda16", "bb"}}},
	 .kernel = "vda16:/vmlinuz-6.8",
	 .cmdline = "root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0",
	 .initrds = "vda16:/microcode.cpio vda16:/initrd.img-6.8"},
	{.name = "SUSE: linuxefi, variables in the path, quoted argument",
	 .disk = {.files = {GRUB_ON("set default=0\nset btrfs_relative_path=\"yes\"\n"
				    "if [ \"${grub_platform}\" = \"efi\" ]; then set sfx=efi; "
				    "else set sfx=; fi\nset v=6.4.0-default\n"
				    "menuentry 'SLES 15' --class suse {\n"
				    "  linux$sfx ${extra_cmdline} /boot/vmlinuz-$v root=UUID=aa "
				    "\"dyndbg=file a +p\" ${extra} quiet\n"
				    "  initrd$sfx /boot/initrd-${v}\n}\n"),
			    {"vda1", "/boot/vmlinuz-6.4.0-default", ""}}},
	 .kernel = "vda1:/boot/vmlinuz-6.4.0-default",
	 .cmdline = "root=UUID=aa \"dyndbg=file a +p\" quiet",
	 .initrds = "vda1:/boot/initrd-6.4.0-default"},
	{.name = "RHEL 9: blscfg, saved entry, variables of the script and the environment",
	 .dev = "vda2",
	 .path = "/grub2/grub.cfg",
	 .disk = {.files = {{"vda2", "/grub2/grub.cfg",
			     "if [ -f ${config_directory}/grubenv ]; then\n"
			     "  load_env -f ${config_directory}/grubenv\n"
			     "elif [ -s $prefix/grubenv ]; then\n  load_env\nfi\n"
			     "set default=\"${saved_entry}\"\n"
			     "search --no-floppy --fs-uuid --set=boot bb\n"
			     "if [ -z \"${kernelopts}\" ]; then\n"
			     "  set kernelopts=\"root=none \"\nfi\ninsmod blscfg\nblscfg\n"},
			    {"vda2", "/grub2/grubenv",
			     "saved_entry=id-5.14.0-70.el9\nkernelopts=root=UUID=cc ro\n"
			     "tuned_params=skew_tick=1\n"},
			    {"vda2", "/loader/entries/id-5.14.0-362.el9.conf",
			     "title RHEL new\nlinux /vmlinuz-362\noptions x\n"},
			    {"vda2", "/loader/entries/id-5.14.0-70.el9.conf",
			     "title RHEL (70)\nversion 5.14.0-70\nlinux /vmlinuz-70\n"
			     "initrd /initramfs-70.img $tuned_initrd\n"
			     "options $kernelopts $tuned_params\ngrub_class rhel\n"},
			    {"vda2", "/vmlinuz-70", ""},
			    {"vda2", "/initramfs-70.img", ""},
			    {"vda2", "/vmlinuz-362", ""}},
		  .parts = {{"vda2", "bb"}}},
	 .kernel = "vda2:/vmlinuz-70",
	 .cmdline = "root=UUID=cc ro skew_tick=1",
	 .initrds = "vda2:/initramfs-70.img"},
	{.name = "Amazon Linux 2023: entries below /boot of the root, newest first, rescue last",
	 .disk = {.files = {{"vda1", "/boot/grub2/grub.cfg",
			     "load_env\nset default=\"${saved_entry}\"\nblscfg\n"},
			    {"vda1", "/boot/loader/entries/ec2-0-rescue.conf",
			     "linux /boot/vmlinuz-0-rescue\noptions rescue\n"},
			    {"vda1", "/boot/loader/entries/ec2-6.1.9-1.amzn2023.conf",
			     "linux /boot/vmlinuz-6.1.9\noptions old\n"},
			    {"vda1", "/boot/loader/entries/ec2-6.1.10-3.amzn2023.conf",
			     "title Amazon Linux\nlinux /boot/vmlinuz-6.1.10\n"
			     "initrd /boot/initramfs-6.1.10.img\noptions root=UUID=aa ro\n"
			     "options console=ttyS0,115200n8\n"},
			    {"vda1", "/boot/vmlinuz-6.1.10", ""},
			    {"vda1", "/boot/initramfs-6.1.10.img", ""},
			    {"vda1", "/boot/vmlinuz-6.1.9", ""},
			    {"vda1", "/boot/vmlinuz-0-rescue", ""}}},
	 .path = "/boot/grub2/grub.cfg",
	 .kernel = "vda1:/boot/vmlinuz-6.1.10",
	 .cmdline = "root=UUID=aa ro console=ttyS0,115200n8",
	 .initrds = "vda1:/boot/initramfs-6.1.10.img"},
	{.name = "entries without a GRUB script; a path as the root sees it",
	 .parser = BLS,
	 .path = "/loader/entries",
	 .disk = {.files = {{"vda1", "/loader/entries/a.conf",
			     "linux /vmlinuz-1\r\noptions a b\r\n"},
			    {"vda1", "/boot/vmlinuz-1", ""}}},
	 .kernel = "vda1:/boot/vmlinuz-1",
	 .cmdline = "a b"},
	{.name = "extlinux: the default label, initrds with a comma, relative path",
	 .parser = EXTLINUX,
	 .path = "/boot/extlinux/extlinux.conf",
	 .disk = {.files = {{"vda1", "/boot/extlinux/extlinux.conf",
			     "# menu\nDEFAULT two\nTIMEOUT 50\nLABEL one\n  KERNEL ../one\n"
			     "LABEL two\n  MENU LABEL Two\n  LINUX /boot/two\n"
			     "  INITRD /boot/a.img,b.img\n  APPEND root=/dev/vda1  ro\n"},
			    {"vda1", "/boot/two", ""}}},
	 .kernel = "vda1:/boot/two",
	 .cmdline = "root=/dev/vda1  ro",
	 .initrds = "vda1:/boot/a.img vda1:/boot/extlinux/b.img"},
	{.name = "an entry without a kernel falls through to one that has it",
	 .disk = {.files = {GRUB_ON("menuentry 'UEFI Firmware' { fwsetup; }\n"
				    "menuentry gone { linux /boot/gone; }\n"
				    "menuentry there { linux /boot/vmlinuz-6.1 x; }\n"),
			    KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-6.1",
	 .cmdline = "x"},
	{.name = "else, elif, nesting, for, functions with arguments, tests",
	 .disk = {.files =
			  {GRUB_ON("set a=2\nif [ $a -eq 1 ]; then set o=one; elif test $a -ge 2 -a ! "
				   "-e /none; then if true; then set o=two; fi; else set o=three; "
				   "fi\nfor w in x 'y z' $a; do set o=\"$o,$w\"; done\n"
				   "function f { menuentry \"$1\" $2 { linux ($root)/boot/vmlinuz-6.1 "
				   "$1 \\\n  \"$o\" pre$a'$a'\"\\$a\"; } }\nf title --id=t\n"),
			   KERNELS}},
	 .kernel = "vda1:/boot/vmlinuz-6.1",
	 .cmdline = "title \"two,x,y z,2\" pre2$a$a"},
	{.name = "GRUB's name of a partition",
	 .disk = {.files =
			  {GRUB_ON("menuentry x { set root='hd0,gpt1'; linux /boot/vmlinuz-6.1; }"),
			   KERNELS}},
	 .kernel = "hd0,gpt1:/boot/vmlinuz-6.1",
	 .cmdline = ""},
	{.name = "no file", .result = -ENOENT},
	{.name = "an empty script", .disk = {.files = {GRUB_ON("")}}, .result = -ENOENT},
	{.name = "a script that reads itself",
	 .disk = {.files = {GRUB_ON("source $prefix/grub.cfg\n")}},
	 .result = -ELOOP},
	{.name = "a loop without end",
	 .disk = {.files = {GRUB_ON("while true; do set a=1; done\n")}},
	 .result = -ELOOP},
	{.name = "a function that calls itself",
	 .disk = {.files = {GRUB_ON("function f { f; }\nf\n")}},
	 .result = -ELOOP},
	{.name = "a value that doubles without end",
	 .disk = {.files = {GRUB_ON("set a=xxxxxxxxxxxxxxxx\nwhile true; do set a=$a$a; done\n")}},
	 .result = -ENOMEM},
	{.name = "broken syntax is an error, not a crash",
	 .disk = {.files = {GRUB_ON(
			  "} fi done ; ] [ ; if ; then menuentry { { ; submenu ; function "
			  "; for ; ${ $ \\ \"unterminated ' } ${a")}},
	 .result = -ENOENT},
};

static const char *join_file(char *buf, size_t size, const struct ld_file *f, unsigned int n)
{
	unsigned int i;

	*buf = 0;
	for (i = 0; i < n; i++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s:%s", i ? " " : "", f[i].dev,
			 f[i].path);
	return buf;
}

static void boots(void **state)
{
	const struct test *t = *state;
	const char *dev = t->dev ? t->dev : "vda1";
	const char *path = t->path ? t->path : "/boot/grub/grub.cfg";
	struct ld_io io = {.ctx = (void *)&t->disk,
			   .read = disk_read,
			   .exists = disk_exists,
			   .list = disk_list,
			   .search = disk_search};
	struct ld_arena a = {0};
	struct ld_boot b;
	char buf[512];
	int r;

	r = t->parser == GRUB  ? ld_grub(&a, &io, dev, path, &b)
	    : t->parser == BLS ? ld_bls(&a, &io, dev, path, &b)
			       : ld_extlinux(&a, &io, dev, path, &b);
	assert_int_equal(r, t->result);
	if (!r) {
		assert_string_equal(join_file(buf, sizeof(buf), &b.kernel, 1), t->kernel);
		assert_string_equal(b.cmdline, t->cmdline);
		assert_string_equal(join_file(buf, sizeof(buf), b.initrd, b.n_initrd),
				    t->initrds ? t->initrds : "");
	}
	ld_free(&a);
}

/* Every prefix of a real script, and every byte of it replaced, ends. */
static void cut_and_broken_scripts_end(void **state)
{
	static const char text[] = DEBIAN_HEAD DEBIAN_MENU;
	struct disk d = {.files = {GRUB_ON(NULL), KERNELS}, .parts = {{"vda1", "aa"}}};
	struct ld_io io = {.ctx = &d,
			   .read = disk_read,
			   .exists = disk_exists,
			   .list = disk_list,
			   .search = disk_search};
	static const char bytes[] = "{}'\"$\\;\n[>";
	char copy[sizeof(text)];
	size_t i;

	(void)state;
	d.files[0].text = copy;
	for (i = 0; i < 2 * sizeof(text); i++) {
		struct ld_arena a = {0};
		struct ld_boot b;

		memcpy(copy, text, sizeof(text));
		if (i < sizeof(text))
			copy[i] = 0;
		else
			copy[i - sizeof(text)] = bytes[i % (sizeof(bytes) - 1)];
		copy[sizeof(text) - 1] = 0;
		ld_grub(&a, &io, "vda1", "/boot/grub/grub.cfg", &b);
		ld_free(&a);
	}
}

static void versions_compare_as_rpm_does(void **state)
{
	static const struct {
		const char *x, *y;
		int sign;
	} pairs[] = {
		{"1.0", "1.0", 0},	{"1.9", "1.10", -1},   {"5.14.0-70", "5.14.0-362", -1},
		{"1.0~rc1", "1.0", -1}, {"1.0^git", "1.0", 1}, {"1.0^git", "1.0.1", -1},
		{"a", "1", -1},		{"1.010", "1.10", 0},  {"id-0-rescue", "id-6.1", -1},
		{"fc4", "fc4.1", -1},	{"", "a", -1},	       {"1_2", "1.2", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int r = ld_version_compare(pairs[i].x, pairs[i].y);
		int back = ld_version_compare(pairs[i].y, pairs[i].x);

		assert_int_equal((r > 0) - (r < 0), pairs[i].sign);
		assert_int_equal((back > 0) - (back < 0), -pairs[i].sign);
	}
}

static void file_systems_are_known_by_their_magic(void **state)
{
	static const struct {
		size_t at;
		const char *magic;
		enum ld_fs fs;
		size_t uuid_at, label_at;
		const char *uuid;
	} kinds[] = {
		{0x438, "\x53\xef", LD_FS_EXT, 0x468, 0x478,
		 "30313233-3435-3637-3839-616263646566"},
		{0, "XFSB", LD_FS_XFS, 32, 108, "30313233-3435-3637-3839-616263646566"},
		{0x10040, "_BHRfS_M", LD_FS_BTRFS, 0x10020, 0x1012b,
		 "30313233-3435-3637-3839-616263646566"},
		{0x52, "FAT32", LD_FS_VFAT, 0x43, 0x47, "3332-3130"},
		{0x36, "FAT16", LD_FS_VFAT, 0x27, 0x2b, "3332-3130"},
		{1, "nothing", LD_FS_NONE, 0, 0, ""},
	};
	static unsigned char d[LD_PROBE_SIZE];
	struct ld_probe p;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memset(d, 0, sizeof(d));
		if (kinds[i].uuid_at)
			memcpy(d + kinds[i].uuid_at, "0123456789abcdef", 16);
		if (kinds[i].label_at)
			memcpy(d + kinds[i].label_at, "root       ", 11);
		memcpy(d + kinds[i].at, kinds[i].magic, strlen(kinds[i].magic));
		d[510] = 0x55;
		d[511] = 0xaa;
		ld_probe(d, sizeof(d), &p);
		assert_int_equal(p.fs, kinds[i].fs);
		assert_string_equal(p.uuid, kinds[i].uuid);
		assert_string_equal(p.label, kinds[i].label_at ? "root" : "");
		for (n = 0; n < 600; n++) /* a short read is no disk */
			ld_probe(d, n, &p);
	}
}

int main(void)
{
	enum { N = sizeof(tests) / sizeof(tests[0]) };
	struct CMUnitTest all[N + 3] = {
		[N] = cmocka_unit_test(cut_and_broken_scripts_end),
		[N + 1] = cmocka_unit_test(versions_compare_as_rpm_does),
		[N + 2] = cmocka_unit_test(file_systems_are_known_by_their_magic),
	};
	size_t i;

	for (i = 0; i < N; i++)
		all[i] = (struct CMUnitTest){.name = tests[i].name,
					     .test_func = boots,
					     .initial_state = (void *)&tests[i]};
	return cmocka_run_group_tests(all, NULL, NULL);
}
