#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Mistakes that the compiler has to find: each file of kunit/nocompile/ compiles, and with
# -DMISTAKE it does not, and the compiler says what the file expects.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/nocompile
LOG=$HMAP_LOG/$STAGE-compiler.log
passed=0 failed=0

# compile LOG [FLAG]: all of them, as kbuild would. What each has to say comes together,
# behind the line of its name.
compile() {
	rm -f "$DIR"/kunit/nocompile/*.o
	make -k -Otarget -C "$UML" M="$DIR" ARCH=um -j"$(nproc)" W=1 \
		KCFLAGS="-I$DIR ${2:-}" "${objects[@]}" >"$1" 2>&1
}

# said NAME: by the compiler, of that file.
said() {
	awk -v name="/$1.o" '/^  CC / { inside = index($0, name) } inside' "$LOG"
}

# check NAME
check() {
	local expected

	expected=$(sed -n 's,^/\* EXPECT: \(.*\) \*/$,\1,p' "$DIR/kunit/nocompile/$1.c" | grep .)
	if [ -e "$DIR/kunit/nocompile/$1.o" ]; then
		echo "$1: compiles"
	elif ! said "$1" | grep -F 'error: ' | grep -F "$expected"; then
		said "$1"
		echo "$1: does not compile, but without the words: $expected"
	else
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
}

copy_sources "$DIR"
mapfile -t names < <(find "$DIR/kunit/nocompile" -name '*.c' -exec basename {} .c \; | sort)
objects=("${names[@]/%/.o}")
objects=("${objects[@]/#/kunit/nocompile/}")

if ! compile "$LOG"; then
	cat "$LOG"
	die "files without their mistake do not compile"
fi
no_warnings "$LOG"
! compile "$LOG" -DMISTAKE || echo "the compiler has found nothing"
for name in "${names[@]}"; do
	check "$name"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
