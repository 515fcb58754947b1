#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's semantic patches, as "make coccicheck MODE=report" runs them, one by
# one: that command stops at the first which has a part in OCaml, and then needs its
# compiler.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/coccinelle
OUTPUT=$HMAP_LOG/coccinelle-output.log

# "// Options: --no-includes --include-headers", and for which spatch it is made.
tag() {
	sed -n "s,^// *$1: *,,p" "$2" | head -n 1
}

# report PATCH: what it finds, in $OUTPUT.
report() {
	local options

	read -r -a options <<<"$(tag Options "$1")"
	spatch -D report --no-show-diff --very-quiet --cocci-file "$1" "${options[@]}" \
		--patch "$DIR" --dir "$DIR" -I "$LINUX_SOURCE/include" \
		--include "$LINUX_SOURCE/include/linux/kconfig.h" >"$OUTPUT" 2>"$OUTPUT.err"
}

copy_sources "$DIR"
# Those are no kernel code.
rm -rf "$DIR"/{kunit,bench}/user "$DIR"/kunit/guest

passed=0 failed=0 skipped=0
while read -r patch; do
	name=${patch#"$LINUX_SOURCE/scripts/coccinelle/"}
	if ! grep -q '^virtual.* report\|^virtual report' "$patch"; then
		continue
	elif grep -q '\(script\|initialize\|finalize\):ocaml' "$patch"; then
		echo "skipped: $name: needs a compiler of OCaml"
		skipped=$((skipped + 1))
	elif report "$patch" && [ ! -s "$OUTPUT" ]; then
		passed=$((passed + 1))
	else
		echo "NOT OK: $name"
		cat "$OUTPUT" "$OUTPUT.err"
		failed=$((failed + 1))
	fi
done < <(find "$LINUX_SOURCE/scripts/coccinelle" -name '*.cocci' | sort)
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
