# SPDX-License-Identifier: LGPL-2.1-or-later
# make bench: ratios against QEMU, both sides in one run of the lab (tests/bench/run).
BENCH := $(B)/bench/ec2-bench $(B)/bench/guest $(B)/bench/initrd
.PHONY: bench bench-build
bench-build: $(BENCH) $(B)/loader/vmlinux
bench: all bench-build
	tests/bench/run --build $(B)

BENCH_OBJ := $(patsubst %,$(B)/tests/bench/%.o,main process host samples sides start instance io)
$(B)/bench/ec2-bench: $(BENCH_OBJ) $(LIB_A)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ $(LIB_LIBS) -lpthread
$(B)/bench/guest: $(B)/tests/bench/guest.o
	@mkdir -p $(@D)
	$(CC) -static -s -o $@ $^
$(B)/bench/initrd: $(B)/bench/guest tools/loader/mkinitrd $(B)/loader/kernel/release
	tools/loader/mkinitrd $< $(B)/loader/kernel $@ base=virtio_pci,virtio_blk
