# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make          the module, the library and the tools, into build/
# make demo     set up, build, and boot a real Debian instance in the lab
# make check    set up, build, and run every test
# make help     the rest
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
SOVERSION := 0
B ?= build

prefix ?= /usr
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib/x86_64-linux-gnu
libexecdir ?= $(prefix)/libexec/ec2ctl
datadir ?= $(prefix)/share
includedir ?= $(prefix)/include

CC ?= gcc
CFLAGS ?= -O2 -g
SANITIZE ?=
WARN := -Wall -Wextra -Wimplicit-fallthrough -Wmissing-prototypes -Wstrict-prototypes -Werror
DEFS := -D_GNU_SOURCE -DEC2_VERSION='"$(VERSION)"' -DEC2_LIBEXECDIR='"$(libexecdir)"'
# -idirafter: the module has headers named like the system's
INCLUDES := -I. -Ilib/include -Ilib -idirafter kmod
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
COMPILE = $(CC) -std=gnu11 $(CFLAGS) $(if $(SANITIZE),,$(HARDEN)) $(SANITIZE) $(WARN) $(DEFS) $(INCLUDES) -MMD -MP

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
LIB_PKGS := sqlite3 jansson libnl-3.0 libnl-route-3.0 libmnl

.PHONY: all lib tools kmod loader
all: lib tools loader kmod

# ---- library ----
LIB_SRC := $(sort $(wildcard lib/api/*.c lib/store/*.c lib/host/*.c lib/model/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
LIB_SO := $(B)/libec2ctl.so.$(SOVERSION)
LIB_A := $(B)/libec2ctl.a
LIB_LIBS = $(call pkg,--libs,$(LIB_PKGS))
lib: $(LIB_SO) $(LIB_A) $(B)/libec2ctl.so

$(LIB_SO): $(LIB_OBJ) lib/libec2ctl.map
	$(CC) -shared $(SANITIZE) -Wl,-soname,libec2ctl.so.$(SOVERSION) -Wl,--version-script=lib/libec2ctl.map \
		-Wl,-z,relro,-z,now,--no-undefined,--as-needed -o $@ $(LIB_OBJ) $(LIB_LIBS) -lpthread
$(B)/libec2ctl.so: $(LIB_SO)
	ln -sfn $(notdir $<) $@
$(LIB_A): $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) -fPIC -c -o $@ $<

# ---- tools: every .c of a folder makes one program ----
objs = $(patsubst %.c,$(B)/%.o,$(sort $(wildcard $(1)/*.c)))
EC2CTL := $(B)/ec2ctl
SHIM := $(B)/ec2-shim
VMM := $(B)/ec2-vmm
UNPACK := $(B)/ec2-unpack-kernel
tools: $(EC2CTL) $(SHIM) $(VMM) $(UNPACK)

LDHARD := -Wl,-z,relro,-z,now,--as-needed -pie
$(EC2CTL): $(call objs,tools/ec2ctl) $(LIB_SO) $(B)/libec2ctl.so
	$(CC) $(SANITIZE) $(LDHARD) -o $@ $(call objs,tools/ec2ctl) -L$(B) -lec2ctl -ljansson -Wl,-rpath,'$$ORIGIN'
$(SHIM): $(call objs,tools/shim) $(LIB_A)
	$(CC) $(SANITIZE) $(LDHARD) -o $@ $^ $(LIB_LIBS)
# what the VMM is made of besides unpack.c, which is a program of its own
VMM_OBJ := $(call objs,tools/vmm)
$(VMM): $(VMM_OBJ)
	$(CC) $(SANITIZE) $(LDHARD) -o $@ $^ -lseccomp -lpthread
$(UNPACK): $(call objs,tools/vmm/unpack)
	$(CC) $(SANITIZE) $(LDHARD) -o $@ $^ -lseccomp -llzma -lzstd -lz -llz4

include tools/loader/rules.mk
include tests/bench/rules.mk

-include $(shell [ -d $(B) ] && find $(B) -name '*.d' -not -path '$(B)/kmod/*' 2>/dev/null)
