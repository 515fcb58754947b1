#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# No kernel is linked for it, so modpost cannot know what that would export.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/clang

copy_sources "$DIR"
build_modules "$CLANG_KERNEL" "$DIR" LLVM=1 ARCH=x86_64 HMAP_KUNIT=1 HMAP_STRESS=1 \
	HMAP_SAMPLES=1 HMAP_BENCH=1 W=1 KBUILD_MODPOST_WARN=1 2>&1 | tee "$DIR.all.log"
grep -q '^cmd_.* := clang ' "$DIR/hmap/.core.o.cmd" || die "clang has not compiled it"
grep -v -e '^WARNING: modpost: .* undefined!$' \
	-e '^WARNING: modpost: suppressed .* unresolved symbol warnings ' \
	-e '^WARNING: Module.symvers is missing' "$DIR.all.log" >"$DIR.log"
no_warnings "$DIR.log"
