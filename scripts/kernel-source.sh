#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Put the source of Debian's kernel into the cache and print its directory: User-
# Mode Linux is built from it, and checkpatch, kernel-doc and kunit.py live in it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

PACKAGE=linux-source-6.1
LOG=$HMAP_LOG/kernel-source.log

# Later steps need files from all over the tree, so all of it is unpacked.
unpack_source() {
	unpack "$1"/$PACKAGE*.deb "$1" ./usr/src &&
		mkdir "$1/tree" &&
		tar -xJf "$1/usr/src/$PACKAGE.tar.xz" -C "$1/tree" --strip-components=1
}

fetch_source() {
	local tmp version

	require_apt "$PACKAGE is not in the cache" "setting up the cache"
	tmp=$(cache_tmp)
	with_fresh_lists "downloading $PACKAGE" download "$tmp" "$PACKAGE" ||
		die "cannot download $PACKAGE (no network, or not Debian 12?), see $APT_LOG"
	version=$(dpkg-deb -f "$tmp"/$PACKAGE*.deb Version)
	run_long "unpacking $PACKAGE $version" "$LOG" unpack_source "$tmp" ||
		die "cannot unpack $PACKAGE (disk full?), see $LOG"
	mv "$tmp/tree" "$HMAP_CACHE/source-$version"
	rm -rf "$tmp"
}

ensure_packages xz-utils
ensure_cached source- fetch_source
