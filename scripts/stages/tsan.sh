#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# TSAN_SECONDS=60 runs each kind of map, of ten, for so long.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# The sanitizer wants a layout of memory that not every host allows. Whether it runs is
# tried with nothing of ours.
require_tsan() {
	local dir=$HMAP_BUILD/tsan-probe

	mkdir -p "$dir"
	echo 'int main(void) { return 0; }' >"$dir/probe.c"
	gcc -fsanitize=thread -o "$dir/probe" "$dir/probe.c"
	setarch -R "$dir/probe" || "$dir/probe" ||
		skip "programs with the thread sanitizer do not run here"
}

require_tsan
make --no-print-directory -j"$(nproc)" -C kunit/user tsan
