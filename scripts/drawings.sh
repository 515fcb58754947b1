#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Draw header, table and directory for Documentation/design.rst, into build/drawings. A
# program that is compiled with the core, as in kunit/user/, tells how large things are.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

OUT=$HMAP_BUILD/drawings
CORE=$HMAP_BUILD/drawings-core

objects=()
for file in "$HMAP_TOP"/hmap/*.c; do
	case $(basename "$file") in
	main.c | debugfs.c) ;; # what makes it a module
	*) objects+=("$CORE/plain/$(basename "$file" .c).o") ;;
	esac
done
objects+=("$CORE"/plain/user-{stubs,rcu}.o)

make --no-print-directory -s -C "$HMAP_TOP/kunit/user" BUILD="$CORE" "${objects[@]}"
mkdir -p "$OUT"
gcc -std=gnu11 -Wall -I"$CORE/include" -I"$HMAP_TOP" -I"$HMAP_TOP/kunit/user" -include stubs.h \
	-o "$CORE/constants" "$HMAP_TOP/Documentation/drawings/constants.c" "${objects[@]}"
"$CORE/constants" >"$OUT/constants"
python3 "$HMAP_TOP/Documentation/drawings/draw.py" "$OUT/constants" "$OUT"
