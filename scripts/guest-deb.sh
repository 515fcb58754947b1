#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest with modules where DKMS has put them, and Debian's own modprobe: it loads hmap before the
# module that uses it, and removes it after that.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

/kmod/modprobe hmap_squares || fail "cannot load hmap_squares"
grep ^hmap /proc/modules
version=$(cat /sys/module/hmap/version)
echo "hmap $version is loaded"
[ "$version" = "$(argument hmap_version)" ] || fail "it is not $(argument hmap_version)"
dmesg | grep -E 'hmap(_squares)?:'
dmesg | grep -o -E 'hmap: loaded|hmap_squares: 1000 squared is 1000000' >/tmp/order
printf 'hmap: loaded\nhmap_squares: 1000 squared is 1000000\n' | cmp - /tmp/order ||
	fail "not loaded in this order"
refuse_unload hmap
/kmod/modprobe -r hmap_squares || fail "cannot remove hmap_squares"
! grep ^hmap /proc/modules || fail "modprobe -r has left something"
check_kernel_log

finish "$failed"
