#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the stress test, which runs while its module is being loaded, for so long
# as hmap_seconds= on the kernel's command line says.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

seconds=$(sed -n 's/.*hmap_seconds=\([0-9]*\).*/\1/p' /proc/cmdline)

echo "$(nproc) CPUs, $seconds s for each kind of map"
[ "$(nproc)" -gt 1 ] || fail "readers cannot run beside the writer on one CPU"
load /modules/hmap.ko
load /modules/hmap_stress.ko seconds="$seconds"
unload_all
check_kernel_log

finish "$failed"
