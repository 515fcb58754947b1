#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Print the command herd7: the one in PATH, else one in the cache, unpacked from
# Debian's unstable suite together with the C library that it needs. Nothing is
# installed.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

SUITE=sid
LOG=$HMAP_LOG/herd7.log

unpack_herd7() {
	unpack "$1"/herdtools7_*.deb "$1/tree" ./usr/bin/herd7 &&
		unpack "$1"/herdtools7_*.deb "$1/tree" ./usr/share/herdtools7/herd &&
		unpack "$1"/libc6_*.deb "$1/tree" ./usr/lib/x86_64-linux-gnu &&
		unpack "$1"/libgmp10_*.deb "$1/tree" ./usr/lib/x86_64-linux-gnu
}

# herd7 runs on the loader and the libraries beside it, not on the machine's.
write_command() {
	cat >"$1" <<-'EOF'
		#!/bin/sh
		usr=$(dirname "$0")/usr
		lib=$usr/lib/x86_64-linux-gnu
		exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$usr/bin/herd7" \
			-set-libdir "$usr/share/herdtools7/herd" "$@"
	EOF
	chmod +x "$1"
}

fetch_herd7() {
	local tmp version

	require_apt "herd7 is not in the cache"
	tmp=$(cache_tmp)
	run_long "downloading herd7" "$APT_LOG" \
		download_from "$SUITE" "$tmp" herdtools7 libc6 libgmp10 ||
		cannot "cannot download herdtools7 from Debian's suite $SUITE (no network?), see $APT_LOG"
	version=$(dpkg-deb -f "$tmp"/herdtools7_*.deb Version)
	mkdir "$tmp/tree"
	run_long "unpacking herd7 $version" "$LOG" unpack_herd7 "$tmp" ||
		die "cannot unpack herd7 (disk full?), see $LOG"
	write_command "$tmp/tree/herd7"
	"$tmp/tree/herd7" -version >>"$LOG" 2>&1 || cannot "herd7 does not run here, see $LOG"
	mv "$tmp/tree" "$HMAP_CACHE/herd7-$version"
	rm -rf "$tmp"
}

command -v herd7 || {
	dir=$(ensure_cached herd7- fetch_herd7)
	echo "$dir/herd7"
}
