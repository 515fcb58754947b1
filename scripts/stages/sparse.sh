#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# All that is compiled is checked. With C=2 sparse looks at every file, but only what
# has changed is compiled again: after build-uml, nothing but the benchmark.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

LOG=$HMAP_BUILD/sparse.log

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
build_modules "$UML" "$UML_DIR" ARCH=um HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_MISUSE=1 HMAP_SAMPLES=1 W=1 \
	HMAP_BENCH=1 C=2 CF=-D__CHECK_ENDIAN__ 2>&1 | tee "$LOG"

# The kernel's own headers are not free of complaints.
! grep -E "^$UML_DIR/.*: (warning|error):" "$LOG" >/dev/null || die "sparse complains"

compiled=$(find "$UML_DIR" -name '.*.o.cmd' ! -name '*.mod.o.cmd' \
	-exec grep -l '^source_' {} + | wc -l)
checked=$(grep -c '^ *CHECK ' "$LOG" || :)
echo "$checked of $compiled files were checked"
[ "$checked" -gt 0 ] && [ "$checked" -eq "$compiled" ]
