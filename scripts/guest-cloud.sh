#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for any kernel: every module loads, works in short, and leaves nothing behind. The
# stress test, if it is there, takes hmap_seconds= for each kind of map.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

echo "This is Linux $(uname -r) on $(nproc) CPUs, $(uname -m)."
load /modules/hmap.ko
for module in $(users_of_hmap); do
	case $module in
	hmap_stress) load "/modules/$module.ko" seconds="$(argument hmap_seconds)" ;;
	*) load "/modules/$module.ko" ;;
	esac
done

if [ -x /bin/kv_demo ]; then
	/bin/kv_demo --quick || fail "kv_demo"
fi
if [ -x /bin/samples.sh ]; then
	/bin/samples.sh || fail "samples"
fi

unload_all
check_kernel_log

finish "$failed"
