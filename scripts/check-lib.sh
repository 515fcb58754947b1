# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Run stages of checks and count their results: what check.sh, check-full.sh and
# check-arch.sh share. Sourced after lib.sh. HMAP_STAGES="user kunit" runs only these.
#
# A stage is a script in stages/. It either ends its output with a line such as
# "12 passed, 0 failed, 1 skipped", or counts as one case by its exit status. A
# stage NAME-VERSION, as in kunit-7.3, is the script NAME on another kernel or machine.
#
# What a machine cannot run is skipped, and the reason told: a stage says so itself
# by a line "skipped: REASON", or what it needs is one of those that a machine may
# lack, and cannot be had. Everything else that is missing or goes wrong is a failure.
#
# JOBS= stages run at a time, those beside each other that have nothing in common.

# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

JOBS=${JOBS:-$(nproc)}
RESULTS=$HMAP_LOG/results
FAILURES=$HMAP_LOG/failures
lanes=()

# Kernels beside the one that all is tested on, and herd7, for which there is no
# package in Debian 12; and other Debians.
may_be_missing() {
	case $1 in
	uml-* | kasan | kcsan | clang-kernel | herd | debian-* | cross-* | stock-* | crash | machine-* | tree-* | rt | sid-*) true ;;
	*) false ;;
	esac
}

# Stages get what they need by these variables. Who calls this asks for the result, so
# that an error does not end it by itself; $(...) and (...) leave the exit to it.
prepare() {
	local found version

	case $1 in
	gcc) (ensure_packages gcc libc6-dev make patch) ;;
	valgrind) (ensure_packages gcc libc6-dev make valgrind) ;;
	clang) (ensure_packages clang libclang-rt-dev llvm libc6-dev make python3) ;;
	clang-kernel)
		(ensure_packages perl python3) && # W=1 runs kernel-doc
			CLANG_KERNEL=$("$HMAP_SCRIPTS/kernel-clang.sh")
		;;
	cppcheck) (ensure_packages cppcheck make) ;;
	cocci)
		(ensure_packages coccinelle) &&
			LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		;;
	source)
		(ensure_packages perl) && # for checkpatch and kernel-doc
			LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		;;
	uml | uml-*)
		version=${1#uml}
		UML_DIR=$HMAP_BUILD/$1
		(ensure_packages perl python3 sparse) && # W=1 runs kernel-doc
			LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh") &&
			UML=$("$HMAP_SCRIPTS/kernel-uml.sh" "${version#-}")
		;;
	stock | stock-* | patch)
		STOCK=''
		[[ $1 != stock-* ]] || STOCK=${1#stock-}
		found=$("$HMAP_SCRIPTS/kernel-cloud.sh" ${STOCK:+"$STOCK"}) &&
			eval "$found" &&
			(ensure_packages perl patch "$(qemu_of "$MACHINE")")
		;;
	kasan | kcsan | rt)
		(ensure_packages perl python3 qemu-system-x86 patch) &&
			LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh") &&
			DEBUG=$("$HMAP_SCRIPTS/kernel-debug.sh" "$1")
		;;
	crash)
		(ensure_packages python3-drgn qemu-system-x86) &&
			DEBUG=$("$HMAP_SCRIPTS/kernel-debug.sh" crash)
		;;
	debian-*)
		(ensure_packages qemu-system-x86 debhelper dh-dkms dpkg-dev lintian make) &&
			CHROOT=$("$HMAP_SCRIPTS/deb-chroot.sh" "$(codename "${1#debian-}")")
		;;
	cross-*)
		MACHINE=${1#cross-}
		(ensure_cross "$MACHINE" && ensure_packages make qemu-user-static)
		;;
	machine-*)
		MACHINE=${1#machine-}
		MACHINE=${MACHINE%-kasan}
		(ensure_packages perl python3 "$(qemu_of "$MACHINE")") &&
			LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh") &&
			KERNEL=$("$HMAP_SCRIPTS/kernel-machine.sh" "${1#machine-}")
		;;
	tree-*)
		(ensure_packages gcc libc6-dev make flex bison bc perl python3 python3-sphinx) &&
			TREE=$("$HMAP_SCRIPTS/kernel-tree.sh" "${1#tree-}")
		;;
	sid-gcc) prepare_sid gcc ;;
	sid-clang) prepare_sid clang LLVM=1 ;;
	shell) (ensure_packages shellcheck) ;;
	herd)
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh") &&
			HERD7=$("$HMAP_SCRIPTS/herd7.sh")
		;;
	*) die "no stage can need $1" ;;
	esac
}

# prepare_sid COMPILER [VARIABLE...]: as kbuild is told of it. The kernel is that compiler's work, too.
prepare_sid() {
	COMPILER=$1 UML_DIR=$HMAP_BUILD/uml-sid-$1
	shift
	LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh") &&
		SID=$("$HMAP_SCRIPTS/deb-chroot.sh" sid) &&
		UML=$("$HMAP_SCRIPTS/in-debian.sh" "$SID" env "$@" "$HMAP_SCRIPTS/kernel-uml.sh" 7.3)
}

codename() {
	case $1 in
	12) echo bookworm ;;
	13) echo trixie ;;
	*) die "no codename of Debian $1" ;;
	esac
}

# wanted NAME ON-DEMAND
wanted() {
	if [ -n "${HMAP_STAGES:-}" ]; then
		[[ " $HMAP_STAGES " == *" $1 "* ]]
	else
		[[ " $2 " != *" $1 "* ]]
	fi
}

# keep_failure STAGE LOG: what its tests expected, and how it ended. The end alone may have
# only the name of the test.
keep_failure() {
	echo "== $1"
	grep -E -A 7 '(EXPECTATION|ASSERTION) FAILED|^FAILED:' "$2" | head -n 60 || :
	tail -n 40 "$2"
}

# add STAGE PASSED FAILED SKIPPED LOG: to the results of all stages.
add() {
	echo "$1 $2 $3 $4" >>"$RESULTS"
	if [ "$3" -ne 0 ]; then
		tail -n 20 "$5" || :
		keep_failure "$1" "$5" >>"$FAILURES" || :
	fi
	echo "   $2 passed, $3 failed, $4 skipped; log: $5"
}

# Why something was skipped: the stage's own word, or KUnit's.
print_skipped() {
	sed -n -E -e '/^skipped: /p' \
		-e 's/^ *ok [0-9]+ (- )?(.*[^ ]) *# SKIP (.*)/skipped: \2: \3/p' "$1" | sort -u
}

# count STAGE LOG STATUS: add a stage's results and print them.
count() {
	local p f s=0

	if [[ $(tail -n 1 "$2") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
		# A stage that fails beside its tests, or has none.
		if [ $((p + f + s)) -eq 0 ] || { [ "$f" -eq 0 ] && [ "$3" -ne 0 ]; }; then
			f=$((f + 1))
		fi
	else
		p=$(($3 == 0)) f=$(($3 != 0))
	fi
	print_skipped "$2"
	add "$1" "$p" "$f" "$s" "$2"
}

# count_missing STAGE LOG STATUS NEED: what a stage needs could not be had.
count_missing() {
	if [ "$3" -eq "$CANNOT" ] && may_be_missing "$4"; then
		sed 's/^/skipped: /' "$2"
		add "$1" 0 0 1 "$2"
	else
		add "$1" 0 1 0 "$2"
	fi
}

# script_of STAGE: without what tells on which kernel or machine.
script_of() {
	local script=$1

	until [ -e "$HMAP_SCRIPTS/stages/$script.sh" ]; do
		[[ $script == *-* ]] || die "there is no script for the stage $1"
		script=${script%-*}
	done
	echo "$HMAP_SCRIPTS/stages/$script.sh"
}

# run_stage NAME NEED WHAT
run_stage() {
	local name=$1 log=$HMAP_LOG/check-$1.log status=0 start=$SECONDS

	echo "== $name: $3"
	export HMAP_REASON=$log
	echo "cannot prepare $2, which says no more" >"$log"
	prepare "$2" || status=$?
	if [ "$status" -eq 0 ]; then
		unset HMAP_REASON
		export LINUX_SOURCE UML UML_DIR KDIR VMLINUZ DEBUG CLANG_KERNEL HERD7 CHROOT MACHINE STOCK KERNEL \
			COMPILER SID TREE
		STAGE=$name with_heartbeat "running $name" "$log" \
			bash "$(script_of "$name")" || status=$?
		count "$name" "$log" "$status"
	else
		count_missing "$name" "$log" "$status" "$2"
	fi
	echo "   took $(elapsed $((SECONDS - start)))"
}

# Stages of a lane run one after the other: they build in the same directory.
lane_of() {
	case $1 in
	gcc | clang | cppcheck) echo user ;;
	stock | patch) echo stock ;;
	source | shell | herd) echo sources ;;
	*) echo "$1" ;;
	esac
}

# run_lane LANE STAGE...: what each prints comes at once, as others print, too.
run_lane() {
	local lane=$1 name need what stage output
	shift

	for stage; do
		read -r name need what <<<"$stage"
		[ "$(lane_of "$need")" = "$lane" ] || continue
		output=$HMAP_LOG/result-$name
		if [ "$JOBS" -eq 1 ]; then
			run_stage "$name" "$need" "$what"
		else
			run_stage "$name" "$need" "$what" >"$output"
			flock "$RESULTS" cat "$output"
		fi
	done
}

# Each lane is a process group of its own, that can be ended with all it has started.
end_lanes() {
	local pid

	for pid in "${lanes[@]}"; do
		kill -- "-$pid" 2>/dev/null || :
	done
}

# run_lanes STAGE...: JOBS of them at a time.
run_lanes() {
	local lane

	trap 'end_lanes; exit 130' INT TERM
	set -m
	while read -r lane; do
		while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
			wait -n || :
		done
		run_lane "$lane" "$@" </dev/null &
		lanes+=($!)
	done < <(for stage; do
		read -r _ need _ <<<"$stage"
		lane_of "$need"
	done | awk '!seen[$0]++')
	wait
	set +m
	trap 'exit 130' INT
	trap - TERM
}

# known NAME STAGE...
known() {
	local name=$1 stage
	shift

	for stage; do
		[ "${stage%% *}" != "$name" ] || return 0
	done
	return 1
}

# names STAGE...: of them all, in one line.
names() {
	printf '%s\n' "${@%% *}" | paste -s -d ' '
}

# print_total STAGE...: a stage without a result has gone down with its lane.
print_total() {
	local name

	for name; do
		grep -q "^$name " "$RESULTS" || add "$name" 0 1 0 "$HMAP_LOG/check-$name.log"
	done
	awk '
		{ passed += $2; failed += $3; skipped += $4 }
		$3 { names = names " " $1 }
		END {
			if (failed)
				print "hmap: failed:" names
			printf "%d passed, %d failed", passed, failed
			if (skipped)
				printf ", %d skipped", skipped
			print ""
			exit failed > 0
		}' "$RESULTS"
}

# run_stages ON-DEMAND STAGE...: a stage is a line of its name, what it needs and
# what it does. Those named in ON-DEMAND run only when they are asked for.
run_stages() {
	local on_demand=$1 name stage run=()
	shift

	for name in ${HMAP_STAGES:-}; do
		known "$name" "$@" ||
			die "HMAP_STAGES: there is no stage $name here, but $(names "$@")"
	done
	lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"
	# A stage builds what no stage before it has built in this run.
	rm -rf "$HMAP_BUILD"/{uml,uml-*.*,uml-kasan,stock,stock-*,kunit-*,debug}/
	: >"$RESULTS"
	: >"$FAILURES"

	for stage; do
		! wanted "${stage%% *}" "$on_demand" || run+=("$stage")
	done
	run_lanes "${run[@]}"
	say "all of it took $(elapsed "$SECONDS")"
	print_total "${run[@]%% *}"
}
