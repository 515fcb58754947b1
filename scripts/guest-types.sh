#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest in which an operator looks at maps: what each type uses, which module has left one
# behind, and what tables go through, in a trace.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

TYPES=/sys/kernel/debug/hmap/types
TRACE=/sys/kernel/tracing

# column TYPE NAME
column() {
	awk -v type="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		$1 == type { print $at }' "$TYPES"
}

# is TYPE COLUMN VALUE
is() {
	[ "$(column "$1" "$2")" = "$3" ] || fail "type $1: $2 is $(column "$1" "$2"), not $3"
}

# What the maps of all types use, is in use.
adds_up() {
	local sum

	sum=$(awk 'NR > 1 { sum += $5 } END { print sum + 0 }' "$TYPES")
	[ "$sum" = "$(counter bytes_in_use)" ] ||
		fail "types use $sum bytes, $(counter bytes_in_use) are in use"
}

# Of each table there is a size.
sizes_add_up() {
	awk 'NR > 1 { sum = 0; for (i = 7; i <= NF; i++) sum += $i; if (sum != $4) exit 1 }' \
		"$TYPES" || fail "tables by size are not all tables"
}

# show_files NAME: both files as they are now, which the host reads by hmapstat (stage tools).
show_files() {
	local file

	dmesg -n 1 # or the kernel's messages come in between
	for file in "$STATS" "$TYPES"; do
		echo "HMAP-FILE: $1/$(basename "$file")"
		cat "$file"
		echo "HMAP-FILE-END"
	done
	dmesg -n 7
}

load /modules/hmap.ko
show_files fresh
[ "$(wc -l <"$TYPES")" = 1 ] || fail "there are types before any map"

echo "three maps of 10,000 numbers, of which every fifth stays"
load /modules/hmap_memory.ko maps=3 entries=10000
show_files filled
is numbers module hmap_memory
[ "$(column numbers tables)" -gt 0 ] || fail "numbers have no tables"
[ "$(column numbers peak)" -gt "$(column numbers bytes)" ] || fail "numbers have no peak"
peak=$(column numbers peak)
adds_up
sizes_add_up

echo "a copy of the files is complete, as counters.rst has one made"
mkdir /tmp/before
cp -r /sys/kernel/debug/hmap /tmp/before/
cmp "$TYPES" /tmp/before/hmap/types || fail "that of types is not"
cmp "$STATS" /tmp/before/hmap/stats || fail "that of stats is not"

echo "peaks begin anew, gauges stay"
bytes=$(column numbers bytes)
echo 0 >"$TYPES"
is numbers peak "$bytes"
is numbers bytes "$bytes"
[ "$(counter bytes_peak)" = "$bytes" ] || fail "bytes_peak is $(counter bytes_peak)"

echo "a module takes its types with it"
unload hmap_memory
[ "$(wc -l <"$TYPES")" = 1 ] || fail "types stay: $(cat "$TYPES")"
dmesg | grep 'has left' && fail "something was left"

echo "a module that leaves a map behind is named"
load /modules/hmap_memory.ko kind=2 maps=1 entries=100 leave=1
bytes=$(column names bytes) tables=$(column names tables)
show_files names
[ "$tables" -gt 0 ] || fail "names have no tables"
unload hmap_memory
dmesg | grep "hmap: module hmap_memory has left $tables tables\? of type names behind, $bytes bytes" ||
	fail "it was not"
show_files left
is '(others)' bytes "$bytes"
is '(others)' tables "$tables"
adds_up

# shown EVENT...: each is in the trace, with what it is about.
shown() {
	local event

	for event; do
		grep "hmap_table_$event:" "$TRACE/trace" >/tmp/events
		echo "hmap_table_$event: $(wc -l </tmp/events)"
		grep -m 1 "map=.* type=numbers .*bytes=[0-9]" /tmp/events || fail "no such event"
	done
}

echo "what was left behind counts in later peaks"
n=0
while [ "$n" -lt 30 ]; do
	insmod /modules/hmap_memory.ko kind=2 maps=1 entries=400 leave=1 || fail "cannot load hmap_memory"
	unload hmap_memory
	n=$((n + 1))
done
left=$(counter bytes_in_use)
[ "$left" -gt 150000 ] || fail "only $left bytes are left"
echo 0 >"$STATS"
load /modules/hmap_memory.ko maps=3 entries=10000
unload hmap_memory
echo "$left bytes left, up to $peak more, bytes_peak $(counter bytes_peak)"
# But for 32 KiB of each CPU.
[ "$(counter bytes_peak)" -ge $((left + peak - $(nproc) * 32768)) ] || fail "the peak has none of it"
adds_up

echo "the same types again, and events"
mount -t tracefs tracefs "$TRACE"
echo 1 >"$TRACE/events/hmap/enable"
load /modules/hmap_memory.ko maps=2 entries=10000
unload hmap_memory
echo 0 >"$TRACE/events/hmap/enable"
shown alloc free rebuild split merge
allocated=$(grep -c 'hmap_table_alloc:' "$TRACE/trace") freed=$(grep -c 'hmap_table_free:' "$TRACE/trace")
[ "$allocated" = "$freed" ] || fail "$allocated tables allocated, $freed freed"

echo 1 >"$TRACE/events/hmap/hmap_table_alloc_failed/enable"
load /modules/hmap_memory.ko maps=0 reserve=100000000
shown alloc_failed
unload hmap_memory

unload hmap
dmesg | grep 'hmap: unloaded with' || fail "what was left behind is not told of in the end"
check_kernel_log

finish "$failed"
