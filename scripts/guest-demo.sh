#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the demo: a store in the kernel that gives every open file a map.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

echo "This is Debian's stock kernel $(uname -r) on $(nproc) CPUs."
load /modules/hmap.ko
load /modules/hmap_kv.ko

/bin/kv_demo || fail "kv_demo"

unload hmap_kv
check_nothing_in_use
unload hmap
check_kernel_log
echo "What the kernel logged:"
dmesg | grep -w -E 'hmap|hmap_kv'

finish "$failed"
