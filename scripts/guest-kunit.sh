#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the KUnit tests. Their results are in the kernel log, which the host
# reads from the console; the exit status tells about everything around them.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# Fault injection spares allocations that may sleep, and prints a stack for each
# failure, unless told otherwise. Tests want to see every kind of allocation fail,
# thousands of times; the stacks would push their results out of the kernel log. A
# task that asks for it (make_it_fail) sees all of its allocations fail.
for fault in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
	echo N >$fault/ignore-gfp-wait
	echo 0 >$fault/verbose
	echo Y >$fault/task-filter
	echo -1 >$fault/times
	echo 100 >$fault/probability
done

load /modules/kunit.ko
load /modules/hmap.ko
# KUnit leaves this line to those who gather the results of several modules.
echo "KTAP version 1"
for module in $(users_of_hmap); do
	load "/modules/$module.ko"
done

unload_all
unload kunit
check_kernel_log

finish "$failed"
