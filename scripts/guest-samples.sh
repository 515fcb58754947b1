#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the samples at full speed: they are used, and flows are measured on hmap and on
# rhashtable, in turns.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

load /modules/hmap.ko
load /modules/hmap_sessions.ko
/bin/samples.sh || fail "samples"

for nr in 1000 100000; do
	for _ in 1 2 3 4 5; do
		for module in hmap_flows rhashtable_flows; do
			load /modules/$module.ko nr=$nr rounds=11
			unload $module
		done
	done
done

unload hmap_sessions
check_nothing_in_use
unload hmap
check_kernel_log

finish "$failed"
