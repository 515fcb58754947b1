# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the stages of check.sh share. Sourced.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/build.sh
. "$HMAP_SCRIPTS/build.sh"
cd "$HMAP_TOP"

# Our C files, one a line.
sources() {
	find . -path ./build -prune -o -name '*.[ch]' ! -name '*.mod.c' -printf '%P\n' |
		sort
}

# checkpatch OPTION...: the files come from standard input, one a line. What is ignored
# everywhere, and why, is in .checkpatch.conf. Tracepoints are laid out as the kernel's are.
checkpatch() {
	local files checker=(perl "$LINUX_SOURCE/scripts/checkpatch.pl" --strict --no-tree --quiet "$@")

	files=$(cat)
	grep -v '/trace\.h$' <<<"$files" | xargs -d '\n' -n 8 -P "$(nproc)" "${checker[@]}" -f &&
		{ grep '/trace\.h$' <<<"$files" || :; } |
		xargs -r "${checker[@]}" --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT -f
}

# skip REASON: what this stage needs, this machine cannot do. On a line of its own,
# whatever has been printed before.
skip() {
	printf '\nskipped: %s\n' "$1"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

# stock_guest MODULE SECONDS [PARAMETER...]: run guest-STAGE.sh on the stock kernel, with hmap
# and a module of kunit/.
stock_guest() {
	local module=$1 seconds=$2 dir=$HMAP_BUILD/stock
	shift 2

	[ -e "$dir/hmap.ko" ] || build_for_stock
	"$HMAP_SCRIPTS/initramfs.sh" "$dir/$STAGE.gz" "$HMAP_SCRIPTS/guest-$STAGE.sh" \
		"$dir/hmap.ko" "$dir/kunit/$module.ko"
	HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$dir/$STAGE.gz" "$seconds" \
		"$HMAP_LOG/$STAGE-console.log" "$@"
}

# check WHAT COMMAND...: whether the command succeeds, counted in $passed and $failed.
check() {
	local what=$1
	shift

	if "$@"; then
		echo "ok: $what"
		passed=$((passed + 1))
	else
		echo "NOT OK: $what"
		failed=$((failed + 1))
	fi
}

# add_results LOG COMMAND...: it ends in a total of its own, which is added to $passed, $failed
# and $skipped.
add_results() {
	local log=$1
	shift

	"$@" 2>&1 | tee "$log" || :
	if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
	else
		echo "this ended without a result: $*"
		failed=$((failed + 1))
	fi
}

# expect_finds DIR FIND PATCH...: with each patch in a copy of the sources in DIR, FIND LOG
# has to find something, and to print what. Counts them.
expect_finds() {
	local dir=$1 find=$2 patch passed=0 failed=0
	shift 2

	for patch; do
		copy_sources "$dir"
		patch -p1 -d "$dir" <"$patch" || die "$patch does not apply any more"
		if "$find" "$HMAP_LOG/$STAGE-$(basename "$patch" .patch).log"; then
			echo "found: $(head -n 1 "$patch")"
			passed=$((passed + 1))
		else
			echo "NOT FOUND: $(head -n 1 "$patch")"
			failed=$((failed + 1))
		fi
	done
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}

# User-Mode Linux wants ptrace() of the host, or seccomp() for two CPUs, which
# containers may forbid. Whether it runs is tried with nothing of ours in it, so that
# nothing of ours can be the reason if it does not.
require_uml() {
	local console=$HMAP_LOG/$STAGE-probe.log

	"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR-probe.gz" "$HMAP_SCRIPTS/guest-probe.sh"
	"$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR-probe.gz" 60 "$console" ||
		skip "User-Mode Linux does not run here: $(tail -n 1 "$console"), see $console"
}
