#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# coverage.sh DIR SUITES... REPLAY
#
# Run the suites, and the fuzzer's corpus by the last program, which were built to
# tell where they have been, and judge what coverage.py makes of it.
set -euo pipefail
# shellcheck source=kunit/user/corpus.sh
. "$(dirname "$0")/corpus.sh"

dir=$1
shift
programs=("$@")
profiles=$dir/profiles

rm -rf "$profiles"
mkdir -p "$profiles"
unpack_corpus "$profiles/corpus"
for program in "${programs[@]}"; do
	inputs=()
	[[ $program != */replay-* ]] || inputs=("$profiles"/corpus/*)
	echo "== $(basename "$program")"
	LLVM_PROFILE_FILE=$profiles/%p.profraw "$program" "${inputs[@]}" | tail -n 1
done
llvm-profdata merge -o "$profiles/all" "$profiles"/*.profraw

objects=("${programs[0]}")
for program in "${programs[@]:1}"; do
	objects+=(-object "$program")
done
llvm-cov export -instr-profile="$profiles/all" "${objects[@]}" >"$profiles/all.json"
llvm-cov export -format=lcov -instr-profile="$profiles/all" "${objects[@]}" >"$profiles/all.lcov"
./coverage.py "$profiles/all.json" "$profiles/all.lcov"
