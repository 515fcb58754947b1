#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# fuzz.sh PROGRAM SECONDS OPERATIONS [SEED]
#
# Fuzz for so long, or, if OPERATIONS is not 0, for so many operations on maps. It
# begins with the inputs kept in corpus.txt and those that former runs have found,
# which are beside PROGRAM, in corpus/, as are those that failed, crash-*. The last
# line counts the whole as one test.
set -euo pipefail
# shellcheck source=kunit/user/corpus.sh
. "$(dirname "$0")/corpus.sh"

program=$1 seconds=$2 operations=$3 seed=${4:-$RANDOM}
dir=$(dirname "$program")

limits=(-max_total_time="$seconds")
[ "$operations" -eq 0 ] || limits=()

# What is freed shall stay poisoned for long, but its pages are costly to touch.
export ASAN_OPTIONS=quarantine_size_mb=64
export HMAP_FUZZ_OPS=$operations

unpack_corpus "$dir/kept"
mkdir -p "$dir/corpus"
echo "== seed $seed, $(find "$dir/kept" -type f | wc -l) inputs kept"
if "$program" -seed="$seed" -max_len="$MAX_LEN" -len_control=0 -print_final_stats=1 \
	"${limits[@]}" -artifact_prefix="$dir/" "$dir/corpus" "$dir/kept"; then
	echo "1 passed, 0 failed"
else
	echo "run it again with: make -C kunit/user replay CRASH=<the crash-* file above>"
	echo "0 passed, 1 failed"
	exit 1
fi
