#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Use the samples that are loaded, in a guest, and see that they do what they say.

SESSIONS=/proc/hmap_sessions
SETTINGS=/sys/module/hmap_sessions/parameters
BLOCKLIST=/proc/net/hmap_blocklist

failed=0
# is WHAT IS EXPECTED
is() {
	[ "$2" = "$3" ] && echo "ok: $1" && return
	echo "not ok: $1: \"$2\", not \"$3\""
	failed=1
}

# refuses FILE LINE
refuses() {
	! echo "$2" >"$1" 2>/dev/null && echo "ok: \"$2\" is refused" && return
	echo "not ok: \"$2\" is accepted"
	failed=1
}

# The ids of those that are listed.
ids() {
	sed -n 's/^session \([0-9]*\):.*/\1/p' | sort -n
}

opens() {
	for id in $(seq "$1" "$2"); do
		echo "open $id" >$SESSIONS
	done
}

closes() {
	for id in $(seq "$1" "$2"); do
		echo "close $id" >$SESSIONS
	done
}

lists_objects() {
	opens 1 2
	echo "add 1 100 20" >$SESSIONS
	echo "add 1 100 3" >$SESSIONS
	echo "add 1 101 400" >$SESSIONS
	is "a session has its objects" "$(sed -n 's/^session 1: \(.*\), idle.*/\1/p' $SESSIONS)" \
		"2 objects, 423 bytes"
	is "another has none" "$(sed -n 's/^session 2: \(.*\), idle.*/\1/p' $SESSIONS)" \
		"0 objects, 0 bytes"
	refuses $SESSIONS "open 1"
	refuses $SESSIONS "add 3 100 20"
	refuses $SESSIONS "close 3"
	refuses $SESSIONS "close"
	closes 1 2
	is "all are closed" "$(ids <$SESSIONS)" ""
}

# Beside a reader who has read a page, most sessions go, their tables shrink, and others come.
lists_while_changing() {
	opens 1 1000
	exec 3<$SESSIONS
	dd bs=4096 count=1 of=/tmp/first 2>/dev/null <&3
	closes 101 1000
	opens 2001 2500
	cat <&3 >/tmp/rest
	exec 3<&-
	is "the first read is not all" "$([ "$(ids </tmp/first | wc -l)" -lt 1000 ] && echo so)" so
	cat /tmp/first /tmp/rest | ids >/tmp/all
	is "those that stay are listed once" "$(awk '$1 <= 100' /tmp/all)" "$(seq 1 100)"
	is "none is listed twice" "$(uniq -d /tmp/all)" ""
	closes 1 100
	closes 2001 2500
}

# Only the timer ends them.
ends_sessions() {
	opens 1 200
	for id in $(seq 1 200); do
		echo "add $id 1 $id" >$SESSIONS
	done
	echo 150 >$SETTINGS/max_bytes
	sleep 1
	is "large sessions end" "$(ids <$SESSIONS)" "$(seq 1 150)"
	echo 1 >$SETTINGS/timeout_ms
	sleep 1
	is "idle sessions end" "$(ids <$SESSIONS)" ""
	echo 60000 >$SETTINGS/timeout_ms
	# For the module's end: sessions with objects, and others that wait for a grace period.
	opens 1 200
	echo "add 1 1 1" >$SESSIONS
	closes 100 200
}

dropped() {
	sed -n 's/.* \([0-9]*\) packets dropped/\1/p' $BLOCKLIST
}

pings() {
	ping -c 1 -W "$2" "$1" >/dev/null
}

# In a network namespace of its own; sources of answers are what was pinged.
blocks() {
	ip link set lo up
	pings 127.1.2.3 10 && is "nothing is blocked at first" "$(dropped)" 0
	for i in $(seq 1 250); do
		echo "+10.$i.0.0/16" >$BLOCKLIST
	done
	echo "+127.1.2.0/24" >$BLOCKLIST
	echo "+127.1.4.3/32" >$BLOCKLIST
	refuses $BLOCKLIST "+127.1.2.9/24"
	refuses $BLOCKLIST "+127.1.2.0"
	refuses $BLOCKLIST "+127.1.2.0/33"
	is "networks are listed" "$(sed 's/ in .*//' $BLOCKLIST)" "252 networks"
	pings 127.1.2.3 1 || is "a network is blocked" "$(dropped)" 1
	pings 127.1.4.3 1 || is "an address is blocked" "$(dropped)" 2
	pings 127.1.3.3 10 && is "others are not" "$(dropped)" 2
	echo "-127.1.2.0/24" >$BLOCKLIST
	refuses $BLOCKLIST "-127.1.2.0/24"
	pings 127.1.2.3 10 && is "a network is let in again" "$(dropped)" 2
	pings 127.1.4.3 1 || is "an address still is not" "$(dropped)" 3
	echo clear >$BLOCKLIST
	pings 127.1.4.3 10 && is "after all of them it is" "$(cat $BLOCKLIST)" \
		"0 networks in 0 bytes, 3 packets dropped"
	echo "+127.1.2.0/24" >$BLOCKLIST
}

# What is done there does not show here.
blocks_in_one_namespace() {
	unshare -n "$0" blocks >/tmp/blocks || failed=1
	cat /tmp/blocks
	is "all steps were done" "$(grep -c '^ok' /tmp/blocks)" 12
	is "another namespace has no list" "$(sed 's/,.*//' $BLOCKLIST)" "0 networks in 0 bytes"
}

if [ "${1:-}" = blocks ]; then
	blocks
	exit $failed
fi
if [ -e $SESSIONS ]; then
	lists_objects
	lists_while_changing
	ends_sessions
fi
[ ! -e $BLOCKLIST ] || blocks_in_one_namespace
exit $failed
