#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure hmap beside other maps of the kernel, in User-Mode Linux; bench/README.rst
# tells what is measured, and how. Results go to bench/out.
#
# QUICK=1		fewer rounds and boots: under two minutes
# BENCH_BOOTS=9		number of boots
# BENCH_ONLY=small	parts to measure: small, times, million, tails, bytes; with + between
# BENCH_CPU=0		the processor to run on
# BENCH_QUIET=15-25	ns of kmalloc(32) and kfree() on a quiet machine of the kind used
# BENCH_PUBLISH=DIR	copy results and charts there
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/build.sh
. "$HMAP_SCRIPTS/build.sh"

QUICK=${QUICK:-0}
DIR=$HMAP_BUILD/bench
OUT=$HMAP_TOP/bench/out
MEM=1G
QUIET=${BENCH_QUIET:-15-25}

if [ "$QUICK" = 1 ]; then
	boots=${BENCH_BOOTS:-3} limit=120
else
	boots=${BENCH_BOOTS:-7} limit=600
fi

last_cpu() {
	taskset -pc $$ | sed 's/.*[-, ]//'
}

cpu=${BENCH_CPU:-$(last_cpu)}

# What may be had of a quiet processor: a real-time priority, and one CPU.
priority=(taskset -c "$cpu")
if chrt -f 1 true 2>/dev/null; then
	priority=(chrt -f 1 "${priority[@]}")
else
	say "no real-time priority can be had: whatever else runs here will show"
fi

# in_huge_pages COMMAND...: with the guest's memory on a file system of huge pages, in
# a mount namespace that goes with it. Without them, translations of addresses are
# what large maps wait for.
in_huge_pages() {
	mkdir -p "$DIR/memory"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -c '
		mount -t tmpfs -o huge=always tmpfs "$1" && export TMPDIR="$1" &&
			shift && exec "$@"' sh "$DIR/memory" "$@"
}

if in_huge_pages true 2>/dev/null; then
	pages=huge backing=(in_huge_pages)
else
	pages="4 KiB" backing=()
	say "no huge pages can be had for the guest's memory"
fi

# boot TURN LOG: the first boot also counts bytes, which are the same in each.
boot() {
	local parameters=turn=$1,quick=$QUICK

	if [ -n "${BENCH_ONLY:-}" ]; then
		parameters+=,only=$BENCH_ONLY
	elif [ "$1" -gt 0 ]; then
		parameters+=,only=small+times+million+tails
	fi
	"${backing[@]}" "${priority[@]}" "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" \
		"$DIR/initramfs.gz" "$limit" "$2" "$MEM" hmap_bench="$parameters"
}

# quiet_ns LOG: the range seen in a boot.
quiet_ns() {
	sed -n 's/.*hmap_bench: quiet,//p' "$1" | sort -n | sed -n '1p;$p' | paste -sd-
}

is_quiet() {
	quiet_ns "$1" | awk -F- -v usual="$QUIET" '{
		split(usual, u, "-")
		exit !($1 >= u[1] && $2 <= u[2])
	}'
}

# Boots of a machine that is not quiet are done again, up to as many as were asked for.
measure() {
	local turn=0 again=$boots log

	while [ "$turn" -lt "$boots" ]; do
		log=$HMAP_LOG/bench-$turn.log
		say "boot $((turn + 1)) of $boots"
		with_heartbeat measuring "$HMAP_LOG/bench.log" boot "$turn" "$log" ||
			die "the benchmark failed, see $log"
		if [ "$QUICK" != 1 ] && [ "$again" -gt 0 ] && ! is_quiet "$log"; then
			say "the machine is not quiet ($(quiet_ns "$log") ns, not $QUIET): once more"
			again=$((again - 1))
			continue
		fi
		logs+=("$log")
		turn=$((turn + 1))
	done
}

cpu_model() {
	sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
}

commit() {
	git -C "$HMAP_TOP" rev-parse --short=12 HEAD 2>/dev/null || echo unknown
	[ -z "$(git -C "$HMAP_TOP" status --porcelain 2>/dev/null)" ] || echo "with changes"
}

# What committed results have to say about where they come from.
describe() {
	local log

	echo "commit: $(commit | paste -sd' ')"
	echo "machine: $(cpu_model), CPU $cpu, $pages pages behind the guest's memory"
	echo "kernel: User-Mode Linux $(sed -n 's/^Linux version \([^ ]*\).*/\1/p' "${logs[0]}"), uniprocessor:"
	echo "  the lock prefixes of all peers cost nothing, RCU's readers neither"
	echo "boots: $boots, QUICK=$QUICK; medians, the smallest for max"
	echo "kmalloc(32) and kfree(), ns, usual $QUIET:"
	for log in "${logs[@]}"; do
		echo "  $(quiet_ns "$log")$(is_quiet "$log" || echo "  NOT QUIET: read these results with care")"
	done
	sed -n 's/.*hmap_bench: note,/  /p' "${logs[0]}"
}

ensure_packages gcc libc6-dev make python3 gnuplot-nox util-linux
UML=$("$HMAP_SCRIPTS/kernel-uml.sh")
lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"
mkdir -p "$OUT"

build_bench() {
	copy_sources "$DIR/src" && build_modules "$UML" "$DIR/src" ARCH=um HMAP_BENCH=1
}

mkdir -p "$DIR"
run_long "building the modules" "$HMAP_LOG/bench-build.log" build_bench ||
	die "building the modules failed, see $HMAP_LOG/bench-build.log"
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-bench.sh" \
	"$DIR/src/hmap.ko" "$DIR/src/bench/hmap_bench.ko"

logs=()
measure
python3 "$HMAP_TOP/bench/collect.py" kernel "$OUT/results.csv" "${logs[@]}"
{
	describe
	python3 "$HMAP_TOP/bench/tables.py" "$OUT/results.csv"
} | tee "$OUT/kernel.txt"
python3 "$HMAP_TOP/bench/charts.py" "$OUT/results.csv" "$OUT" | gnuplot
say "results and charts are in $OUT"

if [ -n "${BENCH_PUBLISH:-}" ]; then
	mkdir -p "$BENCH_PUBLISH"
	cp "$OUT"/results.csv "$OUT"/kernel.txt "$OUT"/*.svg "$OUT"/*.png "$BENCH_PUBLISH"
	say "copied to $BENCH_PUBLISH"
fi
