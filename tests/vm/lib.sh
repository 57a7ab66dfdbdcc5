# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests/vm/*.test, which run inside the lab as root, in the project's folder:
#
#   . tests/vm/lib.sh
#   load_module
#   check "a name for the behaviour" COMMAND…        ok where COMMAND succeeds
#   refuse "a name" TEXT COMMAND…                    ok where it fails and says TEXT
#   pass NAME | fail NAME [WHY] | skip NAME WHY      when the verdict comes from elsewhere
#   wait_for SECONDS COMMAND…                        polls until COMMAND succeeds
#   let_others_in                                    for commands run as another user
#   finish                                           last: exit status says whether all passed
#
# Each verdict is one line "ok - NAME" or "not ok - NAME"; programs in C print the same lines themselves.
B=${B:-build}
export EC2CTL_LIBEXEC=${EC2CTL_LIBEXEC:-$PWD/$B}
PATH=$PWD/$B:$PATH
failures=0

pass() { echo "ok - $1"; }
fail()
{
	echo "not ok - $1${2:+ # $2}"
	failures=$((failures + 1))
}
skip() { echo "ok - $1 # SKIP $2"; }

check()
{
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ]; then
		pass "$name"
	else
		fail "$name" "exit status $status of: $*"
		sed 's/^/#   /' <<< "$output" | tail -n 20
	fi
}

refuse()
{
	local name=$1 text=$2 output status=0
	shift 2
	output=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ]; then
		fail "$name" "succeeded: $*"
	elif ! grep -qF -- "$text" <<< "$output"; then
		fail "$name" "said nothing of \"$text\": $*"
		sed 's/^/#   /' <<< "$output" | tail -n 20
	else
		pass "$name"
	fi
}

wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# Other users come as far as this folder, which may be below one of root's own. In the lab's tree, not the host's.
let_others_in()
{
	local folder=$PWD
	until [ "$folder" = / ]; do
		chmod o+x "$folder"
		folder=$(dirname "$folder")
	done
}

module_file() { echo "$B/kmod/$(uname -r)/ec2ctl.ko"; }
load_module()
{
	[ ! -d /sys/module/ec2ctl ] || return 0
	insmod "$(module_file)" "$@" || { fail "the module loads"; finish; }
}
unload_module() { [ ! -d /sys/module/ec2ctl ] || rmmod ec2ctl; }

finish()
{
	[ "$failures" = 0 ]
	exit
}
