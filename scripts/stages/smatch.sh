#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# smatch, where somebody has installed it.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/smatch
LOG=$HMAP_BUILD/smatch.log

if ! command -v smatch >/dev/null; then
	echo "skipped: smatch is not installed, and Debian has no package of it"
	echo "0 passed, 0 failed, 1 skipped"
	exit
fi

copy_sources "$DIR"
build_modules "$UML" "$DIR" ARCH=um HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_SAMPLES=1 \
	C=2 CHECK="smatch -p=kernel" 2>&1 | tee "$LOG"
grep -q '^ *CHECK ' "$LOG" || die "smatch did not run"
! grep -E "^$DIR/.*: (warn|error):" "$LOG" >/dev/null || die "smatch complains"
