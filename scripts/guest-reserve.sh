#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which a map is to have room for more than there is memory: that is refused, or
# ended by a fatal signal, and then all is as before.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

HUGE=100000000

# reserve RESULT PARAMETER...: by a process of its own, which may die of it.
reserve() {
	local expected=$1
	shift

	echo "reserving, with $*"
	insmod /modules/hmap_memory.ko maps=0 "$@"
	dmesg | grep -E 'hmap_memory: (before|reserved)' | tail -n 2
	dmesg | grep 'hmap_memory: reserved' | tail -n 1 | grep -q ": $expected, " ||
		fail "reserving did not return $expected"
}

given_back() {
	[ "$(counter bytes_in_use)" = 0 ] || fail "it keeps $(counter bytes_in_use) bytes"
	rmmod hmap_memory || fail "cannot unload hmap_memory"
}

load /modules/hmap.ko

# First, as the peak stays.
reserve -4 reserve="$HUGE" dying=1
given_back
echo "bytes_peak $(counter bytes_peak)"
[ "$(counter bytes_peak)" -le $((16 << 20)) ] || fail "a fatal signal was not seen at once"

reserve -12 reserve="$HUGE"
given_back

# What there is can be had.
reserve 0 reserve=1000000
[ "$(counter bytes_in_use)" -gt 16000000 ] || fail "no room was made"
unload_all
dmesg | grep -E 'Out of memory|invoked oom-killer|Killed process' &&
	fail "somebody was killed for memory that could have been refused"
check_kernel_log

finish "$failed"
