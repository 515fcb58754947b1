#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for any kernel: every module loads, works in short, and leaves nothing
# behind.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

load /modules/hmap.ko
for module in $(users_of_hmap); do
	load "/modules/$module.ko"
done

if [ -x /bin/kv_demo ]; then
	/bin/kv_demo --quick || fail "kv_demo"
fi

unload_all
[ ! -e $LEAKS ] || check_leaks
check_kernel_log

finish "$failed"
