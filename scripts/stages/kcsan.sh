#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The stress test on a kernel that looks for data races; see debug-kcsan.config.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kcsan-lib.sh
. "$(dirname "$0")/kcsan-lib.sh"

DIR=$HMAP_BUILD/kcsan
CONSOLE=$HMAP_LOG/$STAGE-console.log
DURATION=${DURATION:-10}

copy_sources "$DIR"
build_modules "$DEBUG" "$DIR" HMAP_STRESS=1 W=1 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
kcsan_guest "$DIR" "$CONSOLE" "$DURATION"
