/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where things stand in the guest's address spaces. Everything that ACPI tells the guest is here. */
#ifndef VMM_LAYOUT_H
#define VMM_LAYOUT_H

/* ---- memory ---- */
#define GPA_GDT 0x500ULL
#define GPA_ZERO_PAGE 0x7000ULL
#define GPA_PML4 0x9000ULL
#define GPA_PDPT 0xa000ULL
#define GPA_PD 0xb000ULL
#define GPA_CMDLINE 0x20000ULL
#define CMDLINE_MAX 2048 /* x86's COMMAND_LINE_SIZE, the final NUL included */
#define GPA_LOW_RAM_END 0x9fc00ULL
/* ACPI and SMBIOS: reserved in the e820 map, so that a kernel started by kexec finds them too. */
#define GPA_TABLES 0xf0000ULL
#define TABLES_SIZE 0x10000U
#define GPA_RESET_VECTOR 0xffff0ULL /* the last of them */
#define TABLES_MAX (GPA_RESET_VECTOR - GPA_TABLES)
#define GPA_HIGH_MEMORY 0x100000ULL
#define GPA_HOLE 0xc0000000ULL
#define GPA_PCI32 0xc0000000ULL
#define PCI32_SIZE 0x20000000ULL
/* One bus only: the guest's scan costs exits. */
#define GPA_ECAM 0xe0000000ULL
#define ECAM_SIZE 0x100000ULL
#define GPA_IOAPIC 0xfec00000ULL
#define GPA_LAPIC 0xfee00000ULL
#define GPA_IDENTITY_MAP 0xfffbc000ULL
#define GPA_TSS 0xfffbd000ULL
#define GPA_ABOVE_4G 0x100000000ULL
#define PCI64_SIZE 0x4000000000ULL

/* ---- ports ---- */
#define PORT_COM1 0x3f8
#define PORT_KEYBOARD 0x60
#define PORT_PCI_CONFIG 0xcf8 /* and 0xcfc; but 0xcf9 by bytes is PORT_RESET */
#define PORT_RESET 0xcf9
#define RESET_VALUE 0x06
#define PORT_PLATFORM 0x600
#define PLATFORM_PORTS 0x20
/* offsets from PORT_PLATFORM, see platform.c */
#define PLATFORM_SLEEP_CONTROL 0x00
#define PLATFORM_SLEEP_STATUS 0x01
#define PLATFORM_EVENTS 0x04
#define PLATFORM_PLUGGED 0x08
#define PLATFORM_UNPLUG 0x0c
#define PLATFORM_EJECT 0x10
#define PORT_PCI 0x1000
#define PORT_PCI_SIZE 0xf000
#define PORT_PCI_DEVICES 0xc000 /* I/O BARs as the VMM places them */

#define SLEEP_TYPE_S5 5

/* ---- interrupts ---- */
#define GSI_COM1 4
#define GSI_EVENTS 5 /* the generic event device */
#define GSI_PINS 24
#define GSI_MSI GSI_PINS /* first of the message-signalled ones */

#endif
