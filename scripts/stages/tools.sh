#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# hmapstat on what the guest of the stage types has printed of its files in debugfs, and on what
# it has to cope with. Its manual page.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

CONSOLE=$HMAP_LOG/types-console.log
FILES=$HMAP_BUILD/stock/types

# Each into FILES/NAME/hmap, as in debugfs.
extract_files() {
	awk -v dir="$FILES" '
		/^HMAP-FILE: / {
			split($2, part, "/")
			file = dir "/" part[1] "/hmap/" part[2]
			system("mkdir -p " dir "/" part[1] "/hmap")
			next
		}
		/^HMAP-FILE-END/ { file = "" }
		file { print >file }' "$CONSOLE"
}

ensure_packages python3 groff-base
# That stage has run before this one, or has not been asked for.
[ -e "$HMAP_BUILD/stock/types.gz" ] || STAGE=types bash "$HMAP_SCRIPTS/stages/types.sh"
extract_files

groff -ww -man -Tutf8 tools/hmapstat.8 2>&1 >/dev/null | tee "$HMAP_LOG/man-hmapstat.log"
[ ! -s "$HMAP_LOG/man-hmapstat.log" ] || die "tools/hmapstat.8 has mistakes"
/usr/bin/python3 "$HMAP_SCRIPTS/test-hmapstat.py" "$FILES"
