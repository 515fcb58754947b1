#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure hmap's core beside its peers in user space, and print tables. The rows go
# to bench/out/results.csv, where they replace older ones from user space.
#
# Each peer is a program, which runs anew for each size of map and each round; the
# peers take turns, and the medians over the rounds count. QUICK=1 measures one
# round, ROUNDS= as many as one likes, PEERS="hmap boost" only those.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

SOURCE=$HMAP_TOP/bench/user
BIN=$HMAP_BUILD/bench-user
RAW=$BIN/raw.csv
RESULTS=$HMAP_TOP/bench/out/results.csv
HEADER=where,impl,op,n,unit,value
QUICK=${QUICK:-}
ROUNDS=${ROUNDS:-$((QUICK ? 1 : 7))}
read -ra PEERS <<<"${PEERS:-hmap hmap_generic hmap_norcu boost abseil}"
# The last CPU has the fewest interrupts.
CPU=$(($(nproc) - 1))

build() {
	say "building the peers"
	make --no-print-directory -C "$SOURCE" -j"$(nproc)" BUILD="$BIN" \
		"${PEERS[@]/#/$BIN/}" "${STRINGS[@]/#/$BIN/}" "$BIN/quiet" >&2
}

# How often one run repeats all operations; the median counts.
repetitions() {
	case $1 in
	1000000) echo $((QUICK ? 1 : 3)) ;;
	100000) echo $((QUICK ? 3 : 7)) ;;
	*) echo $((QUICK ? 40 : 100)) ;;
	esac
}

# note IMPL COMMAND...: keep the rows that a program prints.
note() {
	local impl=$1
	shift

	taskset -c "$CPU" "$@" | sed "s/^/user,$impl,/" >>"$RAW" || die "failed: $*"
}

# by_turns SIZE IMPL...
by_turns() {
	local n=$1 impl
	shift

	note floor "$BIN/quiet"
	for impl; do
		note "$impl" "$BIN/$impl" "$n" "$(repetitions "$n")"
	done
}

# bytes SIZE IMPL...: without caches of malloc's, which would count as in use.
bytes() {
	local n=$1 impl
	shift

	for impl; do
		GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0 \
			note "$impl" "$BIN/$impl" bytes "$n"
	done
}

measure() {
	local n round

	: >"$RAW"
	for n in 0 1 8 1000 100000 1000000; do
		bytes "$n" "${PEERS[@]}"
	done
	for n in 1000 100000; do
		bytes "$n" "${STRINGS[@]}"
	done
	for ((round = 1; round <= ROUNDS; round++)); do
		say "round $round of $ROUNDS, on CPU $CPU"
		for n in 0 8 1000 100000 1000000; do
			by_turns "$n" "${PEERS[@]}"
		done
		for n in 1000 100000; do
			by_turns "$n" "${STRINGS[@]}"
		done
	done
}

# One row for each key, with the median of its values.
medians() {
	sort -t, -k1,3 -k4,4n -k6,6g "$RAW" | awk -F, '
		function flush() {
			if (nr)
				print last "," values[int((nr + 1) / 2)]
			nr = 0
		}
		{
			value = $NF
			sub(/,[^,]*$/, "")
			if ($0 != last)
				flush()
			last = $0
			values[++nr] = value
		}
		END { flush() }'
}

# Rows from the kernel stay as they are.
publish() {
	local new=$BIN/results.csv

	mkdir -p "$(dirname "$RESULTS")"
	{
		echo "$HEADER"
		grep -sv -e '^user,' -e "^$HEADER\$" "$RESULTS" || :
		medians
	} >"$new"
	mv "$new" "$RESULTS"
}

report() {
	medians | awk -F, -v impls="floor ${PEERS[*]} ${STRINGS[*]}" \
		-f "$SOURCE/report.awk"
}

ensure_packages gcc g++ libc6-dev make libboost1.81-dev libabsl-dev
STRINGS=("${PEERS[@]/%/_string}")
mkdir -p "$BIN"
build
measure
publish
report
