#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A typed lookup in a header-only map: one load of the root, one test, and out.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

[ -e "$HMAP_BUILD/uml/hmap.ko" ] || build_for_uml
object=$HMAP_BUILD/uml/kunit/hmap_inline.o

# The instructions up to the first conditional jump.
begin=$(objdump -d --no-show-raw-insn "$object" | awk -F'\t' '
	/<inlined_lookup>:/ { inside = 1; next }
	inside { print $2 }
	inside && $2 ~ /^j/ { exit }')
echo "$begin"

loads=$(grep -c '(%' <<<"$begin" || :)
calls=$(grep -c '^call' <<<"$begin" || :)
tests=$(grep -cE '^(test|cmp)' <<<"$begin" || :)
jumps=$(grep -cE '^j(be|e|a|ne) ' <<<"$begin" || :)
echo "$loads load, $tests test, $jumps conditional jump, $calls calls"
[ "$loads,$tests,$jumps,$calls" = 1,1,1,0 ]
