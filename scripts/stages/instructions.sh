#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# No operation takes 5 % more instructions than Documentation/bench/instructions.txt says.
# A change that is meant to cost more, or that costs less, comes with a new record:
# make -C bench/user instructions-record.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/bench-user

make --no-print-directory -s -j"$(nproc)" -C bench/user BUILD="$DIR" counts
bench/user/limits.sh Documentation/bench/instructions.txt "$DIR/counts.txt"
