/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* virtio-rng: the host's random bytes for the guest. */
#ifndef VMM_RNG_H
#define VMM_RNG_H

/* Ends the process with a message on failure. */
void rng_create(void);

#endif
