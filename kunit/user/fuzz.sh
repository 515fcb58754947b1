#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh PROGRAM SECONDS RUNS
#
# Fuzz for so long, or, if RUNS is not 0, that many inputs. Beside PROGRAM are the
# inputs found so far, in corpus/, which is where the next run begins, and those
# that failed, as crash-*. The last line counts the whole as one test.
set -euo pipefail

program=$1 seconds=$2 runs=$3
dir=$(dirname "$program")
mkdir -p "$dir/corpus"

limits=(-max_total_time="$seconds")
[ "$runs" -eq 0 ] || limits=(-runs="$runs")

if "$program" -max_len=4096 -len_control=20 -print_final_stats=1 -verbosity=1 \
	"${limits[@]}" -artifact_prefix="$dir/" "$dir/corpus"; then
	echo "1 passed, 0 failed"
else
	echo "run it again with: make -C kunit/user replay CRASH=<the crash-* file above>"
	echo "0 passed, 1 failed"
	exit 1
fi
