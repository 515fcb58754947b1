#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for KUnit tests of somebody's own: hmap_modules= names what to load, in order.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

modules=$(argument hmap_modules | tr ',' ' ')
reversed=

load_kunit
# KUnit leaves this line to those who gather the results of several modules.
echo "KTAP version 1"
for module in $modules; do
	load "/modules/$module.ko"
	reversed="$module $reversed"
done
for module in $reversed; do
	[ "$module" != hmap ] || check_nothing_in_use
	unload "$module"
done
unload kunit
check_kernel_log

finish "$failed"
