#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which hmap is misused: KASAN or lockdep has to say so, each time.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# reported MISUSE REPORTER: between its two lines in the log.
reported() {
	local what

	case $2 in
	KASAN) what='BUG: KASAN: ' ;;
	lockdep) what='WARNING: suspicious RCU usage' ;;
	esac
	dmesg | sed -n "/hmap_misuse: begin $1,/,/hmap_misuse: end $1\$/p" | grep -q "$what"
}

load /modules/hmap.ko
load /modules/hmap_misuse.ko
dmesg | sed -n 's/.*hmap_misuse: begin \(.*\), \(.*\)/\1 \2/p' >/tmp/misuses
[ -s /tmp/misuses ] || fail "nothing was misused"
while read -r misuse reporter; do
	if reported "$misuse" "$reporter"; then
		echo "$misuse: reported by $reporter"
	else
		fail "$misuse: not reported by $reporter"
	fi
done </tmp/misuses
finish "$failed"
