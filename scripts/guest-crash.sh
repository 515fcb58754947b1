#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest whose memory is dumped: it has maps, tells of them, and stays as it is.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

load /modules/hmap.ko
load /modules/hmap_crash.ko
echo "TYPES"
cat /sys/kernel/debug/hmap/types
echo "END"
check_kernel_log
[ "$failed" = 0 ] || finish "$failed"

# As finish does, but without an end: the host ends the machine when it has its dump.
sleep 2
echo "HMAP-GUEST-EXIT: 0"
sleep 86400
