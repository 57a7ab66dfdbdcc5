/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TINYGUEST_H
#define TINYGUEST_H

#include <stdbool.h>

/* One line on the console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A command of the network's: false where the line is none. */
bool obey_network(const char *line);

#endif
