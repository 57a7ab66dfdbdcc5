// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/chardev.h"

/* From the VMM's start to its ready line. Long: a guest's memory may have to be found first. */
#define READY_MS 100000
/* A VMM that was told to end at once does so in far less. */
#define CUT_MS 3000
/* A reboot that the guest does not carry out becomes a reset, as on EC2. */
#define REBOOT_GRACE_MS 240000
/* A guest that resets sooner than this again and again waits ever longer, up to the most. */
#define QUICK_MS 5000
#define PAUSE_MS 50
#define PAUSE_MOST_MS 10000

/* EC2CTL_STOP_GRACE, in seconds, is for tests, and for hosts whose guests need longer. */
static int64_t grace_ms(int64_t otherwise)
{
	const char *text = getenv("EC2CTL_STOP_GRACE");
	long seconds = text ? strtol(text, NULL, 10) : 0;

	return seconds > 0 && seconds < 86400 ? seconds * 1000 : otherwise;
}

/* A stop is not undone by a reboot; the earlier deadline counts. */
static void ask(struct shim *shim, enum fate fate, int64_t within_ms)
{
	int64_t at = shim_now_ms() + within_ms;

	if (fate == FATE_END && shim->fate != FATE_END)
		shim->kill_at = 0; /* a reboot's deadline is not a stop's */
	if (fate >= shim->fate) {
		shim->fate = fate;
		if (!shim->kill_at || at < shim->kill_at)
			shim->kill_at = at;
	}
	/* stopped while waiting for its new VMM */
	if (shim->fate == FATE_END && !shim->vmm.pid)
		shim_over(shim, EC2_END_GUEST);
}

static void on_power_button(struct shim *shim, const struct ec2_event *event)
{
	if (event->value == EC2_SIGNAL_REBOOT)
		ask(shim, FATE_REBOOT, grace_ms(REBOOT_GRACE_MS));
	else
		ask(shim, FATE_END, grace_ms(EC2_STOP_GRACE_SECONDS * 1000));
}

/* What events told is gone: the state says what matters. */
static void on_lost(struct shim *shim)
{
	struct ec2_instance_stats stats;

	if (ec2_chardev_instance_stats(shim->control, shim->id, &stats))
		return;
	if (stats.state == EC2_STATE_STOPPING || stats.state == EC2_STATE_SHUTTING_DOWN)
		ask(shim, FATE_END, grace_ms(EC2_STOP_GRACE_SECONDS * 1000));
}

static void on_event(struct shim *shim, const struct ec2_event *event)
{
	switch (event->type) {
	case EC2_EVENT_POWER_BUTTON:
		on_power_button(shim, event);
		break;
	case EC2_EVENT_STOP:
		shim->cut = true;
		ask(shim, FATE_END, CUT_MS);
		break;
	case EC2_EVENT_RESET:
		shim->cut = true;
		ask(shim, FATE_REBOOT, CUT_MS);
		break;
	case EC2_EVENT_THROTTLE:
		if (shim->in_cgroup)
			(void)ec2_cgroup_set_cpu_max(shim->id, event->value);
		break;
	case EC2_EVENT_DISK_ERROR:
		openlog("ec2-shim", 0, LOG_DAEMON);
		syslog(LOG_ERR, "%s: disk %u: %s", shim->id, event->slot,
		       strerror((int)event->value));
		closelog();
		break;
	case EC2_EVENT_LOST:
		on_lost(shim);
		break;
	default:
		break;
	}
}

void life_events(struct shim *shim, struct source *source, uint32_t ready)
{
	struct ec2_event events[16];
	int n;

	(void)ready;
	n = ec2_chardev_read_events(source->fd, events, 16);
	for (int i = 0; i < n && !shim->over; i++)
		on_event(shim, &events[i]);
}

static void tell_caller(struct shim *shim)
{
	(void)!write(shim->ready_fd, "ok\n", 3);
	close(shim->ready_fd);
	shim->ready_fd = -1;
}

void life_vmm_ready(struct shim *shim)
{
	if (shim->started)
		return;
	if (record_started(shim)) {
		shim_over(shim, EC2_END_LAUNCH_FAILED);
		return;
	}
	shim->started = true;
	tell_caller(shim);
}

static void restart(struct shim *shim)
{
	int64_t ran = shim_now_ms() - shim->vmm.started_ms;
	int64_t pause = PAUSE_MS;

	shim->fate = FATE_RUN;
	shim->cut = false;
	shim->kill_at = 0;
	shim->quick_resets = ran < QUICK_MS ? shim->quick_resets + 1 : 0;
	for (unsigned int i = 1; i < shim->quick_resets && pause < PAUSE_MOST_MS; i++)
		pause *= 2;
	if (pause > PAUSE_MOST_MS)
		pause = PAUSE_MOST_MS;
	shim->restart_at = shim_now_ms() + (shim->quick_resets ? pause : 0);
}

static void launch_failed(struct shim *shim, int status)
{
	if (shim->vmm.last_line[0])
		shim_fail(shim, "Server.InternalError", "%s", shim->vmm.last_line);
	else if (WIFSIGNALED(status))
		shim_fail(shim, "Server.InternalError", "the VMM was killed by signal %d",
			  WTERMSIG(status));
	else
		shim_fail(shim, "Server.InternalError", "the VMM ended with status %d",
			  WEXITSTATUS(status));
	shim_over(shim, EC2_END_LAUNCH_FAILED);
}

void life_vmm_gone(struct shim *shim, int status)
{
	/* anybody else's kill is a crash, except of what was to end anyway */
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
		      (shim->cut || shim->fate == FATE_END);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : EC2_VMM_CRASH;
	bool off = code == EC2_VMM_POWER_OFF, reset = code == EC2_VMM_RESET;

	if (!shim->started) {
		launch_failed(shim, status);
		return;
	}
	if (!off && !reset && !killed) {
		openlog("ec2-shim", 0, LOG_DAEMON);
		syslog(LOG_ERR, "%s: the VMM ended (status %#x): %s", shim->id, status,
		       shim->vmm.last_line);
		closelog();
		shim_over(shim, EC2_END_CRASH);
	} else if (shim->fate == FATE_END || (off && shim->fate == FATE_RUN)) {
		shim_over(shim, EC2_END_GUEST);
	} else {
		restart(shim);
	}
}

/* The module does the rest, as for any stop; only the record is left alone. */
void life_host_down(struct shim *shim)
{
	shim->host_down = true;
	if (!shim->started ||
	    ec2_chardev_signal(shim->control, shim->id, EC2_SIGNAL_POWER_BUTTON, 0))
		shim_over(shim, shim->started ? EC2_END_GUEST : EC2_END_LAUNCH_FAILED);
}

static int64_t launch_deadline(const struct shim *shim)
{
	return shim->vmm.pid && !shim->vmm.is_ready ? shim->vmm.started_ms + READY_MS : 0;
}

int life_timeout(const struct shim *shim)
{
	const int64_t deadlines[] = {shim->kill_at, shim->restart_at, launch_deadline(shim)};
	int64_t now = shim_now_ms(), next = 0;

	for (size_t i = 0; i < 3; i++)
		if (deadlines[i] && (!next || deadlines[i] < next))
			next = deadlines[i];
	if (!next)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

void life_timers(struct shim *shim)
{
	int64_t now = shim_now_ms(), launch = launch_deadline(shim);

	if (shim->kill_at && now >= shim->kill_at) {
		shim->kill_at = 0;
		shim->cut = true;
		if (shim->vmm.pid)
			kill(shim->vmm.pid, SIGKILL);
	}
	if (launch && now >= launch) {
		shim_fail(shim, "Server.InternalError", "the VMM did not start in time");
		shim_over(shim, shim->started ? EC2_END_CRASH : EC2_END_LAUNCH_FAILED);
	}
	if (shim->restart_at && now >= shim->restart_at) {
		shim->restart_at = 0;
		if (vmm_start(shim))
			shim_over(shim, EC2_END_CRASH);
	}
}
