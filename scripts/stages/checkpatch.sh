#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# kunit/user stands in for the kernel's own headers, so it defines what checkpatch
# asks others to use. A user program has no __printf() and the like.
PROGRAM='^kunit/guest/'
sources | grep -v -E -e '^kunit/user/' -e "$PROGRAM" | checkpatch
sources | grep -E "$PROGRAM" | checkpatch --ignore PREFER_DEFINED_ATTRIBUTE_MACRO
