#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A test of the stage search: that it finds a sequence of calls that costs too much, and
# by itself, with each patch in kunit/costly/. SEARCH_SECONDS= for each of them.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/broken-search
export SEARCH_SECONDS=${SEARCH_SECONDS:-300}

# search_finds LOG
search_finds() {
	make --no-print-directory -j"$(nproc)" -C "$DIR/kunit/user" BUILD="$DIR/user" \
		"$DIR/user/search" || die "cannot build it for user space"
	! make --no-print-directory -C "$DIR/kunit/user" BUILD="$DIR/user" SEARCH_FROM= \
		search >"$1" 2>&1 && grep -A 1 '^found after ' "$1"
}

# Else whatever keeps it from running would be taken for a find.
copy_sources "$DIR"
! search_finds "$HMAP_LOG/broken-search-none.log" ||
	die "hmap as it is costs too much, see $HMAP_LOG/broken-search-none.log"

expect_finds "$DIR" search_finds kunit/costly/*.patch
