#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which one processor changes maps, and NMIs that come meanwhile look up in them.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

load /modules/hmap.ko
load /modules/hmap_nmi.ko nmis="$(argument hmap_nmis)"
dmesg | grep 'hmap_nmi: ' || fail "no NMI has come"
unload_all
check_kernel_log

finish "$failed"
