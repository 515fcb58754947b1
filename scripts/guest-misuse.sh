#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which hmap is misused: KASAN, lockdep, the scheduler or hmap has to say so, each
# time; and nobody may say anything of what only looks like misuse.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# log_of MISUSE: what is between its two lines.
log_of() {
	dmesg | sed -n "/hmap_misuse: begin $1,/,/hmap_misuse: end $1\$/p"
}

# reported MISUSE REPORTER: as it should.
reported() {
	case $2 in
	KASAN) log_of "$1" | grep -q 'BUG: KASAN: ' ;;
	lockdep) log_of "$1" | grep -q 'WARNING: suspicious RCU usage' ;;
	nesting) log_of "$1" | grep -q 'BUG: Invalid wait context' ;;
	sleep) log_of "$1" | grep -q 'BUG: sleeping function called from invalid context' ;;
	warning) log_of "$1" | grep -q 'WARNING: CPU: ' ;;
	nobody) ! log_of "$1" | grep -E 'WARNING:|BUG:|INFO:' ;;
	esac
}

load /modules/hmap.ko
load /modules/hmap_misuse.ko
dmesg | sed -n 's/.*hmap_misuse: begin \(.*\), \(.*\)/\1 \2/p' >/tmp/misuses
[ -s /tmp/misuses ] || fail "nothing was misused"
while read -r misuse reporter; do
	if reported "$misuse" "$reporter"; then
		echo "$misuse: reported by $reporter"
	else
		fail "$misuse: $reporter should have reported it"
	fi
done </tmp/misuses
finish "$failed"
