#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/sparse
LOG=$HMAP_BUILD/sparse.log

copy_sources "$DIR"
build_modules "$UML" "$DIR" ARCH=um HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_SAMPLES=1 \
	HMAP_BENCH=1 C=2 CF=-D__CHECK_ENDIAN__ 2>&1 | tee "$LOG"
grep -q '^ *CHECK ' "$LOG" || die "sparse did not run"
# The kernel's own headers are not free of complaints.
! grep -E "^$DIR/.*: (warning|error):" "$LOG" >/dev/null || die "sparse complains"
