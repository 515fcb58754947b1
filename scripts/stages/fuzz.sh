#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# FUZZ_SECONDS=600 fuzzes for longer.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

make --no-print-directory -j"$(nproc)" -C kunit/user fuzz
