#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the benchmark, which runs while its module is being loaded. Its parameters
# come from hmap_bench= on the kernel's command line, separated by commas.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

parameters=$(sed -n 's/.*hmap_bench=\([^ ]*\).*/\1/p' /proc/cmdline | tr ',' ' ')

load /modules/hmap.ko
# shellcheck disable=SC2086 # several words
for module in $(users_of_hmap); do
	load "/modules/$module.ko" $parameters
done
unload_all
check_kernel_log

finish "$failed"
