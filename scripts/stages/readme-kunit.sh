#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Do what Documentation/testing.rst says: build its test, and the other examples, for User-Mode
# Linux, and run it there. And see that a test that fails is told.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/readme-kunit

require_uml
copy_sources "$DIR/hmap"
write_examples "$DIR/mine"
HMAP=$DIR/hmap MINE=$DIR/mine bash -e "$DIR/mine/kunit.sh" | tee "$DIR.log"
no_warnings "$DIR.log"
grep -q 'Testing complete.*passed: 1' "$DIR.log" || die "the test did not pass"

sed -i 's/, 1ULL);/, 2ULL);/' "$DIR/mine/counts_test.c"
! HMAP=$DIR/hmap MINE=$DIR/mine bash -e "$DIR/mine/kunit.sh" >"$DIR.log" ||
	die "a test that fails passed"
grep -q 'Testing complete.*failed: 1' "$DIR.log" || die "the test that fails was not told"
