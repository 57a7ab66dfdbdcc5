/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left to this process before the guest's first instruction: the descriptors it has open, the
 * system calls of its threads' lists, and nothing of the host beside.
 */
#ifndef VMM_JAIL_H
#define VMM_JAIL_H

#include <sys/types.h>

enum jail_thread { JAIL_VCPU, JAIL_DEVICES, JAIL_LENT, JAIL_KINDS };

/* Close every descriptor that is not one of the n, nor standard error. At the very start. */
void jail_close_others(const int *keep, unsigned int n);

/* Compile the lists of system calls. */
void jail_prepare(void);

/*
 * Leave the host's file system, namespaces and privileges. To be called with one thread, when all
 * is open. Ends the process with a message on failure.
 */
void jail_enter(uid_t uid, gid_t gid);

/* The process makes no threads any more. */
void jail_no_more_threads(void);

/* Hold the calling thread to its list, from now on. */
void jail_thread(enum jail_thread kind);

#endif
