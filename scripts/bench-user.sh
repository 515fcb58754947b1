#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure hmap's core beside its peers in user space, and print tables. The rows go
# to bench/out/results.csv, where they replace older ones from user space. What single
# operations of hmap take in instructions comes last: it is the same in each run.
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

QUICK=$((${QUICK:-0}))
ROUNDS=${ROUNDS:-$((QUICK ? 1 : 7))}
TRIES=$((QUICK ? 1 : 3))
read -ra PEERS <<<"${PEERS:-hmap hmap_object hmap_generic hmap_norcu go_classic go_swiss boost abseil uthash cds_lfht}"
STRINGS=()
# The last CPU has the fewest interrupts.
CPU=$(($(nproc) - 1))

# The last release with the map that Go had from the start, and the newest.
GO_CLASSIC=(1.23 bookworm-backports)
GO_SWISS=(1.27 trixie-backports)

# build_go NAME VERSION SUITE
build_go() {
	local name=$1 goroot
	shift

	goroot=$("$HMAP_SCRIPTS/golang.sh" "$@")
	(
		# Not there under its name, which is one that "make clean" removes.
		rm -rf "$BIN/golang"
		cp -r "$SOURCE/golang" "$BIN/golang"
		cd "$BIN/golang"
		mv module.txt go.mod
		export GOROOT=$goroot GOCACHE=$BIN/go-cache GOTOOLCHAIN=local GOENV=off \
			GOPROXY=off GOFLAGS=-buildvcs=false CGO_ENABLED=0
		"$goroot/bin/go" build -o "$BIN/$name" &&
			"$goroot/bin/go" build -tags bench_string -o "$BIN/${name}_string"
	) >&2 || die "cannot build $name"
}

build() {
	local peer programs=("$BIN/quiet" "$BIN/count" "$BIN/count_norcu")

	say "building the peers"
	for peer in "${PEERS[@]}"; do
		case $peer in
		go_classic) build_go "$peer" "${GO_CLASSIC[@]}" ;;
		go_swiss) build_go "$peer" "${GO_SWISS[@]}" ;;
		*) programs+=("$BIN/$peer" "$BIN/${peer}_string") ;;
		esac
	done
	make --no-print-directory -s -C "$SOURCE" -j"$(nproc)" BUILD="$BIN" \
		"${programs[@]}" >&2
}

# How often one run repeats all operations; the median counts.
repetitions() {
	case $1 in
	1000000) echo $((QUICK ? 1 : 3)) ;;
	100000) echo $((QUICK ? 3 : 7)) ;;
	*) echo $((QUICK ? 20 : 100)) ;;
	esac
}

# The machine has its moods: an allocation and its release can take half as long
# again for a while. They are measured all the time, in picoseconds.
FLOOR=0 BEST=999999 RUNS=0 NOISY=0

probe() {
	local rows

	rows=$(taskset -c "$CPU" "$BIN/quiet")
	[[ $rows =~ ^empty,0,ns,([0-9]+)\.([0-9]{3}) ]] || die "no floor in: $rows"
	FLOOR=$((10#${BASH_REMATCH[1]}${BASH_REMATCH[2]}))
	BEST=$((FLOOR < BEST ? FLOOR : BEST))
	keep floor "$rows"
}

# keep IMPL ROWS
keep() {
	printf '%s\n' "user,$1,${2//$'\n'/$'\n'user,$1,}" >>"$RAW"
}

is_quiet() {
	(($1 * 5 <= BEST * 6))
}

# run IMPL COMMAND...: keep the rows that a program prints; if the machine was not
# quiet before and after it, rather those of another try.
run() {
	local impl=$1 rows before try
	shift

	for ((try = 1; try <= TRIES; try++)); do
		before=$FLOOR
		rows=$(taskset -c "$CPU" "$@") || die "failed: $*"
		probe
		! is_quiet "$before" || ! is_quiet "$FLOOR" || break
	done
	RUNS=$((RUNS + 1))
	NOISY=$((NOISY + (try > TRIES)))
	keep "$impl" "$rows"
}

# bytes SIZE IMPL...: without malloc's caches, which it counts as in use.
bytes() {
	local n=$1 impl
	shift

	for impl; do
		keep "$impl" "$(GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0 \
			"$BIN/$impl" bytes "$n")"
	done
}

# by_turns SIZE IMPL...
by_turns() {
	local n=$1 impl
	shift

	for impl; do
		run "$impl" "$BIN/$impl" "$n" "$(repetitions "$n")"
	done
}

measure() {
	local n round sizes=(0 1 8 1000 100000)

	: >"$RAW"
	for n in {1..20}; do
		probe
	done
	say "counting bytes"
	((QUICK)) || sizes+=(1000000)
	for n in "${sizes[@]}"; do
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
	say "results are in $RESULTS"
}

# What one has to know to read the tables.
notes() {
	cat <<-EOF

		$(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), CPU $CPU, $(gcc --version | head -n 1), -O2.
		CPU time of the process; medians of $ROUNDS runs, each with medians of its repetitions.
		n 0: empty, one and eight are whole lives: create, so many inserts, destroy.
		churn: one removed, one inserted, one looked up, at n entries.
		bytes: an entry's, or a map's at n 0; what malloc() takes for it, or Go's heap.
		hmap: slab classes by malloc(), RCU frees in batches of 256 within the times.
		hmap_object, uthash, cds_lfht: an object or node for each entry, allocated and freed.
		Every map owns a copy of its strings. All have 4 KiB pages.
		Hashes: hmap a keyed product, for strings hsiphash (SipHash-1-3), with a length
		  it counts itself; Go keyed AES instructions; Boost and Abseil their default
		  ones; uthash and cds_lfht Jenkins's, without a key.
		Go: m[key] = value does not tell whether the key was there, as insert does
		  elsewhere. Its collector runs as by default (GOGC=100), within the times.
		uthash walks a list in the order of insertion, which is that of its memory.
	EOF
	awk -v best="$BEST" -v runs="$RUNS" -v noisy="$NOISY" 'BEGIN {
		printf "Quiet? malloc(16) and free() took %.1f ns at best; around %d of %d " \
		       "runs over 1.2 times as much.\n", best / 1000, noisy, runs
	}'
}

report() {
	medians | awk -F, -v impls="floor ${PEERS[*]} ${STRINGS[*]}" \
		-f "$SOURCE/report.awk"
	notes
}

# The same in each run of one build, with and without readers under RCU.
instructions() {
	say "counting instructions"
	echo
	make --no-print-directory -s -C "$SOURCE" -j"$(nproc)" BUILD="$BIN" instructions
}

ensure_packages gcc g++ libc6-dev make libboost1.81-dev libabsl-dev uthash-dev liburcu-dev \
	valgrind
for peer in "${PEERS[@]}"; do
	# By generic calls strings take as long.
	[ "$peer" = hmap_generic ] || STRINGS+=("${peer}_string")
done
mkdir -p "$BIN"
build
measure
publish
report
instructions
