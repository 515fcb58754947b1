#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Write manual pages of hmap's calls into build/man, by the kernel's kernel-doc: read them
# with "man -l build/man/hmap_insert.9". A warning is an error.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

OUT=$HMAP_BUILD/man
HEADERS=(hmap/hmap.h hmap/hmap-cursor.h hmap/hmap-stats.h hmap/hmap-typed.h hmap/hmap-types.h)

ensure_packages groff-base perl
LINUX_SOURCE=${LINUX_SOURCE:-$("$HMAP_SCRIPTS/kernel-source.sh")}
rm -rf "$OUT"
mkdir -p "$OUT"
cd "$HMAP_TOP"

# A page begins where its .TH does. Structures have pages of their own, without a blank in
# the file's name.
perl "$LINUX_SOURCE/scripts/kernel-doc" -man -no-doc-sections -Werror "${HEADERS[@]}" |
	awk -v dir="$OUT" -F'"' '
		$1 == ".TH " { close(file); file = $4; gsub(/ /, "_", file); file = dir "/" file ".9" }
		{ print >file }'

# What is wrong with a page, groff tells on its error output.
for page in "$OUT"/*.9; do
	complaint=$(groff -man -ww -z -Tutf8 "$page" 2>&1)
	[ -z "$complaint" ] || die "$(basename "$page"): $complaint"
done
say "$(find "$OUT" -name '*.9' | wc -l) manual pages are in $OUT"
