# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# What the guests' inits share. Sourced by /init, under busybox sh.

STATS=/sys/kernel/debug/hmap/stats
LEAKS=/sys/kernel/debug/kmemleak

/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin
/bin/busybox --install -s
export PATH=/bin:/sbin:/usr/bin:/usr/sbin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null || : # the kernel may have done it
mount -t debugfs debugfs /sys/kernel/debug
# Without a console in the initramfs, init starts with no descriptors at all.
[ -e /proc/self/fd/1 ] || exec </dev/console >/dev/console 2>&1

# The status for finish.
failed=0
fail() {
	echo "FAILED: $*"
	# shellcheck disable=SC2034 # read by those who source this
	failed=1
}

# argument NAME: the value of NAME= on the kernel's command line, or nothing.
argument() {
	sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" /proc/cmdline
}

# finish STATUS: tell the host and switch off. Changing a setting of the console
# waits until it has sent what was written to it. Under QEMU -no-reboot a reboot
# ends the machine, which needs no ACPI.
finish() {
	echo "HMAP-GUEST-EXIT: $1"
	stty -F /dev/console -echo
	if grep -q 'User Mode Linux' /proc/cpuinfo; then
		poweroff -f
	else
		reboot -f
	fi
	sleep 60
}

# An init that ends makes the kernel panic; better to say that it was not planned.
trap 'echo "FAILED: init ended early"; finish 1' EXIT

# load MODULE [PARAMETER...]
load() {
	if insmod "$@"; then
		echo "loaded $(basename "$1")"
	else
		fail "cannot load $(basename "$1")"
	fi
}

unload() {
	rmmod "$1" && return
	fail "cannot unload $1"
}

# A module that is used, by another one or by an open file, has to stay.
refuse_unload() {
	if rmmod "$1" 2>/tmp/refused; then
		fail "$1 was unloaded while it was used"
	elif ! grep -q 'Resource temporarily unavailable' /tmp/refused; then
		fail "$1 was not refused for being used: $(cat /tmp/refused)"
	elif [ "$(cat "/sys/module/$1/initstate")" != live ]; then
		fail "$1 is not what it was, after its unloading was refused"
	fi
}

counter() {
	sed -n "s/^$1 //p" "$STATS"
}

# All counters of a module that has just been loaded are 0.
check_fresh() {
	[ "$(grep -c ' 0$' "$STATS")" -gt 0 ] && ! grep -v ' 0$' "$STATS" && return
	fail "a fresh module has counted"
}

# What was allocated has been freed again.
check_freed() {
	[ "$(counter bytes_in_use)" = 0 ] &&
		[ "$(counter tables_allocated)" = "$(counter tables_freed)" ] &&
		[ "$(counter maps_allocated)" = "$(counter maps_freed)" ] && return
	fail "something is left:"
	cat "$STATS"
}

# Modules other than hmap itself, in the order in which they are loaded.
users_of_hmap() {
	find /modules -name '*.ko' ! -name hmap.ko ! -name kunit.ko -exec basename {} .ko \; | sort
}

users_of_hmap_reversed() {
	users_of_hmap | sort -r
}

# Fault injection spares allocations that may sleep, and prints a stack for each
# failure, unless told otherwise. Tests want to see every kind of allocation fail,
# thousands of times; the stacks would push their results out of the kernel log. A
# task that asks for it (make_it_fail) sees all of its allocations fail.
allow_faults() {
	local fault

	for fault in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		echo N >$fault/ignore-gfp-wait
		echo 0 >$fault/verbose
		echo Y >$fault/task-filter
		echo -1 >$fault/times
		echo 100 >$fault/probability
	done
}

# Checkers allocate for themselves, from caches of their own and whole pages: the n-th
# allocation that fails has to be one of those under test, which slub_debug=A marks.
spare_checkers() {
	echo Y >/sys/kernel/debug/failslab/cache-filter
	echo 20 >/sys/kernel/debug/fail_page_alloc/min-order
}

# Small kernels have KUnit switched off by default; those that know no such
# parameter take no notice.
load_kunit() {
	load /modules/kunit.ko enable=1 autorun=1
}

# To be called when all users are gone and hmap is still there.
check_nothing_in_use() {
	grep -x 'bytes_in_use 0' "$STATS" && return
	fail "memory still in use: $(grep bytes_in_use "$STATS" || echo "no bytes_in_use in $STATS")"
}

# Unload all users of hmap, and see that nothing is left behind.
unload_users() {
	local module

	cat "$STATS"
	for module in $(users_of_hmap_reversed); do
		unload "$module"
	done
	check_nothing_in_use
}

# Leaks are looked for, where the kernel can, while hmap may still be named in their stacks,
# and after it has gone.
unload_all() {
	unload_users
	[ ! -e "$LEAKS" ] || check_leaks
	unload hmap
	[ ! -e "$LEAKS" ] || check_leaks
}

# What is younger than 5 s is never reported. The first scan may still find
# pointers in registers and on stacks that are about to go.
check_leaks() {
	sleep 6
	echo scan >$LEAKS
	echo scan >$LEAKS
	grep . $LEAKS && fail "kmemleak reports leaks"
	dmesg | grep -E 'kmemleak: .*(disabled|Cannot)' &&
		fail "kmemleak did not work to the end"
}

# KUnit tests have several types whose hashes spread keys poorly.
check_reported_once() {
	local reports

	reports=$(dmesg | grep -c 'its hash spreads keys poorly')
	[ "$reports" -eq 1 ] || fail "poor hashes were reported $reports times"
}

# Every test that provokes a warning announces it, so any other one is a bug. A race
# that KCSAN reports may be somebody else's, which guest-kcsan.sh finds out.
check_kernel_log() {
	local expected warnings

	expected=$(dmesg | grep -c '_kunit: expect a warning')
	warnings=$(dmesg | grep -c 'WARNING:')
	[ "$warnings" -eq "$expected" ] ||
		fail "$warnings warnings in the kernel log, $expected expected"
	dmesg | grep -E 'BUG:|UBSAN:|KASAN:|ODEBUG:|Oops|rcu: INFO:' |
		grep -v 'BUG: KCSAN:' && fail "bugs reported in the kernel log"
}
