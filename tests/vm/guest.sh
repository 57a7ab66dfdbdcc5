# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For tests that run instances, after lib.sh: a region of its own types, the small guest as an image, and a
# hand on the console.
#
#   set_up_region                    types lab.one (1 vCPU, 128 MiB), lab.two, lab.four, …; the module
#   import_tiny                      $tiny: the machine image of tests/vm/tinyguest, with its kernel
#   launch ARGUMENTS…                run-instances of $tiny: prints the ids
#   state ID, is PATTERN ID…, wait_state SECONDS STATE ID…
#   await ID TEXT [SECONDS]          until the console has said it, since the last mark
#   ask ID LINE TEXT [SECONDS]       marks, types LINE at the console, awaits TEXT; prints that line
#   mark ID                          from here on
#   volume ID                        the file of its root volume
#   records, agree, complain         what records, module, processes, cgroups, folders and volumes say of the same
#                                    instances: agree fails where they differ, complain prints how
#   tear_down                        terminates all, by force; nothing may be left
W=${W:-/tmp/guests}
export EC2CTL_CONFIG_DIR=$W/config EC2CTL_OUTPUT=json EC2CTL_STOP_GRACE=${EC2CTL_STOP_GRACE:-30}
STATE=/var/lib/ec2ctl RUN=/run/ec2ctl

set_up_region()
{
	mkdir -p "$EC2CTL_CONFIG_DIR/instance-types.d"
	echo '{"vcpu_overcommit": 4}' > "$EC2CTL_CONFIG_DIR/ec2ctl.json"
	{
		local name vcpus mib credits comma=
		echo '{"InstanceTypes": ['
		while read -r name vcpus mib credits; do
			printf '%s{"InstanceType": "%s", "VCpuInfo": {"DefaultVCpus": %s}, "MemoryInfo": {"SizeInMiB": %s}%s}\n' \
				"$comma" "$name" "$vcpus" "$mib" "$credits"
			comma=,
		done
		echo ']}'
	} << 'TYPES' > "$EC2CTL_CONFIG_DIR/instance-types.d/lab.json"
lab.one 1 128
lab.two 2 192
lab.four 4 256
lab.burst 1 128 , "CreditInfo": {"EarnedPerHour": 1, "MaxBalance": 24, "BaselinePercent": 30}
debian.one 1 1024
debian.two 2 2048
debian.four 4 1024
TYPES
	load_module
}

# field JSON-PATH COMMAND…: one value of an answer
field()
{
	local path=$1
	shift
	ec2ctl "$@" --query "$path" --output text
}

import_tiny()
{
	local boot=$B/tests/vm/tinyguest-boot kernel ramdisk
	[ -e "$boot/kernel" ] || { fail "the small guest is there" "run tests/vm/tinyguest"; finish; }
	truncate -s 32M "$W/disk.raw"
	kernel=$(field ImageId import-image "$boot/kernel" --name tiny-kernel --image-type kernel \
		--boot-parameters "console=ttyS0 quiet panic=-1")
	ramdisk=$(field ImageId import-image "$boot/initrd" --name tiny-ramdisk --image-type ramdisk)
	tiny=$(field ImageId import-image "$W/disk.raw" --name tiny --format raw --kernel-id "$kernel" \
		--ramdisk-id "$ramdisk")
	rm "$W/disk.raw"
	case "$tiny" in
	ami-*) ;;
	*) fail "the small guest is imported"; finish ;;
	esac
}

launch() { field 'Instances[].InstanceId' run-instances --image-id "$tiny" --instance-type lab.one "$@" | tr '\t' '\n'; }

state() { field 'Reservations[].Instances[].State.Name' describe-instances --instance-ids "$@" | tr '\t' '\n'; }
is()
{
	local wanted=$1
	shift
	# each of them: no answer, or no id, is no yes
	[ $# -gt 0 ] && [ "$(state "$@" | grep -cxE "$wanted")" = $# ]
}
wait_state()
{
	local seconds=$1 wanted=$2
	shift 2
	ec2ctl wait "instance-$wanted" --timeout "$seconds" --instance-ids "$@"
}

# State is in files, since much of it is called in subshells.
log() { echo "$STATE/console/$1.log"; }
mark()
{
	stat -c %s "$(log "$1")" > "$W/$1.mark" 2> /dev/null || echo 0 > "$W/$1.mark"
	tail -c 64 "$(log "$1")" > "$W/$1.before" 2> /dev/null
}
# A log that has grown to 128 KiB loses its first 64: the mark is where the bytes before it are.
since()
{
	local at before
	at=$(cat "$W/$1.mark" 2> /dev/null || echo 0) before=$(stat -c %s "$W/$1.before" 2> /dev/null || echo 0)
	while [ "$at" -gt 0 ] &&
		! tail -c "+$((at - before + 1))" "$(log "$1")" 2> /dev/null | head -c "$before" | cmp -s - "$W/$1.before"; do
		at=$((at - 65536))
	done
	[ "$at" -gt 0 ] || at=0
	# nor what a shell says of pasting
	tail -c "+$((at + 1))" "$(log "$1")" 2> /dev/null | tr -d '\r' | sed 's/\x1b\[?2004[hl]//g'
}
heard() { since "$1" | grep -aqE -- "$2"; }
await()
{
	wait_for "${3:-60}" heard "$1" "$2" && return
	echo "the console of $1 does not say \"$2\"; its end:"
	tail -c 600 "$(log "$1")"
	return 1
}

# One `ec2ctl console` per running instance, which keeps the pipe of its keys open; it ends with the run.
type_at()
{
	local fifo=$W/$1.keys keys
	if ! kill -0 "$(cat "$W/$1.typist" 2> /dev/null)" 2> /dev/null; then
		rm -f "$fifo"
		mkfifo "$fifo"
		exec {keys}<> "$fifo"
		ec2ctl console "$1" <&"$keys" > /dev/null 2>&1 &
		echo $! > "$W/$1.typist"
	else
		exec {keys}<> "$fifo"
	fi
	printf '%s\n' "$2" >&"$keys"
	exec {keys}>&-
}
ask()
{
	mark "$1"
	type_at "$1" "$2"
	await "$1" "$3" "${4:-60}" || return
	since "$1" | grep -aE -m 1 -- "$3"
}

volume()
{
	echo "$STATE/volumes/$(field 'Reservations[].Instances[].BlockDeviceMappings[].Ebs.VolumeId' \
		describe-instances --instance-ids "$1").raw"
}

# What the kernel has: "ID STATE VM-ON" a line
in_module() { "$B/tests/vm/running"; }

listed() { field "Reservations[].Instances[?State.Name!='terminated'].InstanceId[]" describe-instances | tr '\t' '\n' | sed '/^None$/d; /^$/d'; }

# What every source says of the same instance, as "ID WORD…" lines, sorted: equal where all agree.
records()
{
	field "Reservations[].Instances[?State.Name!='terminated'][].[InstanceId,State.Name,BlockDeviceMappings[0].Ebs.VolumeId]" \
		describe-instances | tr '\t' ' ' | grep '^i-' | sort
}
expected()
{
	local id state volume
	while read -r id state volume; do
		[ -n "$id" ] || continue
		echo "volume $volume"
		[ "$state" = running ] || continue
		printf '%s\n' "module $id 16 1" "shim $id" "vmm $id" "cgroup $id" "folder $id"
	done <<< "$1" | sort
}
found()
{
	{
		in_module | sed 's/^\(i-[^ ]* [0-9]* [0-9]*\) .*/module \1/'
		pgrep -ax ec2-shim | sed 's/.* \(i-.*\)/shim \1/'
		pgrep -ax ec2-vmm | sed 's/.* --id \(i-[^ ]*\) .*/vmm \1/'
		for path in /sys/fs/cgroup/ec2ctl/i-*; do [ -d "$path" ] && echo "cgroup ${path##*/}"; done
		for path in $RUN/i-*; do [ -d "$path" ] && echo "folder ${path##*/}"; done
		for path in "$STATE"/volumes/*; do path=${path##*/}; [ "$path" = '*' ] || echo "volume ${path%.raw}"; done
	} | sort
}
# Only what is on its way may differ for a moment.
agree()
{
	local rows
	rows=$(records)
	! grep -qE ' (pending|stopping|shutting-down) ' <<< "$rows" || return 1
	[ "$(expected "$rows")" = "$(found)" ]
}
complain()
{
	echo "# records:"; records
	echo "# expected, found:"
	diff <(expected "$(records)") <(found)
}

nothing_left()
{
	local left
	left=$(pgrep -x 'ec2-(shim|vmm)'; in_module; ls -A "$STATE/volumes"
		ls -A $RUN | grep -v '^owners$'; ls -A $RUN/owners 2> /dev/null
		[ ! -e /run/netns/ec2ctl ] || ip -n ec2ctl -o link show type tun
		"$B/tests/vm/card" list
		[ ! -d /sys/fs/cgroup/ec2ctl ] || find /sys/fs/cgroup/ec2ctl -mindepth 1 -type d)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}
tear_down()
{
	local ids
	mapfile -t ids < <(listed)
	if [ ${#ids[@]} -gt 0 ]; then
		ec2ctl stop-instances --force --instance-ids "${ids[@]}" > /dev/null 2>&1
		check "every instance can be terminated" ec2ctl terminate-instances --instance-ids "${ids[@]}"
		check "and comes to its end" wait_state 60 terminated "${ids[@]}"
	fi
	ec2ctl reconcile > /dev/null
	check "nothing is left: process, record in the module, volume, cgroup, run folder, tap, interface" \
		wait_for 10 nothing_left
	check "the module unloads" unload_module
}
mkdir -p "$W"
