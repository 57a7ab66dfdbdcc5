# SPDX-License-Identifier: LGPL-2.1-or-later
# The loader: a kernel and an initramfs, built from Debian's small kernel package on this machine.
# `make install` copies $(LOADER) to $(libexecdir)/loader/.
# Debian 12's own 6.1 where it is installed: its modules need no unpacking, and it boots fastest.
LOADER_BZIMAGE ?= $(firstword $(shell ls -r -v /boot/vmlinuz-6.1.*-cloud-amd64 /boot/vmlinuz-*-cloud-amd64 2>/dev/null))
LOADER_RELEASE = $(LOADER_BZIMAGE:/boot/vmlinuz-%=%)
LOADER_PARSER := $(patsubst %,$(B)/tools/loader/%.o,arena probe script test grub command bls extlinux)
LOADER := $(B)/loader/vmlinux $(B)/loader/initrd
.PHONY: loader
loader: $(LOADER)

$(B)/loader/init: $(call objs,tools/loader)
	@mkdir -p $(@D)
	$(CC) -static -Wl,-z,relro,-z,now -s -o $@ $^
$(B)/loader/initrd: $(B)/loader/init tools/loader/mkinitrd $(LOADER_BZIMAGE)
	tools/loader/mkinitrd $< $(LOADER_RELEASE) $@
$(B)/loader/vmlinux: $(UNPACK) $(LOADER_BZIMAGE)
	@mkdir -p $(@D)
	$(UNPACK) $(LOADER_BZIMAGE) $@.tmp && mv $@.tmp $@
