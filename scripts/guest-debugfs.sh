#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest whose files in debugfs are read all the time, while hmap is loaded, used and
# unloaded, so often as hmap_cycles= on the kernel's command line says.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# A file that is open keeps the module, and is read on as if nothing had been tried.
# Nobody uses a map meanwhile.
hold_open() {
	exec 4<"$STATS"
	read -r first <&4
	refuse_unload hmap
	cat <&4 >/tmp/rest || fail "a file that was open cannot be read on"
	exec 4<&-
	[ "$first" = "$(head -n 1 "$STATS")" ] &&
		[ "$(cat /tmp/rest)" = "$(tail -n +2 "$STATS")" ] && return
	fail "read by halves: $first, $(cat /tmp/rest)"
}

# While a reader has a file open, it is refused.
unload_at_last() {
	local times=0

	until rmmod hmap 2>/dev/null; do
		times=$((times + 1))
		[ "$times" -lt 1000 ] || return
	done
	[ "$times" -eq 0 ] || refused=$((refused + 1))
}

cycle() {
	insmod /modules/hmap.ko || fail "cannot load hmap"
	check_fresh
	hold_open
	insmod /modules/hmap_user.ko || fail "cannot load hmap_user"
	insmod /modules/hmap_kv.ko max_entries=1000 || fail "cannot load hmap_kv"
	/bin/kv_fuzz "$n" 1 0 >/tmp/fuzz || fail "kv_fuzz: $(cat /tmp/fuzz)"
	rmmod hmap_kv || fail "cannot unload hmap_kv"
	rmmod hmap_user || fail "cannot unload hmap_user"
	check_freed
	unload_at_last || fail "cannot unload hmap"
	[ ! -e "$STATS" ] || fail "hmap has gone and left its files"
}

cycles=$(argument hmap_cycles)
allow_faults
/bin/read_debugfs "$(dirname "$STATS")" 3 &
readers=$!
n=0 refused=0
while [ "$n" -lt "$cycles" ] && [ "$failed" -eq 0 ]; do
	cycle
	n=$((n + 1))
done
[ "$n" -gt 0 ] || fail "nothing was done"
echo "$n times, $refused of them unloaded only when no file was open"
kill $readers
wait $readers || fail "read_debugfs"
check_leaks
check_kernel_log

finish "$failed"
