#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which maps are filled by accounted inserts, within a memory cgroup that they do
# not fit into: all that is in use has to be on its bill.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

GROUP=/sys/fs/cgroup/test
LIMIT=$((12 << 20))

charged() {
	cat "$GROUP/memory.current"
}

# fill KIND ENTRIES: 40 maps, as a process of the group.
fill() {
	local in_use charged

	sh -c "echo \$\$ >$GROUP/cgroup.procs &&
		exec insmod /modules/hmap_memory.ko kind=$1 maps=40 entries=$2" ||
		fail "cannot load hmap_memory"
	dmesg | grep 'hmap_memory: filled' | tail -n 1 | grep . || fail "no map was filled"
	in_use=$(counter bytes_in_use) charged=$(charged)
	echo "kind $1: $in_use bytes in use, $charged charged"
	# What RCU has yet to free is on the bill, too, and may be most of it.
	[ "$in_use" -gt $((1 << 20)) ] || fail "too little is in use to tell anything"
	[ "$in_use" -le "$charged" ] || fail "what is in use is not charged"
	unload_users
}

mount -t cgroup2 none /sys/fs/cgroup
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir "$GROUP"
echo "$LIMIT" >"$GROUP/memory.max"

load /modules/hmap.ko
fill 0 200000
fill 1 200000
fill 2 50000
dmesg | grep -E 'Out of memory|out of memory|Killed process' &&
	fail "somebody was killed for memory that could have been refused"

unload hmap
# What RCU frees goes in batches, seconds later.
seconds=0
while left=$(charged) && [ "$left" -gt $((1 << 20)) ] && [ "$seconds" -lt 30 ]; do
	sleep 1
	seconds=$((seconds + 1))
done
echo "$left bytes charged in the end"
[ "$left" -le $((1 << 20)) ] || fail "what was freed is still charged"
check_kernel_log

finish "$failed"
