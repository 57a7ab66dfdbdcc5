/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtio-blk: what the guest sees of the disks. Their queues are served in the kernel module; here
 * are only configuration, hot-plug and resize. Disk slot n is PCI device n + 1.
 */
#ifndef VMM_DISK_H
#define VMM_DISK_H

#include <stdint.h>

/* One queue per vCPU is offered, as far as the module goes. */
void disks_create(unsigned int vcpus);

/* The guest will not run before disks attached so far are there; later ones are hot-plugged. */
void disks_cold_plug_done(void);

/* The module's events. */
void disk_attached(unsigned int slot);
void disk_detaching(unsigned int slot);
void disk_detached(unsigned int slot);
void disk_resized(unsigned int slot, uint64_t bytes);
/* Events were lost: ask about every slot. */
void disks_look_again(void);

/* The guest has let go of PCI device `number`. */
void disk_eject(unsigned int number);

#endif
