#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# checkpatch OPTION...: the files come from standard input, one a line. What is ignored
# everywhere, and why, is in .checkpatch.conf.
checkpatch() {
	xargs -d '\n' -n 8 -P "$(nproc)" \
		perl "$LINUX_SOURCE/scripts/checkpatch.pl" --strict --no-tree --quiet "$@" -f
}

# kunit/user stands in for the kernel's own headers, so it defines what checkpatch
# asks others to use. A user program has no __printf() and the like.
PROGRAM='^kunit/guest/'
# Tracepoints are laid out as the kernel's are.
TRACE='^hmap/trace\.h'
sources | grep -v -E -e '^kunit/user/' -e "$PROGRAM" -e "$TRACE" | checkpatch
sources | grep -E "$TRACE" | checkpatch --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
sources | grep -E "$PROGRAM" | checkpatch --ignore PREFER_DEFINED_ATTRIBUTE_MACRO
