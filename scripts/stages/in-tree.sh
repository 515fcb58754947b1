#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# hmap in a kernel's own source, built in: its style, its warnings, its pages, and its tests by
# the kernel's own kunit.py, among them maps that initcalls fill; with counters, and without.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

passed=0 failed=0 skipped=0

in_tree_files() {
	find "$TREE"/lib/hmap "$TREE"/include/linux/hmap*.h -name '*.[ch]' ! -name '*.mod.c' \
		-o -name 'K*' -o -name 'M*'
}

style_is_right() {
	in_tree_files | LINUX_SOURCE=$TREE checkpatch "$@"
}

in_tree_make() {
	make -C "$TREE" -j"$(nproc)" "$@"
}

# configure DIRECTORY [OPTION...]: as kunit.py does, with the options on top.
configure() {
	local dir=$1 option
	shift

	mkdir -p "$TREE/$dir"
	{
		cat "$TREE/lib/hmap/.kunitconfig"
		printf '%s\n' "$@"
	} >"$TREE/$dir/.config"
	in_tree_make ARCH=um O="$dir" olddefconfig
	for option; do
		grep -qxF "$option" "$TREE/$dir/.config" || die "the configuration lost $option"
	done
}

# builds_without_warnings OPTION...: the objects of lib/hmap
builds_without_warnings() {
	local log=$HMAP_LOG/$STAGE-w1.log status=0

	configure .hmap-w1 "$@" || return 1
	rm -f "$TREE"/.hmap-w1/lib/hmap/{,tests/}*.o
	in_tree_make ARCH=um O=.hmap-w1 W=1 lib/hmap/ >"$log" 2>&1 || status=$?
	cat "$log"
	[ "$status" -eq 0 ] && grep -q '  CC .* lib/hmap/core\.o' "$log" && ! grep -E 'warning:|error:' "$log"
}

# graphviz is not needed for these.
pages_are_right() {
	local log=$HMAP_LOG/$STAGE-docs.log

	rm -rf "$TREE/Documentation/output"
	in_tree_make SPHINXDIRS=core-api/hmap htmldocs >"$log" 2>&1 || return 1
	! grep -E 'WARNING|ERROR|rror:' "$log" | grep -v 'dot(1) not found' &&
		grep -q 'id="c.hmap_insert"' "$TREE"/Documentation/output/core-api/hmap/api.html
}

# run_tests OPTION...: by the kernel's kunit.py
run_tests() {
	local status=0

	(cd "$TREE" && ./tools/testing/kunit/kunit.py run --kunitconfig=lib/hmap \
		--jobs="$(nproc)" "$@") >"$RESULT" 2>&1 || status=$?
	cat "$RESULT"
	[ "$(counted passed)" -gt 0 ] || status=1
	passed=$((passed + $(counted passed))) skipped=$((skipped + $(counted skipped)))
	failed=$((failed + $(counted failed) + $(counted crashed) + $(counted errors)))
	return "$status"
}

# With hmap's init late on purpose, users come before it: they are warned, and the test of their
# entries fails.
tells_who_is_early() {
	local status=0

	sed -i 's/^early_initcall(hmap_early_init)/late_initcall(hmap_early_init)/' "$TREE/lib/hmap/main.c"
	(cd "$TREE" && ./tools/testing/kunit/kunit.py run --kunitconfig=lib/hmap \
		--jobs="$(nproc)" hmap_early) >"$HMAP_LOG/$STAGE-early.log" 2>&1 || status=$?
	cat "$HMAP_LOG/$STAGE-early.log"
	scripts/in-tree.sh "$TREE"
	[ "$status" -ne 0 ] && grep -q '\[FAILED\] initcalls_fill_maps' "$HMAP_LOG/$STAGE-early.log" &&
		grep "a map is filled before hmap's early_initcall()" "$TREE/.kunit/test.log"
}

has_run() {
	grep -q "\[PASSED\] $1\$" "$RESULT"
}

# A file that an hmap of before has left goes, and others stay as they are.
brings_up_to_date() {
	local stamp=$HMAP_LOG/$STAGE-stamp

	touch "$TREE/lib/hmap/old.c" "$stamp"
	make in-tree TREE="$TREE" || return 1
	[ ! -e "$TREE/lib/hmap/old.c" ] && [ -z "$(find "$TREE"/{lib,include,Documentation} \
		-newer "$stamp" -type f -print -quit)" ]
}

lock_file "$TREE.lock" "using $TREE"
check "make in-tree" make in-tree TREE="$TREE"
check "a second time it changes what has to change" brings_up_to_date
check "checkpatch --strict of all that is there" style_is_right
check "W=1, built in" builds_without_warnings
check "W=1, built in, without counters" builds_without_warnings '# CONFIG_HMAP_STATS is not set'
check "W=1, as modules" builds_without_warnings CONFIG_MODULES=y CONFIG_KUNIT=m CONFIG_HMAP=m \
	CONFIG_HMAP_KUNIT_TEST=m
check "the kernel's htmldocs, without a warning" pages_are_right
check "all tests, by kunit.py" run_tests
check "maps filled by initcalls are read later" has_run initcalls_fill_maps
check "a map that is filled too early is warned of" tells_who_is_early
check "without counters, by kunit.py" run_tests --kconfig_add=CONFIG_HMAP_STATS=n
check "maps filled by initcalls are read later, there too" has_run initcalls_fill_maps

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
