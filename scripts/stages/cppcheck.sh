#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What user space has of it is looked at with the headers that it is built with there;
# the samples, the demo's program, and what only a kernel has, without any.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/cppcheck

# GNU C, the kernel's language, has arithmetic on void pointers: by bytes.
check() {
	cppcheck -q --enable=warning,performance,portability --std=c11 -j"$(nproc)" \
		--suppress=arithOperationsOnVoidPointer --inline-suppr \
		--suppress=nullPointer:kunit/user/sequence.c \
		--error-exitcode=1 "$@"
}

# In sequence.c it takes the null pointers that the macros of kinds take the type of for read.
# kunit/model_kind.c is types and the wrappers of 18 kinds, of which cppcheck makes gigabytes.
make --no-print-directory -C kunit/user BUILD="$DIR" headers
mapfile -t core < <(sources | grep -E '^(hmap|kunit/user)/.*\.c$|^kunit/model.*\.c$' |
	grep -v -E '^hmap/(main|debugfs)\.c$|^kunit/model_kind\.c$|^kunit/user/(threads|stress)\.c$')
check --include=kunit/user/stubs.h -I "$DIR/include" -I . -I kunit/user "${core[@]}"
check samples/*.c kunit/guest/kv_demo*.c hmap/main.c hmap/debugfs.c
