#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which the kernel's allocator fails under the sample device, by count and by
# probability: for one program only, and, of its slab allocations, only for those by
# kmalloc(), as hmap's and the sample's are.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

allow_faults
spare_checkers
echo 15 >/sys/kernel/debug/failslab/probability

load /modules/hmap.ko
load /modules/hmap_kv.ko
/bin/kv_fault || fail "kv_fault"

unload_all
check_kernel_log

finish "$failed"
