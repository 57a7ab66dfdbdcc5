# SPDX-License-Identifier: LGPL-2.1-or-later
# The loader: a kernel and an initramfs, made of Debian's small kernel package and one program.
# `make install` copies $(LOADER) to $(libexecdir)/loader/.
LOADER := $(B)/loader/vmlinux $(B)/loader/initrd
LOADER_PARSER := $(patsubst %,$(B)/tools/loader/%.o,arena probe script test grub command bls extlinux bzimage)
.PHONY: loader
loader: $(LOADER)

$(B)/loader/kernel/release: tools/loader/find-kernel
	@mkdir -p $(@D)
	tools/loader/find-kernel $(@D)
$(B)/loader/init: $(call objs,tools/loader)
	@mkdir -p $(@D)
	$(CC) -static -Wl,-z,relro,-z,now -s -o $@ $^
$(B)/loader/initrd: $(B)/loader/init tools/loader/mkinitrd $(B)/loader/kernel/release
	tools/loader/mkinitrd $< $(B)/loader/kernel $@
$(B)/loader/vmlinux: $(UNPACK) $(B)/loader/kernel/release
	@mkdir -p $(@D)
	$(UNPACK) $(B)/loader/kernel/vmlinuz $@.tmp && mv $@.tmp $@
