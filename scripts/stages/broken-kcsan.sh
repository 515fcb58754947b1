#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A test of the stage kcsan: that it finds each of the breakages in kunit/broken/ that
# say so, and hmap's races alone. Others it cannot find, as their stores are marked.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kcsan-lib.sh
. "$(dirname "$0")/kcsan-lib.sh"

DIR=$HMAP_BUILD/broken-kcsan
DURATION=${DURATION:-10}

# kcsan_finds CONSOLE
kcsan_finds() {
	build_modules "$DEBUG" "$DIR" HMAP_STRESS=1 || die "cannot build the modules"
	if kcsan_guest "$DIR" "$1" "$DURATION"; then
		return 1
	fi
	# Not the guest's other complaints.
	grep '^FAILED: data races' "$1"
}

mapfile -t patches < <(grep -l '^KCSAN reports it' kunit/broken/*.patch)
[ "${#patches[@]}" -gt 1 ] || die "there are too few patches that KCSAN should find"

# Else whatever it complains about would be taken for a find.
copy_sources "$DIR"
! kcsan_finds "$HMAP_LOG/broken-kcsan-none.log" ||
	die "complaints about hmap as it is, see $HMAP_LOG/broken-kcsan-none.log"

expect_finds "$DIR" kcsan_finds "${patches[@]}"
