#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for a kernel that was booted with debugfs=off: the modules work without
# their files.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

[ ! -e "$STATS" ] || fail "there is a debugfs after all"
load /modules/hmap.ko
load /modules/hmap_kv.ko
[ ! -e "$STATS" ] || fail "there are counters in a debugfs that is off"

# One open file, read back what was written to it.
exec 3<>/dev/hmap_kv
echo "set name value" >&3
read -r line <&3
[ "$line" = "name value" ] || fail "read back: $line"
exec 3>&-

unload hmap_kv
unload hmap
check_kernel_log

finish "$failed"
