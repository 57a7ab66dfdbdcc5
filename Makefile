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
INCLUDES := -I. -Ilib/include -Ilib -I$(B) $(shell pkg-config --cflags libnl-route-3.0 2>/dev/null) -idirafter kmod
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2
COMPILE = $(CC) -std=gnu11 $(CFLAGS) $(if $(SANITIZE),,$(HARDEN)) $(SANITIZE) $(WARN) $(DEFS) $(INCLUDES) -MMD -MP

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
LIB_PKGS := sqlite3 jansson libnl-3.0 libnl-route-3.0 libmnl libbpf

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
	$(if $(V),,@echo '  CC      $<' && )$(COMPILE) -fPIC -c -o $@ $<

# ---- BPF: the programs of bpf/, linked to one object, which the library carries ----
BPFTOOL ?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
BPF_CLANG ?= clang
# UAPI headers only: the kernel that this is built on need not have BTF. __x86_64__: for the C library's headers
BPF_COMPILE = $(BPF_CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror \
	-D__x86_64__ -idirafter /usr/include/$(shell $(CC) -print-multiarch)
BPF_OBJ := $(patsubst bpf/%.c,$(B)/bpf/%.o,$(sort $(wildcard bpf/*.bpf.c)))
$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(if $(V),,@echo '  BPF     $<' && )$(BPF_COMPILE) -MMD -MP -c -o $@ $<
$(B)/bpf/vpc.o: $(BPF_OBJ)
	$(BPFTOOL) gen object $@ $^
$(B)/bpf/vpc.skel.h: $(B)/bpf/vpc.o
	$(BPFTOOL) gen skeleton $< name vpc_bpf > $@
$(B)/lib/host/vpc.o: $(B)/bpf/vpc.skel.h

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

# ---- module: for the running kernel where its headers are, and for the lab's kernels ----
KMOD_KERNELS ?= running 6.1 6.12
kmod:
	+@tools/setup/module $(B) $(KMOD_KERNELS)

# ---- tests ----
# A folder of tests/vm with C files makes one program (abi/*.c: build/tests/vm/abi/abi), a C file beside them
# another. A unit test
# links the library and, without its main, the tool that its name begins with.
VM_DIRS := $(sort $(patsubst %/,%,$(dir $(wildcard tests/vm/*/*.c))))
VM_FILES := $(filter-out %/tinyguest %/tinyguest_net,$(patsubst %.c,%,$(wildcard tests/vm/*.c)))
VM_PROGS := $(foreach d,$(VM_DIRS),$(B)/$(d)/$(notdir $(d))) $(VM_FILES:%=$(B)/%)
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/cmocka/*_test.c))
UNIT_TOOLS := ec2ctl shim vmm loader
UNIT_SHARED := $(patsubst %.c,$(B)/%.o,$(filter-out %_test.c,$(wildcard tests/cmocka/*.c)))
.PHONY: setup demo check check-bpf check-kunit check-unit check-vm bpf-tests unit-tests vm-tests
vm-tests: $(VM_PROGS) $(B)/tests/vm/tinyguest
unit-tests: $(UNIT_TESTS)

$(UNIT_TOOLS:%=$(B)/unit/lib%.a): $(B)/unit/lib%.a:
	@mkdir -p $(@D)
	rm -f $@ && ar rcs $@ $^
$(B)/unit/libloader.a: $(LOADER_PARSER)
$(foreach t,$(filter-out loader,$(UNIT_TOOLS)),$(eval $(B)/unit/lib$(t).a: $(filter-out %/main.o,$(call objs,tools/$(t)))))

unit_tool = $(foreach t,$(UNIT_TOOLS),$(if $(filter $(t)_%,$(notdir $(1))),$(t)))
# helpers of one tool's tests, named as these are, are not for the others
unit_shared = $(filter-out $(foreach t,$(filter-out $(call unit_tool,$(1)),$(UNIT_TOOLS)),$(B)/tests/cmocka/$(t)_%.o),$(UNIT_SHARED))
define unit_test
$(1): $(1).o $(call unit_shared,$(1)) $(patsubst %,$(B)/unit/lib%.a,$(call unit_tool,$(1))) $(LIB_A)
	$$(CC) $$(SANITIZE) -o $$@ $$^ $$(LIB_LIBS) -lcmocka -lseccomp -llzma -lzstd -lz -llz4 -lpthread -lm
endef
$(foreach t,$(UNIT_TESTS),$(eval $(call unit_test,$(t))))

define vm_prog
$(1): $(2) $(LIB_A)
	$$(CC) $$(SANITIZE) -o $$@ $(2) $(LIB_A) $$(LIB_LIBS) -lpthread -lm
endef
$(foreach p,$(VM_FILES),$(eval $(call vm_prog,$(B)/$(p),$(B)/$(p).o)))
$(foreach d,$(VM_DIRS),$(eval $(call vm_prog,$(B)/$(d)/$(notdir $(d)),$(call objs,$(d)))))
BPF_TEST := $(B)/tests/bpf/bpf
bpf-tests: $(BPF_TEST)
$(BPF_TEST): $(call objs,tests/bpf) $(LIB_A)
	$(CC) $(SANITIZE) -o $@ $^ $(LIB_LIBS) -lpthread

# the init of the small guest: it has no library to load
$(B)/tests/vm/tinyguest: $(B)/tests/vm/tinyguest.o $(B)/tests/vm/tinyguest_net.o
	$(CC) -static -s -o $@ $^

setup:
	@tools/setup/install

JOBS ?= $(shell nproc)
SUBMAKE = $(MAKE) --no-print-directory -j$(JOBS)
demo: setup
	@$(SUBMAKE) all
	@tests/demo/run $(if $(HOST),--host)

check: setup
	@tests/check

check-kunit:
	@tests/kunit/run

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
check-unit:
	@$(SUBMAKE) B=build/asan SANITIZE='$(ASAN)' CFLAGS='-O1 -g' unit-tests
	@$(SUBMAKE) lib tools
	@tests/cmocka/run build/asan

check-bpf:
	@$(SUBMAKE) bpf-tests
	@tests/bpf/run $(BPF_TEST)

check-vm:
	@$(SUBMAKE) all vm-tests
	@tests/vm/run $(if $(ALL),--all)

# ---- install ----
.PHONY: install install-user
MAN := $(wildcard tools/*/*.[1-8])
install: all install-user
	install -d $(DESTDIR)$(libexecdir)/loader
	install -m 644 $(LOADER) $(DESTDIR)$(libexecdir)/loader/
	@tools/setup/activate $(B) "$(DESTDIR)"
# without what needs a kernel's sources or headers
install-user: lib tools $(B)/man/.made
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(libdir)/pkgconfig $(DESTDIR)$(libexecdir) \
		$(DESTDIR)$(includedir)/ec2ctl $(DESTDIR)$(datadir)/bash-completion/completions
	# linked again: the build tree's program looks for the library beside itself
	$(CC) $(LDHARD) -o $(DESTDIR)$(bindir)/ec2ctl $(call objs,tools/ec2ctl) -L$(B) -lec2ctl -ljansson
	install -m 755 $(SHIM) $(VMM) $(UNPACK) $(DESTDIR)$(libexecdir)/
	install -m 644 $(LIB_SO) $(LIB_A) $(DESTDIR)$(libdir)/
	ln -sfn $(notdir $(LIB_SO)) $(DESTDIR)$(libdir)/libec2ctl.so
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|' \
		-e 's|@includedir@|$(includedir)|; s|@version@|$(VERSION)|' \
		lib/libec2ctl.pc.in > $(DESTDIR)$(libdir)/pkgconfig/libec2ctl.pc
	install -m 644 lib/include/ec2ctl.h $(DESTDIR)$(includedir)/
	install -m 644 lib/include/ec2ctl/*.h $(DESTDIR)$(includedir)/ec2ctl/
	for page in $(MAN) $(B)/man/*.1; do \
		install -D -m 644 $$page $(DESTDIR)$(datadir)/man/man$${page##*.}/$${page##*/} || exit 1; done
	install -m 644 $(B)/man/ec2ctl.bash $(DESTDIR)$(datadir)/bash-completion/completions/ec2ctl
	install -D -m 644 tools/setup/60-ec2ctl.rules $(DESTDIR)/usr/lib/udev/rules.d/60-ec2ctl.rules
	install -D -m 644 tools/setup/ec2ctl.sysusers $(DESTDIR)/usr/lib/sysusers.d/ec2ctl.conf

# the command tells of itself
$(B)/man/.made: $(EC2CTL)
	rm -rf $(@D) && mkdir -p $(@D)
	$(EC2CTL) completion bash > $(@D)/ec2ctl.bash
	$(EC2CTL) help --man ec2ctl > $(@D)/ec2ctl.1
	for name in $$($(EC2CTL) help --names); do \
		$(EC2CTL) help --man $$name > $(@D)/ec2ctl-$$name.1 || exit 1; done
	touch $@

# ---- care ----
.PHONY: format lint clean help
USER_C = $(shell git ls-files '*.c' '*.h')
format:
	clang-format -i $(USER_C)
# the format is advice; what sparse and cppcheck find is not
lint:
	-@clang-format --dry-run $(USER_C) 2>&1 | grep -c warning: | sed 's/$$/ lines that make format would change/'
	@mkdir -p $(B)/lint
	@tools/setup/module $(B)/lint 6.1 -- C=2 > $(B)/lint/log 2>&1 || { cat $(B)/lint/log; exit 1; }
	@! grep -E 'kmod/.*(warning|error):' $(B)/lint/log
	@cppcheck --quiet --enable=warning,portability --inline-suppr --std=c11 --error-exitcode=1 -j$(JOBS) \
		--suppress=missingInclude --suppress=uninitvar:tools/loader/init.c \
		'-Djson_object_foreach(o,k,v)=while (((v) = json_object_get((o), (k) = "")))' -D__x86_64__ -D_GNU_SOURCE -I. -Ilib/include -Ilib lib tools
	@echo lint: clean
clean:
	rm -rf build
help:
	@echo 'make            the module, the library and the tools, into build/'
	@echo 'make demo       set up, build, and boot a real Debian instance in the lab (HOST=1: on this host)'
	@echo 'make check      set up, build, run every test; its parts: check-unit check-bpf check-kunit check-vm'
	@echo '               (check-vm ALL=1: every VM test on every kernel, a real Debian at length; half an hour)'
	@echo 'make bench      ratios against QEMU, in the lab'
	@echo 'make install    library, header, tools, module, man pages, completion, udev rule (DESTDIR, prefix)'
	@echo 'make setup      install the Debian packages that all this needs'
	@echo 'make format     clang-format;   make lint   sparse, cppcheck;   make clean'

-include $(shell [ -d $(B) ] && find $(B) -type f -name '*.d' -not -path '$(B)/kmod/*' 2>/dev/null)
