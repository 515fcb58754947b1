#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the KUnit tests. Their results are in the kernel log, which the host
# reads from the console; the exit status tells about everything around them.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

allow_faults
[ -z "$(argument slub_debug)" ] || spare_checkers
# lockdep has something to say about User-Mode Linux's own fork, once.
dmesg -c >/dev/null
load_kunit
load /modules/hmap.ko
# KUnit leaves this line to those who gather the results of several modules.
echo "KTAP version 1"
for module in $(users_of_hmap); do
	load "/modules/$module.ko"
done

unload_all
unload kunit
check_reported_once
check_kernel_log

finish "$failed"
