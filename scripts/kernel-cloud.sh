#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Put Debian's stock cloud kernel and its headers into the cache, without
# installing either, and print where they are, for eval: KDIR=... and VMLINUZ=...
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

LOG=$HMAP_LOG/kernel-cloud.log

# The meta packages name the concrete version; the headers of one flavour consist
# of three packages.
packages() {
	local image headers

	image=$(depends_on linux-image-cloud-amd64 'linux-image-[0-9].*')
	headers=$(depends_on linux-headers-cloud-amd64 'linux-headers-[0-9].*')
	[ -n "$image" ] && [ -n "$headers" ] || return 1
	printf '%s\n' "$image" "$headers"
	depends_on "$headers" 'linux-(headers|kbuild)-[0-9].*'
}

download_all() {
	local list

	list=$(packages) || return 1
	# shellcheck disable=SC2086 # one package a word
	download "$1" $list
}

# The image's modules are many and not needed.
unpack_all() {
	local deb

	for deb in "$1"/linux-headers-*.deb "$1"/linux-kbuild-*.deb; do
		unpack "$deb" "$1/root" ./usr || return
	done
	unpack "$1"/linux-image-*.deb "$1/root" ./boot
}

# The flavour's Makefile includes the common one by its installed path. Its other
# links are relative. A path relative to itself lets the cache be moved.
repair_paths() {
	# shellcheck disable=SC2016 # for make to expand
	sed -i 's,^include /usr/src/,include $(realpath $(dir $(lastword $(MAKEFILE_LIST)))..)/,' \
		"$1"/usr/src/linux-headers-*-cloud-amd64/Makefile
}

fetch_cloud() {
	local tmp deb

	require_apt "the cloud kernel is not in the cache"
	tmp=$(cache_tmp)
	mkdir "$tmp/root"
	with_fresh_lists "downloading Debian's cloud kernel and its headers" download_all "$tmp" ||
		cannot "cannot download the cloud kernel (no network, or not Debian 12 on amd64?), see $APT_LOG"
	run_long "unpacking the cloud kernel" "$LOG" unpack_all "$tmp" ||
		die "cannot unpack the cloud kernel (disk full?), see $LOG"
	repair_paths "$tmp/root"
	deb=$(echo "$tmp"/linux-image-*.deb)
	mv "$tmp/root" "$HMAP_CACHE/cloud-$(dpkg-deb -f "$deb" Version)"
	rm -rf "$tmp"
}

# Debian's headers name the compiler by version (gcc-12), which gcc brings along;
# objtool, from the headers, needs libelf1.
ensure_packages gcc libc6-dev make libelf1
root=$(ensure_cached cloud- fetch_cloud)
printf 'KDIR=%q\n' "$(echo "$root"/usr/src/linux-headers-*-cloud-amd64)"
printf 'VMLINUZ=%q\n' "$(echo "$root"/boot/vmlinuz-*)"
