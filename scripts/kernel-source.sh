#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-source.sh [VERSION]
#
# Put the source of one of Debian's kernels into the cache and print its directory:
# kernels for the tests are built from it, and checkpatch, kernel-doc and kunit.py
# live in it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

VERSION=${1:-6.1}
PACKAGE=linux-source-$VERSION
LOG=$HMAP_LOG/kernel-source-$VERSION.log

# Debian 12 has one kernel of its own; others are in suites that it need not know.
case $VERSION in
5.10) get=(download_from bullseye) ;;
6.1) get=(download) ;;
6.12) get=(download_from bookworm-backports) ;;
7.3) get=(download_from trixie-backports) ;;
*) die "kernel-source.sh: no suite is known to have $PACKAGE" ;;
esac

# Later steps need files from all over the tree, so all of it is unpacked.
unpack_source() {
	unpack "$1/$PACKAGE"_*.deb "$1" ./usr/src &&
		mkdir "$1/tree" &&
		tar -xJf "$1/usr/src/$PACKAGE.tar.xz" -C "$1/tree" --strip-components=1
}

fetch_source() {
	local tmp version

	require_apt "$PACKAGE is not in the cache"
	require_room 3 "$PACKAGE"
	tmp=$(cache_tmp)
	with_fresh_lists "downloading $PACKAGE" "${get[@]}" "$tmp" "$PACKAGE" ||
		cannot "cannot download $PACKAGE (no network, or not Debian 12?), see $APT_LOG"
	version=$(dpkg-deb -f "$tmp/$PACKAGE"_*.deb Version)
	run_long "unpacking $PACKAGE $version" "$LOG" unpack_source "$tmp" ||
		die "cannot unpack $PACKAGE (disk full?), see $LOG"
	mv "$tmp/tree" "$HMAP_CACHE/source-$version"
	rm -rf "$tmp"
}

ensure_packages xz-utils
ensure_cached "source-$VERSION." fetch_source
