#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run every check and count the results. HMAP_STAGES="user kunit" runs only these.
#
# A stage is a script in stages/. It either ends its output with a line such as
# "12 passed, 0 failed, 1 skipped", or counts as one case by its exit status.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

# name, what it needs, what it does
stages=(
	"user         gcc     test the same core in user space, under sanitizers"
	"fuzz         clang   fuzz the same core against the model, for a short while"
	"build-uml    uml     build for User-Mode Linux, W=1, without a warning"
	"kunit        uml     run the KUnit tests in User-Mode Linux"
	"inline       uml     a typed lookup in an empty map is a load and a test"
	"build-stock  stock   build for Debian's stock kernel, W=1, without a warning"
	"stock        stock   load and use the modules on the stock kernel"
	"stress       stock   readers under RCU beside a writer, on two CPUs"
	"broken       patch   break hmap on purpose; the stress test has to find it"
	"nodebugfs    stock   load and use them where debugfs is off"
	"readme       stock   build and load the example in README.md"
	"checkpatch   source  kernel coding style"
	"sparse       uml     address spaces, RCU and endian annotations"
	"kernel-doc   source  documentation comments"
	"shellcheck   shell   the scripts themselves"
)

passed=0 failed=0 skipped=0

# Stages get what they need by these variables.
prepare() {
	local found

	case $1 in
	gcc) ensure_packages gcc libc6-dev make ;;
	clang) ensure_packages clang libclang-rt-dev llvm libc6-dev make ;;
	source)
		ensure_packages perl # for checkpatch and kernel-doc
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		;;
	uml)
		ensure_packages perl python3 sparse # W=1 runs kernel-doc
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		UML=$("$HMAP_SCRIPTS/kernel-uml.sh")
		;;
	stock | patch)
		ensure_packages perl qemu-system-x86 patch
		found=$("$HMAP_SCRIPTS/kernel-cloud.sh")
		eval "$found"
		;;
	shell) ensure_packages shellcheck ;;
	esac
	export LINUX_SOURCE UML KDIR VMLINUZ
}

# What takes minutes and tests only a test runs when it is asked for.
on_demand="broken"

wanted() {
	[ -n "${HMAP_STAGES:-}" ] || [[ " $on_demand " != *" $1 "* ]] || return 1
	[ -z "${HMAP_STAGES:-}" ] || [[ " $HMAP_STAGES " == *" $1 "* ]]
}

# count LOG STATUS: add a stage's results and print them.
count() {
	local p f s=0

	if [[ $(tail -n 1 "$1") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
		# A stage that fails beside its tests, or has none.
		if [ $((p + f)) -eq 0 ] || { [ "$f" -eq 0 ] && [ "$2" -ne 0 ]; }; then
			f=$((f + 1))
		fi
	else
		p=$(($2 == 0)) f=$(($2 != 0))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	[ "$f" -eq 0 ] || tail -n 20 "$1"
	echo "   $p passed, $f failed, $s skipped; log: $1"
}

run_stage() {
	local name=$1 what=$2 log=$HMAP_LOG/check-$1.log status=0 start=$SECONDS

	echo "== $name: $what"
	with_heartbeat "running $name" "$log" bash "$HMAP_SCRIPTS/stages/$name.sh" || status=$?
	count "$log" "$status"
	echo "   took $(elapsed $((SECONDS - start)))"
}

known() {
	local stage

	for stage in "${stages[@]}"; do
		[ "${stage%% *}" != "$1" ] || return 0
	done
	return 1
}

for name in ${HMAP_STAGES:-}; do
	known "$name" || die "HMAP_STAGES: there is no stage $name"
done
lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"
# A stage builds what no stage before it has built in this run.
rm -rf "$HMAP_BUILD/uml" "$HMAP_BUILD/stock"

for stage in "${stages[@]}"; do
	read -r name needs what <<<"$stage"
	wanted "$name" || continue
	prepare "$needs"
	run_stage "$name" "$what"
done

if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
