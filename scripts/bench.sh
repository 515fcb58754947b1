#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Measure hmap beside other maps of the kernel, in User-Mode Linux; bench/README.rst
# tells what is measured, and how. Results go to bench/out.
#
# QUICK=1		fewer rounds and boots: under two minutes
# BENCH_BOOTS=9		number of boots
# BENCH_ONLY=small	parts to measure, with + between: small, times, million, tails,
#			bytes, readers; results of the others go
# BENCH_CPU=0		the processor to run on
# BENCH_QUIET=10-25	ns of kmalloc(32) and kfree() on a quiet machine of the kind used
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
QUIET=${BENCH_QUIET:-10-25}
ONLY=${BENCH_ONLY:-small+times+million+tails+bytes+readers}
SMP=7.3 # the version of User-Mode Linux that has two CPUs

if [ "$QUICK" = 1 ]; then
	boots=${BENCH_BOOTS:-3} limit=120 reader_boots=1 reader_rounds=3
else
	boots=${BENCH_BOOTS:-7} limit=600 reader_boots=$boots reader_rounds=9
fi

has_part() {
	[[ "+$ONLY+" == *"+$1+"* ]]
}

last_cpu() {
	taskset -pc $$ | sed 's/.*[-, ]//'
}

cpu=${BENCH_CPU:-$(last_cpu)}

# Whatever else the machine has to do would show in every figure.
priority=(chrt -f 1)
if ! "${priority[@]}" true 2>/dev/null; then
	priority=()
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

# What the modules are made from.
sources_key() {
	{
		echo "$@"
		find "$HMAP_TOP/Kbuild" "$HMAP_TOP"/hmap "$HMAP_TOP"/bench \
			-name '*.[ch]' -o -name Kbuild | sort | xargs sha256sum
		sha256sum "$HMAP_SCRIPTS/guest-bench.sh" "$HMAP_SCRIPTS/guest-lib.sh"
	} | sha256sum
}

# build KERNEL-DIRECTORY NAME MAKE-ARGUMENT...: the modules, and an initramfs of them,
# unless the last run has left the same.
build() {
	local kernel=$1 name=$2 modules key
	key=$(sources_key "$@")
	shift 2

	if [ -e "$DIR/$name.gz" ] && [ "$key" = "$(cat "$DIR/$name.key" 2>/dev/null)" ]; then
		return
	fi
	rm -f "$DIR/$name.key"
	copy_sources "$DIR/$name"
	run_long "building the modules ($name)" "$HMAP_LOG/bench-build-$name.log" \
		build_modules "$kernel" "$DIR/$name" ARCH=um "$@" ||
		die "building the modules failed, see $HMAP_LOG/bench-build-$name.log"
	mapfile -t modules < <(find "$DIR/$name" -name 'hmap*.ko')
	"$HMAP_SCRIPTS/initramfs.sh" "$DIR/$name.gz" "$HMAP_SCRIPTS/guest-bench.sh" \
		"${modules[@]}"
	echo "$key" >"$DIR/$name.key"
}

# boot LINUX NAME LOG PARAMETERS
boot() {
	"${backing[@]}" "${priority[@]}" "${pinned[@]}" "$HMAP_SCRIPTS/boot-uml.sh" "$1" \
		"$DIR/$2.gz" "$limit" "$3" "$MEM" hmap_bench="$4"
}

# range FIELD LOG: of what tells whether the machine is quiet, in a boot.
range() {
	sed -n 's/.*hmap_bench: quiet,//p' "$2" | cut -d, -f"$1" | sort -n |
		sed -n '1p;$p' | paste -sd-
}

is_quiet() {
	range 1 "$1" | awk -F- -v usual="$QUIET" '{
		split(usual, u, "-")
		exit !($1 >= u[1] && $2 <= u[2])
	}'
}

# measure LINUX NAME BOOTS PARAMETERS: into logs. Boots of a machine that was not quiet
# are done again, up to as many as were asked for.
measure() {
	local linux=$1 name=$2 boots=$3 turn=0 again=$3 log

	while [ "$turn" -lt "$boots" ]; do
		log=$HMAP_LOG/bench-$name-$turn.log
		run_long "measuring ($name), boot $((turn + 1)) of $boots" "$HMAP_LOG/bench.log" \
			boot "$linux" "$name" "$log" "turn=$turn,$4" ||
			die "the benchmark failed, see $log"
		if [ "$QUICK" != 1 ] && [ "$again" -gt 0 ] && ! is_quiet "$log"; then
			say "the machine is not quiet (kmalloc(32) takes $(range 1 "$log") ns, not $QUIET): once more"
			again=$((again - 1))
			continue
		fi
		logs+=("$log")
		turn=$((turn + 1))
	done
}

# In one boot after another, all peers side by side; readers on a kernel of their own.
measure_all() {
	local pinned=(taskset -c "$cpu") parts=${ONLY//readers/}

	if [ -n "${parts//+/}" ]; then
		build "$UML" one-cpu HMAP_BENCH=1
		measure "$UML/linux" one-cpu "$boots" "quick=$QUICK,only=$parts"
	fi
	if has_part readers; then
		pinned=()
		build "$UML_SMP" two-cpus HMAP_BENCH=readers \
			KCFLAGS="-include $DIR/two-cpus/bench/x86-smp.h"
		measure "$UML_SMP/linux" two-cpus "$reader_boots" "rounds=$reader_rounds"
	fi
}

cpu_model() {
	sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
}

commit() {
	git -C "$HMAP_TOP" rev-parse --short=12 HEAD 2>/dev/null || echo unknown
	[ -z "$(git -C "$HMAP_TOP" status --porcelain 2>/dev/null)" ] || echo "with changes"
}

kernel_version() {
	sed -n 's/^Linux version \([^ ]*\).*/\1/p' "$1"
}

# What committed results have to say about where they come from.
describe() {
	local log

	echo "commit: $(commit | paste -sd' ')"
	echo "machine: $(cpu_model), CPU $cpu, $pages pages behind the guest's memory"
	echo "kernel: User-Mode Linux $(kernel_version "${logs[0]}"), for readers" \
		"$(kernel_version "${logs[-1]}")"
	echo "  The first has one CPU: the peers' atomic operations cost nothing in it."
	echo "boots: $boots, QUICK=$QUICK; medians, the smallest of each max"
	echo "kmalloc(32) and kfree(), ns, where $QUIET is usual; a load at random from 4 MiB:"
	for log in "${logs[@]}"; do
		echo "  $(range 1 "$log"); $(range 2 "$log")$(is_quiet "$log" ||
			echo "  NOT QUIET: read these results with care")"
	done
	sed -n 's/.*hmap_bench: note,/  /p' "${logs[0]}" "${logs[-1]}" | awk '!seen[$0]++'
}

ensure_packages gcc libc6-dev make python3 gnuplot-nox util-linux
UML=$("$HMAP_SCRIPTS/kernel-uml.sh")
has_part readers && UML_SMP=$("$HMAP_SCRIPTS/kernel-uml.sh" "$SMP")
lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"
mkdir -p "$DIR" "$OUT"

logs=()
measure_all
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
