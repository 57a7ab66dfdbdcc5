// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The console: the VMM's bytes go to the log and to every client, each client's bytes to the VMM. A
 * client that does not read loses bytes; a VMM that does not read makes its clients wait.
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PIECE 4096

static void read_clients(struct shim *shim, bool reading)
{
	struct console *console = &shim->console;

	if (reading == console->reading)
		return;
	console->reading = reading;
	for (size_t i = 0; i < SHIM_CLIENTS; i++)
		if (console->clients[i].fd >= 0)
			(void)shim_rewatch(shim, &console->clients[i], reading ? EPOLLIN : 0);
}

/* Give the VMM what waits for it; ask epoll for more room where it did not take all. */
static void push_input(struct shim *shim)
{
	struct console *console = &shim->console;
	ssize_t n = 0;

	if (console->input_len)
		n = send(console->vmm.fd, console->input, console->input_len,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0) {
		console->input_len -= (size_t)n;
		memmove(console->input, console->input + n, console->input_len);
	}
	(void)shim_rewatch(shim, &console->vmm, EPOLLIN | (console->input_len ? EPOLLOUT : 0));
	read_clients(shim, console->input_len < sizeof(console->input));
}

static void on_client(struct shim *shim, struct source *client, uint32_t events)
{
	struct console *console = &shim->console;
	char discard[256];
	bool vmm = console->vmm.fd >= 0;
	char *to = vmm ? console->input + console->input_len : discard;
	size_t room = vmm ? sizeof(console->input) - console->input_len : sizeof(discard);
	ssize_t n;

	(void)events;
	n = room ? recv(client->fd, to, room, MSG_DONTWAIT) : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* a hang-up comes also while nothing is asked for */
	if (n <= 0) {
		shim_unwatch(client);
		return;
	}
	if (!vmm)
		return;
	console->input_len += (size_t)n;
	push_input(shim);
}

static void on_connect(struct shim *shim, struct source *listener, uint32_t events)
{
	struct console *console = &shim->console;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	(void)events;
	if (fd < 0)
		return;
	while (i < SHIM_CLIENTS && console->clients[i].fd >= 0)
		i++;
	if (i == SHIM_CLIENTS) {
		close(fd);
		return;
	}
	console->clients[i] = (struct source){fd, on_client};
	if (shim_watch(shim, &console->clients[i], console->reading ? EPOLLIN : 0))
		shim_unwatch(&console->clients[i]);
}

/* Return: whether there may be more. */
static bool take_output(struct shim *shim)
{
	struct console *console = &shim->console;
	char bytes[PIECE];
	ssize_t n = recv(console->vmm.fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0)
		return errno == EINTR;
	if (n == 0)
		return false;
	log_append(&console->log, bytes, (size_t)n);
	for (size_t i = 0; i < SHIM_CLIENTS; i++)
		if (console->clients[i].fd >= 0)
			(void)!send(console->clients[i].fd, bytes, (size_t)n,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
	return true;
}

static void on_vmm(struct shim *shim, struct source *source, uint32_t events)
{
	if (events & EPOLLOUT)
		push_input(shim);
	/* a hung-up socket would wake us until the VMM's exit is seen */
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !take_output(shim) &&
	    events & (EPOLLHUP | EPOLLERR))
		shim_unwatch(source);
}

static int write_pid(const struct shim *shim)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/shim.pid", shim->run_dir, shim->id);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	dprintf(fd, "%d\n", (int)getpid());
	close(fd);
	return 0;
}

static int listen_at(struct shim *shim)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s/console.sock",
			 shim->run_dir, shim->id);
	int fd, ret;
	mode_t mask;

	if (n >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)unlink(address.sun_path);
	mask = umask(0177);
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (!ret && listen(fd, SHIM_CLIENTS) < 0)
		ret = -errno;
	shim->console.listener = (struct source){fd, on_connect};
	return ret ? ret : shim_watch(shim, &shim->console.listener, EPOLLIN);
}

int console_create(struct shim *shim)
{
	struct console *console = &shim->console;
	int ret;

	for (size_t i = 0; i < SHIM_CLIENTS; i++)
		console->clients[i].fd = -1;
	console->reading = true;
	ret = write_pid(shim);
	if (!ret)
		ret = listen_at(shim);
	if (ret)
		return shim_fail(shim, "Server.InternalError", "cannot make the console: %s",
				 strerror(-ret));
	/* without a log, on a full disk say, the instance can still run */
	(void)log_open(&console->log, shim->state_dir, shim->id);
	return 0;
}

void console_destroy(struct shim *shim)
{
	struct console *console = &shim->console;
	char path[512];

	if (console->listener.fd >= 0) {
		snprintf(path, sizeof(path), "%s/%s/console.sock", shim->run_dir, shim->id);
		(void)unlink(path);
		for (size_t i = 0; i < SHIM_CLIENTS; i++)
			shim_unwatch(&console->clients[i]);
	}
	shim_unwatch(&console->listener);
	log_close(&console->log);
}

int console_attach(struct shim *shim, int vmm_fd)
{
	struct console *console = &shim->console;

	console->vmm = (struct source){vmm_fd, on_vmm};
	console->input_len = 0;
	read_clients(shim, true);
	return shim_watch(shim, &console->vmm, EPOLLIN);
}

void console_detach(struct shim *shim)
{
	while (shim->console.vmm.fd >= 0 && take_output(shim))
		;
	shim_unwatch(&shim->console.vmm);
	shim->console.input_len = 0;
	read_clients(shim, true);
}
