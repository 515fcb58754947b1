#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A test of the stage search: that it finds a sequence of calls that costs too much, and
# by itself, with each patch in kunit/costly/. One search may get stuck with what it has
# found first, so each begins anew with SEARCH_SEEDS= seeds, for SEARCH_SECONDS= each.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/broken-search
export SEARCH_SECONDS=${SEARCH_SECONDS:-30}
SEARCH_SEEDS=${SEARCH_SEEDS:-10}

# finds_with SEED LOG: in small maps, where an operation is soon tried a thousand times.
finds_with() {
	! make --no-print-directory -C "$DIR/kunit/user" BUILD="$DIR/user" SEARCH_FROM= \
		SEARCH_N=1000 SEARCH_SEED="$1" search >"$2" 2>&1 && grep -A 1 '^found after ' "$2"
}

# search_finds LOG
search_finds() {
	local seed

	make --no-print-directory -j"$(nproc)" -C "$DIR/kunit/user" BUILD="$DIR/user" \
		"$DIR/user/search" || die "cannot build it for user space"
	for ((seed = 1; seed <= SEARCH_SEEDS; seed++)); do
		if finds_with "$seed" "$1"; then
			return
		fi
	done
	return 1
}

# Else whatever keeps it from running would be taken for a find.
copy_sources "$DIR"
! SEARCH_SEEDS=2 search_finds "$HMAP_LOG/broken-search-none.log" ||
	die "hmap as it is costs too much, see $HMAP_LOG/broken-search-none.log"

expect_finds "$DIR" search_finds kunit/costly/*.patch
