#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The core in user space, suites and stress test, at -O3 and with optimisation across files
# (LTO), which sees into what the kernel compiles apart.
#
# With SID it is by the COMPILER of the Debian in that directory, and first come the module, its
# tests and its samples, W=1, for UML, which the same compiler has built; the KUnit tests there;
# and the suites in user space as ever. With this machine's gcc, "make check" does these.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

if [ -n "${SID:-}" ]; then
	exec "$HMAP_SCRIPTS/in-debian.sh" "$SID" env SID= INSIDE=1 bash "$0"
fi

COMPILER=${COMPILER:-gcc}
DIR=$HMAP_BUILD/$STAGE
passed=0 failed=0 skipped=0

case $COMPILER in
clang)
	export LLVM=1 # for kbuild
	LTO=("OPTIMIZE=-O2 -flto" LDFLAGS=-fuse-ld=lld)
	;;
*) LTO=("OPTIMIZE=-O2 -flto=auto") ;;
esac

is_clean() {
	(no_warnings "$1")
}

# The kernel's own headers are not free of complaints. (source is a link to its sources.)
module() {
	build_for_uml &&
		grep -v "^$(realpath "$UML/source")/.*: warning: " "$UML_DIR.log" >"$DIR.log" &&
		is_clean "$DIR.log" &&
		grep -q "^savedcmd_.* := $COMPILER " "$UML_DIR/hmap/.core.o.cmd"
}

kunit() {
	require_uml
	"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kunit.sh" \
		"$UML/lib/kunit/kunit.ko" "$UML_DIR/hmap.ko" \
		"$UML_DIR"/kunit/hmap_{inline,kunit}.ko
	kunit_guest "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/initramfs.gz" 300 "$CONSOLE"
}

# Tests print WARNING: of what they expect; compilers and linkers do not shout.
says_no_warning() {
	! grep 'warning: ' "$1"
}

# user_space NAME TARGET [VARIABLE...]
user_space() {
	local name=$1 target=$2 log=$HMAP_LOG/$STAGE-$1-$2.log
	shift 2

	echo "== $name: make $target CC=$COMPILER $*"
	add_results "$log" make --no-print-directory -j"$(nproc)" -C kunit/user \
		BUILD="$DIR/$name" CC="$COMPILER" "$@" "$target"
	check "$name: $target: no warning" says_no_warning "$log"
}

rm -rf "$DIR"
"$COMPILER" --version | head -n 1
if [ -n "${INSIDE:-}" ]; then
	check "the module is built by $COMPILER, without a warning" module
	add_results "$HMAP_LOG/$STAGE-kunit.log" kunit
	user_space default check
fi
for target in check stress; do
	user_space O3 "$target" SANITIZE= OPTIMIZE=-O3
	user_space lto "$target" SANITIZE= "${LTO[@]}"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
