#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# merge.sh PROGRAM
#
# Make corpus.txt anew from it and from what runs of the fuzzer have found beside
# PROGRAM: few inputs, not too long, that together reach all that such inputs reach.
set -euo pipefail
# shellcheck source=kunit/user/corpus.sh
. "$(dirname "$0")/corpus.sh"

program=$1
dir=$(dirname "$program")

unpack_corpus "$dir/kept"
rm -rf "$dir/merged"
mkdir -p "$dir/corpus" "$dir/merged"
"$program" -set_cover_merge=1 -max_len="$MAX_KEPT" "$dir/merged" "$dir/kept" "$dir/corpus"
pack_corpus "$dir/merged"
echo "corpus.txt: $(grep -vc '^#' "$CORPUS") inputs, $(wc -c <"$CORPUS") bytes"
