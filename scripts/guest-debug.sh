#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the kernel with KASAN, lockdep, kmemleak and more: everything runs once,
# and none of them may have something to say.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

seconds=$(sed -n 's/.*hmap_seconds=\([0-9]*\).*/\1/p' /proc/cmdline)

allow_faults
spare_checkers
load_kunit
load /modules/hmap.ko
echo "KTAP version 1"
load /modules/hmap_kunit.ko
load /modules/hmap_stress.ko seconds="$seconds"
for sample in hmap_kv hmap_sessions hmap_flows rhashtable_flows; do
	load /modules/$sample.ko
done
/bin/kv_demo --quick || fail "kv_demo"
/bin/samples.sh || fail "samples"

unload_all
unload kunit
check_reported_once
check_kernel_log

finish "$failed"
