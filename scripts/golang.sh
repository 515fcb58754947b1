#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# golang.sh VERSION SUITE
#
# Put Go, as Debian has it in another suite, into the cache and print its GOROOT. It
# is not installed, but runs from there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

VERSION=$1 SUITE=$2
GO=golang-$VERSION

# Both packages have parts below /usr/share. Go's own tests are the largest of them.
unpack_go() {
	unpack "$1/$GO"-go_*.deb "$1" ./usr &&
		unpack "$1/$GO"-src_*.deb "$1" ./usr &&
		rm -r "$1/usr/share/go-$VERSION/test"
}

fetch_go() {
	local tmp version

	require_apt "$GO is not in the cache"
	tmp=$(cache_tmp)
	run_long "downloading $GO from $SUITE" "$APT_LOG" \
		download_from "$SUITE" "$tmp" "$GO-go" "$GO-src" ||
		die "cannot download $GO from $SUITE (no network?), see $APT_LOG"
	version=$(dpkg-deb -f "$tmp/$GO"-go_*.deb Version)
	run_long "unpacking $GO $version" "$HMAP_LOG/golang.log" unpack_go "$tmp" ||
		die "cannot unpack $GO (disk full?), see $HMAP_LOG/golang.log"
	mv "$tmp/usr" "$HMAP_CACHE/go-$version"
	rm -rf "$tmp"
}

dir=$(ensure_cached "go-$VERSION." fetch_go)
printf '%s\n' "$dir/lib/go-$VERSION"
