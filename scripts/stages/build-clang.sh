#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The headers of the stock kernel let clang build modules. That kernel has no KUnit,
# which the suites are built for all the same, but not linked to.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/clang

copy_sources "$DIR"
build_modules "$KDIR" "$DIR" LLVM=1 HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_SAMPLES=1 \
	HMAP_BENCH=1 W=1 KBUILD_MODPOST_WARN=1 2>&1 | tee "$DIR.all.log"
grep -v '^WARNING: modpost: "kunit_.*kunit\.ko\] undefined!$' "$DIR.all.log" >"$DIR.log"
no_warnings "$DIR.log"
