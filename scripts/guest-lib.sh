# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# What the guests' inits share. Sourced by /init, under busybox sh.

STATS=/sys/kernel/debug/hmap/stats

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

# Modules other than hmap itself, in the order in which they are loaded.
users_of_hmap() {
	find /modules -name '*.ko' ! -name hmap.ko ! -name kunit.ko -exec basename {} .ko \; | sort
}

users_of_hmap_reversed() {
	users_of_hmap | sort -r
}

# To be called when all users are gone and hmap is still there.
check_nothing_in_use() {
	grep -x 'bytes_in_use 0' "$STATS" && return
	fail "memory still in use: $(grep bytes_in_use "$STATS" || echo "no bytes_in_use in $STATS")"
}

# Unload all, and see that nothing is left behind.
unload_all() {
	local module

	cat "$STATS"
	for module in $(users_of_hmap_reversed); do
		unload "$module"
	done
	check_nothing_in_use
	unload hmap
}

# Every test that provokes a warning announces it, so any other one is a bug.
check_kernel_log() {
	local expected warnings

	expected=$(dmesg | grep -c '_kunit: expect a warning')
	warnings=$(dmesg | grep -c 'WARNING:')
	[ "$warnings" -eq "$expected" ] ||
		fail "$warnings warnings in the kernel log, $expected expected"
	dmesg | grep -E 'BUG:|UBSAN:|KASAN:|Oops|rcu: INFO:' &&
		fail "bugs reported in the kernel log"
}
