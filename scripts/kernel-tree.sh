#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-tree.sh VERSION
#
# Print a directory of the cache with one of Debian's kernel sources, to be changed and built in.
# What was built there stays, so that the next time takes less. Who uses it takes its lock, the
# file beside it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

VERSION=$1
SOURCE=$("$HMAP_SCRIPTS/kernel-source.sh" "$VERSION")
NAME=tree-${SOURCE##*/source-}

# By links: whoever changes a file there writes a new one.
copy_source() {
	local tmp

	require_room 2 "building in the source of Linux $VERSION"
	tmp=$(cache_tmp)
	cp -al "$SOURCE" "$tmp/tree"
	mv "$tmp/tree" "$HMAP_CACHE/$NAME"
	rm -rf "$tmp"
}

ensure_cached "$NAME" copy_source
