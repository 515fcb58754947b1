#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# merge.sh PROGRAM
#
# Make corpus.txt anew from it and from what runs of the fuzzer have found beside
# PROGRAM: the inputs that together reach all that is reached, small ones first.
set -euo pipefail
# shellcheck source=kunit/user/corpus.sh
. "$(dirname "$0")/corpus.sh"

program=$1
dir=$(dirname "$program")

unpack_corpus "$dir/kept"
mkdir -p "$dir/corpus"
rm -rf "$dir/merged"
mkdir "$dir/merged"
"$program" -merge=1 -max_len="$MAX_LEN" "$dir/merged" "$dir/kept" "$dir/corpus"
pack_corpus "$dir/merged"
echo "corpus.txt: $(grep -vc '^#' "$CORPUS") inputs, $(wc -c <"$CORPUS") bytes"
