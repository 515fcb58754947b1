# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Read the results of KUnit tests from a guest's console. Sourced after lib.sh.

CONSOLE=$HMAP_LOG/$STAGE-console.log
RESULT=$HMAP_LOG/$STAGE-result.log

# counted WORD: from kunit.py's closing line, as in "Ran 4 tests: passed: 3, failed: 1".
counted() {
	sed -n "s/.*Testing complete\..*[ :]$1: \([0-9]*\).*/\1/p" "$RESULT" | grep . || echo 0
}

# kunit_guest BOOT-COMMAND...: which writes to $CONSOLE; then print what became of it
# all. False if anything failed.
kunit_guest() {
	local guest=0 complaint empty suites files missing failed

	complaint=$("$@" 2>&1) || guest=1
	cat "$CONSOLE"

	# Its exit status is not needed: the closing line has all that went wrong.
	python3 "$LINUX_SOURCE/tools/testing/kunit/kunit.py" parse "$CONSOLE" >"$RESULT" || :
	cat "$RESULT"
	if [ "$guest" -ne 0 ]; then
		head -n 1 <<<"$complaint"
		grep '^FAILED:' "$CONSOLE" || :
	fi

	# kunit.py takes a suite without any test for skipped, and cannot know of one
	# that was left out of the build: each *_test.c has at least one.
	empty=$(grep -c '^ *1\.\.0$' "$CONSOLE" || :)
	suites=$(grep -c '^ *# Subtest: ' "$CONSOLE" || :)
	files=$(find kunit -maxdepth 1 -name '*_test.c' | wc -l)
	missing=$((suites < files ? files - suites : 0))
	[ "$missing" -eq 0 ] || echo "$suites suites ran, but there are $files files of tests"

	failed=$(($(counted failed) + $(counted crashed) + $(counted errors)))
	failed=$((failed + empty + missing + guest))
	echo "$(counted passed) passed, $failed failed, $(counted skipped) skipped"
	[ "$failed" -eq 0 ]
}
