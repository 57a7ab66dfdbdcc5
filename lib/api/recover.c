// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/recover.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/data_path.h"
#include "api/end.h"
#include "api/image.h"
#include "api/power.h"
#include "api/request.h"
#include "model/shapes.h"
#include "store/instance.h"
#include "store/intent.h"

/* Terminated instances stay listed for an hour. */
#define TERMINATED_KEPT_MS (3600 * 1000LL)

/*
 * An instance whose shim is gone and whom nobody is launching. All is looked at once more under the
 * write lock, since another process may have seen to it, or have started it anew.
 */
static int end_dead(struct ec2 *ec2, const char *id, const char *boot)
{
	bool rebooted, running;
	struct ec2_inst inst;
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = ec2_inst_load(ec2, id, &inst);
	if (ret > 0 && !ec2_state_live(inst.pub.state.code))
		ret = 0;
	if (ret > 0) {
		int busy = ec2_intent_pending(ec2, EC2_INTENT_LAUNCH, id);

		if (!busy)
			busy = ec2->kernel->alive(ec2, id);
		ret = busy < 0 ? busy : !busy;
	}
	if (ret > 0) {
		rebooted = boot && inst.boot && strcmp(boot, inst.boot);
		running = inst.pub.state.code == EC2_STATE_RUNNING;
		ret = ec2_end_locked(ec2, &inst, EC2_END_CRASH,
				     rebooted && running ? "The host was restarted" : NULL);
		if (!ret && rebooted && running)
			ret = ec2_db_exec(ec2, "UPDATE instances SET restart = 1 WHERE id = ?", "s",
					  id);
	}
	ec2_inst_clear(&inst);
	return ec2_end(ec2, ret < 0 ? ret : 0);
}

static int collect(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	if (ec2_strings_add(arg, ec2_col_text(row, 0)))
		return ec2_fail_errno(ec2, -ENOMEM, "Recovery");
	return 0;
}

static void strings_free(struct ec2_strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

static int recover_instances(struct ec2 *ec2)
{
	struct ec2_strings live = {0};
	char *boot = NULL;
	int ret = ec2_db_each(ec2, collect, &live,
			      "SELECT id FROM instances WHERE state NOT IN (48, 80)", NULL);

	for (size_t i = 0; ret >= 0 && i < live.n; i++) {
		int alive = ec2->kernel->alive(ec2, live.items[i]);

		if (alive > 0)
			continue;
		/* -EBUSY: somebody is launching it; what cannot be removed now is removed at its next start */
		ec2->kernel->clean(ec2, live.items[i]);
		if (!boot)
			boot = ec2->kernel->boot_id(ec2);
		ret = end_dead(ec2, live.items[i], boot);
	}
	free(boot);
	strings_free(&live);
	return ret < 0 ? ret : 0;
}

/*
 * A shim that was killed after it had recorded the end left its run directory and cgroup, and no state
 * of a record tells of them.
 */
static void recover_leftovers(struct ec2 *ec2)
{
	DIR *dir = opendir(ec2->run_dir);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (ec2_valid_id(entry->d_name, "i") && !ec2->kernel->alive(ec2, entry->d_name))
			ec2->kernel->clean(ec2, entry->d_name);
	if (dir)
		closedir(dir);
}

static int forget(struct ec2 *ec2, const struct ec2_intent *intent)
{
	int ret = ec2_db_exec(ec2, "DELETE FROM intents WHERE seq = ?", "i", intent->seq);

	return ret < 0 ? ret : 0;
}

/* A launch: its shim, if there is one, does without the command; otherwise it is undone. */
static int recover_launch(struct ec2 *ec2, const struct ec2_intent *intent)
{
	int alive = ec2->kernel->alive(ec2, intent->resource);
	int ret = 0;

	if (alive < 0)
		return ec2_fail_errno(ec2, alive, "An instance's lock");
	if (!alive) {
		/* its run folder; a terminated instance is never looked at again. -EBUSY as above */
		ec2->kernel->clean(ec2, intent->resource);
		ret = ec2_end_instance(ec2, intent->resource, EC2_END_LAUNCH_FAILED,
				       "The command that launched it was killed");
	}
	return ret && ret != -ENOENT ? ret : forget(ec2, intent);
}

static const struct {
	const char *kind;
	int (*finish)(struct ec2 *ec2, const struct ec2_intent *intent);
} kinds[] = {
	{EC2_INTENT_LAUNCH, recover_launch},
	{EC2_INTENT_SIGNAL, ec2_finish_signal},
	{EC2_INTENT_IMAGE, ec2_undo_image},
};

static int recover_intents(struct ec2 *ec2)
{
	struct ec2_intent intent;
	int ret;

	while ((ret = ec2_intent_claim(ec2, &intent)) > 0) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (strcmp(kinds[i].kind, intent.kind) == 0)
				ret = kinds[i].finish(ec2, &intent);
		}
		if (ret < 0)
			return ret;
	}
	return ret;
}

/* ---- forgetting ---- */

static int purge_one(struct ec2 *ec2, const char *id)
{
	static const char *const statements[] = {
		"UPDATE volumes SET instance = NULL WHERE instance = ?",
		"DELETE FROM tags WHERE resource = ?",
		"DELETE FROM instances WHERE id = ? AND state = 48",
	};
	char *console = ec2_path(ec2->state_dir, "console/%s.log", id);
	int ret = 0;

	if (!console)
		return ec2_fail_errno(ec2, -ENOMEM, "Recovery");
	/* the file first: without its record nobody would find it again */
	unlink(console);
	free(console);
	for (size_t i = 0; ret >= 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = ec2_db_exec(ec2, statements[i], "s", id);
	return ret < 0 ? ret : 0;
}

static int purge(struct ec2 *ec2)
{
	struct ec2_strings old = {0};
	int ret = ec2_db_each(ec2, collect, &old,
			      "SELECT id FROM instances WHERE state = 48 AND ended < ?", "i",
			      ec2_now() - TERMINATED_KEPT_MS);

	if (ret > 0) {
		ret = ec2_begin(ec2);
		for (size_t i = 0; !ret && i < old.n; i++)
			ret = purge_one(ec2, old.items[i]);
		if (!ret)
			ret = ec2_db_exec(ec2,
					  "DELETE FROM reservations WHERE id NOT IN"
					  " (SELECT reservation FROM instances)",
					  NULL);
		ret = ec2_end(ec2, ret < 0 ? ret : 0);
	}
	strings_free(&old);
	return ret < 0 ? ret : 0;
}

int ec2_recover(struct ec2 *ec2)
{
	int ret = recover_intents(ec2);

	if (!ret)
		ret = recover_instances(ec2);
	recover_leftovers(ec2);
	/* a host that refuses fails what needs the network, and not every command */
	if (!ret)
		(void)ec2_data_path_settle(ec2);
	if (!ret)
		ret = ec2_volumes_delete(ec2);
	if (!ret)
		ret = ec2_images_delete(ec2);
	if (!ret)
		ret = purge(ec2);
	return ret;
}
