# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Debian packages unpacked and never installed, for tests/vm/kernel and tests/vm/qemu. Who reads this has set
# here (this folder), cache, update (not empty: look for newer ones) and die().
#
# apt with lists and sources of its own: the system's mirror, but not the system's state
apt=$cache/apt
aptopts=(-qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=-
	-o Dir::State::Lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache"
	-o APT::Sandbox::User="" -o Acquire::Languages=none -o Acquire::Retries=3
	-o APT::Architecture=amd64)

refresh_lists()
{
	# a list of the last hour is fresh enough for the second kernel of one set-up
	if [ -z "$update" ] && [ -n "$(find "$apt/lists.stamp" -mmin -60 2> /dev/null)" ]; then
		return
	fi
	mkdir -p "$apt" "$apt/lists/partial" "$apt/cache/archives/partial"
	: > "$apt/status"
	"$here/sources" --backports > "$apt/sources.list" || exit 1
	apt-get "${aptopts[@]}" update >&2 || die "apt-get update failed: is the mirror reachable?"
	touch "$apt/lists.stamp"
}

# fetch FOLDER PACKAGE…: into FOLDER/root
fetch()
{
	local dir=$1
	shift
	(cd "$dir" && apt-get "${aptopts[@]}" download "$@" >&2) || die "could not fetch $*"
	local deb
	for deb in "$dir"/*.deb; do
		dpkg-deb -x "$deb" "$dir/root"
		rm "$deb"
	done
}
