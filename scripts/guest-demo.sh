#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the demo: a store in the kernel that gives every open file a map.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

TRACE=/sys/kernel/tracing

# What an operator sees of a map of 30 entries: its type, and its life by events.
show_one_map() {
	mount -t tracefs tracefs $TRACE
	echo 1 >$TRACE/events/hmap/enable

	printf '\n== The types of maps, while a file has 30 entries\n'
	exec 3>/dev/hmap_kv
	seq 30 | sed 's/.*/set key& &/' >&3
	echo "# cat /sys/kernel/debug/hmap/types"
	tee /tmp/types </sys/kernel/debug/hmap/types
	echo "A line for each type that has had a table: its module, the tables allocated so"
	echo "far, those there are, their bytes, the peak; and how many there are of each size."
	grep -q '^kv_map hmap_kv [0-9]* 1 ' /tmp/types || fail "the map's table is not seen"

	printf '\n== The life of its map, until the file is closed\n'
	exec 3>&-
	echo 0 >$TRACE/events/hmap/enable
	echo "# cat $TRACE/trace     (after: echo 1 >$TRACE/events/hmap/enable)"
	sed -n 's/.*: \(hmap_table_\)/\1/p' $TRACE/trace | tee /tmp/events
	echo "To grow, it takes a larger table, copies its entries there, and frees the old one."
	check_events
	echo
}

check_events() {
	local allocated freed

	allocated=$(grep -c hmap_table_alloc: /tmp/events) freed=$(grep -c hmap_table_free: /tmp/events)
	[ "$allocated" = "$freed" ] || fail "$allocated tables allocated, $freed freed"
	[ "$(grep -c hmap_table_rebuild: /tmp/events)" = $((allocated - 1)) ] ||
		fail "not each table but the first was made by a rebuild"
	[ "$(sed 's/.*\(map=[^ ]*\).*/\1/' /tmp/events | sort -u | wc -l)" = 1 ] ||
		fail "there are events of other maps"
}

echo "This is Debian's stock kernel $(uname -r) on $(nproc) CPUs."
load /modules/hmap.ko
load /modules/hmap_kv.ko

/bin/kv_demo || fail "kv_demo"
show_one_map

unload hmap_kv
check_nothing_in_use
unload hmap
check_kernel_log
echo "What the kernel logged:"
dmesg | grep -w -E 'hmap|hmap_kv'

finish "$failed"
