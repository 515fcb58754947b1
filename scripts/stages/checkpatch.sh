#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# What is ignored everywhere, and why, is in .checkpatch.conf.
checkpatch() {
	perl "$LINUX_SOURCE/scripts/checkpatch.pl" --strict --no-tree --quiet "$@"
}

# kunit/user stands in for the kernel's own headers, so it defines what checkpatch
# asks others to use. A user program has no __printf() and the like.
PROGRAM='^(samples/kv_demo|kunit/guest/)'
mapfile -t files < <(sources | grep -v -E -e '^kunit/user/' -e "$PROGRAM")
mapfile -t program < <(sources | grep -E "$PROGRAM")
checkpatch -f "${files[@]}"
checkpatch --ignore PREFER_DEFINED_ATTRIBUTE_MACRO -f "${program[@]}"
