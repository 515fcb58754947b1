#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest that loads and unloads hmap with users in between, so often as hmap_cycles=
# on the kernel's command line says.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

cycle() {
	insmod /modules/hmap.ko || fail "cannot load hmap"
	check_fresh
	insmod /modules/hmap_user.ko || fail "cannot load hmap_user"
	insmod /modules/hmap_kv.ko || fail "cannot load hmap_kv"
	exec 3<>/dev/hmap_kv
	echo "set name value" >&3
	refuse_unload hmap_kv
	refuse_unload hmap
	exec 3>&-
	rmmod hmap_kv || fail "cannot unload hmap_kv"
	refuse_unload hmap
	[ "$(counter bytes_in_use)" -gt 0 ] || fail "hmap_user uses no memory"
	rmmod hmap_user || fail "cannot unload hmap_user"
	check_freed
	rmmod hmap || fail "cannot unload hmap"
}

cycles=$(argument hmap_cycles)
n=0
while [ "$n" -lt "$cycles" ] && [ "$failed" -eq 0 ]; do
	cycle
	n=$((n + 1))
	[ $((n % 100)) -ne 0 ] || echo "$n times"
done
[ "$n" -gt 0 ] || fail "nothing was done"
[ ! -e $LEAKS ] || check_leaks
check_kernel_log

finish "$failed"
