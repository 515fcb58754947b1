#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# random.sh PROGRAM SECONDS SEED
#
# Replay the inputs of corpus.txt, and change them at random for so long, where there is no
# libFuzzer. RUN= is a command that runs programs for another machine.
set -euo pipefail
# shellcheck source=kunit/user/corpus.sh
. "$(dirname "$0")/corpus.sh"

program=$1 seconds=$2 seed=$3
read -ra run <<<"${RUN:-}" || :
dir=$(dirname "$program")

unpack_corpus "$dir/kept"
if ! "${run[@]}" "$program" "seconds=$seconds" "seed=$seed" "$dir"/kept/*; then
	echo "0 passed, 1 failed"
	exit 1
fi
