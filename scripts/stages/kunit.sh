#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

CONSOLE=$HMAP_LOG/$STAGE-console.log
RESULT=$HMAP_LOG/$STAGE-result.log

# counted WORD: from kunit.py's closing line, as in "Ran 4 tests: passed: 3, failed: 1".
counted() {
	sed -n "s/.*Testing complete\..*[ :]$1: \([0-9]*\).*/\1/p" "$RESULT" | grep . || echo 0
}

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kunit.sh" \
	"$UML/lib/kunit/kunit.ko" "$UML_DIR/hmap.ko" "$UML_DIR"/kunit/hmap_{inline,kunit}.ko

guest=0
complaint=$("$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/initramfs.gz" \
	300 "$CONSOLE" 2>&1) || guest=1
cat "$CONSOLE"

# Its exit status is not needed: the closing line has all that went wrong.
python3 "$LINUX_SOURCE/tools/testing/kunit/kunit.py" parse "$CONSOLE" >"$RESULT" || :
cat "$RESULT"
if [ "$guest" -ne 0 ]; then
	head -n 1 <<<"$complaint"
	grep '^FAILED:' "$CONSOLE" || :
fi

# kunit.py takes a suite without any test for skipped, and cannot know of one that
# was left out of the build: each *_test.c has at least one.
empty=$(grep -c '^ *1\.\.0$' "$CONSOLE" || :)
suites=$(grep -c '^ *# Subtest: ' "$CONSOLE" || :)
files=$(find kunit -maxdepth 1 -name '*_test.c' | wc -l)
missing=$((suites < files ? files - suites : 0))
[ "$missing" -eq 0 ] || echo "$suites suites ran, but there are $files files of tests"

failed=$(($(counted failed) + $(counted crashed) + $(counted errors)))
failed=$((failed + empty + missing + guest))
echo "$(counted passed) passed, $failed failed, $(counted skipped) skipped"
[ "$failed" -eq 0 ]
