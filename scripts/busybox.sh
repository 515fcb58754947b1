#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# busybox.sh [MACHINE]
#
# Put Debian's static busybox into the cache and print its path. It is not
# installed: its package would push out "busybox", which the host may boot with.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

MACHINE=${1:-}
ENTRY=busybox-${MACHINE:+$MACHINE-}

download_busybox() {
	[ -z "$MACHINE" ] || use_suite bookworm "$1" "$MACHINE"
	download "$1" busybox-static
}

fetch_busybox() {
	local tmp deb

	require_apt "busybox-static is not in the cache"
	tmp=$(cache_tmp)
	mkdir "$tmp/root"
	with_fresh_lists "downloading busybox-static" download_busybox "$tmp" ||
		cannot "cannot download busybox-static (no network?), see $APT_LOG"
	deb=$(echo "$tmp"/busybox-static*.deb)
	unpack "$deb" "$tmp/root" || die "cannot unpack busybox-static (disk full?)"
	mv "$tmp/root" "$HMAP_CACHE/$ENTRY$(dpkg-deb -f "$deb" Version)"
	rm -rf "$tmp"
}

# A version begins with a digit, and a machine does not.
root=$(ensure_cached "${ENTRY}[0-9]" fetch_busybox)
echo "$root"/*bin/busybox
