# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Run stages of checks and count their results: what check.sh and check-full.sh
# share. Sourced after lib.sh. HMAP_STAGES="user kunit" runs only these.
#
# A stage is a script in stages/. It either ends its output with a line such as
# "12 passed, 0 failed, 1 skipped", or counts as one case by its exit status. A
# stage NAME-VERSION, as in kunit-7.3, is the script NAME on another kernel.

# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

passed=0 failed=0 skipped=0

# Stages get what they need by these variables.
prepare() {
	local found version

	case $1 in
	gcc) ensure_packages gcc libc6-dev make ;;
	clang) ensure_packages clang libclang-rt-dev llvm libc6-dev make ;;
	source)
		ensure_packages perl # for checkpatch and kernel-doc
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		;;
	uml | uml-*)
		ensure_packages perl python3 sparse # W=1 runs kernel-doc
		version=${1#uml}
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		UML=$("$HMAP_SCRIPTS/kernel-uml.sh" "${version#-}")
		UML_DIR=$HMAP_BUILD/$1
		;;
	stock | patch)
		ensure_packages perl qemu-system-x86 patch
		found=$("$HMAP_SCRIPTS/kernel-cloud.sh")
		eval "$found"
		;;
	kasan | kcsan)
		ensure_packages perl python3 qemu-system-x86
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		DEBUG=$("$HMAP_SCRIPTS/kernel-debug.sh" "$1")
		;;
	shell) ensure_packages shellcheck ;;
	herd)
		LINUX_SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh")
		HERD7=$("$HMAP_SCRIPTS/herd7.sh") || HERD7= # the stage says so
		;;
	esac
	export LINUX_SOURCE UML UML_DIR KDIR VMLINUZ DEBUG HERD7
}

# wanted NAME ON-DEMAND
wanted() {
	if [ -n "${HMAP_STAGES:-}" ]; then
		[[ " $HMAP_STAGES " == *" $1 "* ]]
	else
		[[ " $2 " != *" $1 "* ]]
	fi
}

# count LOG STATUS: add a stage's results and print them.
count() {
	local p f s=0

	if [[ $(tail -n 1 "$1") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
		p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[4]:-0}
		# A stage that fails beside its tests, or has none.
		if [ $((p + f + s)) -eq 0 ] || { [ "$f" -eq 0 ] && [ "$2" -ne 0 ]; }; then
			f=$((f + 1))
		fi
	else
		p=$(($2 == 0)) f=$(($2 != 0))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	[ "$f" -eq 0 ] || tail -n 20 "$1"
	grep '^skipped: ' "$1" || :
	echo "   $p passed, $f failed, $s skipped; log: $1"
}

run_stage() {
	local name=$1 what=$2 log=$HMAP_LOG/check-$1.log status=0 start=$SECONDS

	echo "== $name: $what"
	STAGE=$name with_heartbeat "running $name" "$log" \
		bash "$HMAP_SCRIPTS/stages/${name%-[0-9]*}.sh" || status=$?
	count "$log" "$status"
	echo "   took $(elapsed $((SECONDS - start)))"
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

# What stages say about their results, together.
print_total() {
	local total="$passed passed, $failed failed"

	[ "$skipped" -eq 0 ] || total+=", $skipped skipped"
	echo "$total"
}

# run_stages ON-DEMAND STAGE...: a stage is a line of its name, what it needs and
# what it does. Those named in ON-DEMAND run only when they are asked for.
run_stages() {
	local on_demand=$1 name needs what stage
	shift

	for name in ${HMAP_STAGES:-}; do
		known "$name" "$@" || die "HMAP_STAGES: there is no stage $name"
	done
	lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"
	# A stage builds what no stage before it has built in this run.
	rm -rf "$HMAP_BUILD"/{uml,uml-*.*,stock,debug}/

	for stage; do
		read -r name needs what <<<"$stage"
		wanted "$name" "$on_demand" || continue
		prepare "$needs"
		run_stage "$name" "$what"
	done
	print_total
	[ "$failed" -eq 0 ]
}
