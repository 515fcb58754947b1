#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-cloud.sh [KIND]
#
# Put one of Debian's stock kernels and its headers into the cache, without installing
# either, and print where they are, for eval: KDIR=..., VMLINUZ=... and MACHINE=..., which
# is empty for this one. Without KIND it is the cloud kernel of Debian 12; the others are
# below.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

KIND=${1:-cloud}

# FLAVOUR is what follows linux-image- in the name of the meta package. LIBRARIES is the suite
# whose libraries the kernel's own tools want, if not those of Debian 12.
SUITE='' MACHINE='' FLAVOUR=cloud-amd64 LIBRARIES=''
case $KIND in
cloud) ;;
rt) FLAVOUR=rt-amd64 ;;
5.10) SUITE=bullseye ;;
6.12) SUITE=bookworm-backports ;;
7.3) SUITE=trixie-backports LIBRARIES=trixie ;;
arm64-4k) SUITE=bookworm MACHINE=arm64 FLAVOUR=cloud-arm64 ;;
arm64-16k) SUITE=bookworm-backports MACHINE=arm64 FLAVOUR=arm64-16k ;;
s390x) SUITE=bookworm MACHINE=s390x FLAVOUR=s390x ;;
*) die "there is no kind $KIND of stock kernels" ;;
esac
LOG=$HMAP_LOG/kernel-$KIND.log
ENTRY=stock-$KIND-
[ "$KIND" != cloud ] || ENTRY=cloud-

# The meta package names the concrete version. Those that support several versions may name
# headers of another one, so that these follow from the image. Since 7.3 the image itself is
# in a package of its own.
download_all() {
	local image version binary headers kbuild

	[ -z "$SUITE" ] || use_suite "$SUITE" "$1" "$MACHINE"
	image=$(depends_on "linux-image-$FLAVOUR" 'linux-image-[0-9].*')
	[ -n "$image" ] || return 1
	version=${image#linux-image-}
	binary=$(depends_on "$image" 'linux-binary-[0-9].*')
	headers=$(depends_on "linux-headers-$version" 'linux-headers-[0-9].*')
	kbuild=$(depends_on "linux-headers-$version" 'linux-kbuild-[0-9].*')
	download "$1" "${binary:-$image}" "linux-headers-$version" "$headers" || return
	# What runs during a build has to run here.
	[ -z "$MACHINE" ] || use_suite "$SUITE" "$1"
	download "$1" "$kbuild" || return
	[ -n "$LIBRARIES" ] || return 0
	use_suite "$LIBRARIES" "$1"
	download "$1" libc6 libelf1t64 zlib1g libzstd1
}

# wrap_tools ROOT: let what runs during a build have the libraries beside it.
wrap_tools() {
	local tool

	while read -r tool; do
		[ "$(head -c 4 "$tool" | tail -c 3)" = ELF ] || continue
		mv "$tool" "$tool.elf"
		cat >"$tool" <<-'EOF'
			#!/bin/sh
			tool=$(realpath "$0")
			lib=${tool%/linux-kbuild-*}/x86_64-linux-gnu
			exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$tool" "$tool.elf" "$@"
		EOF
		chmod +x "$tool"
	done < <(find "$1"/usr/lib/linux-kbuild-* -type f -perm /111)
}

# The image's modules are many and not needed. Headers may have a vmlinux, for BTF, which
# modules get only where pahole is installed: it is large, and goes.
unpack_all() {
	local deb

	for deb in "$1"/linux-headers-*.deb "$1"/linux-kbuild-*.deb; do
		unpack "$deb" "$1/root" ./usr || return
	done
	if [ -e "$(echo "$1"/linux-binary-*.deb)" ]; then
		unpack "$1"/linux-binary-*.deb "$1/root" ./usr/lib || return
	else
		unpack "$1"/linux-image-*.deb "$1/root" ./boot || return
	fi
	rm -f "$1"/root/usr/src/linux-headers-*/vmlinux
	[ -n "$LIBRARIES" ] || return 0
	for deb in "$1"/{libc6,libelf1t64,zlib1g,libzstd1}_*.deb; do
		unpack "$deb" "$1/root" ./usr/lib/x86_64-linux-gnu || return
	done
	wrap_tools "$1/root"
}

# The flavour's Makefile includes the common one by its installed path. Its other
# links are relative. A path relative to itself lets the cache be moved.
repair_paths() {
	# shellcheck disable=SC2016 # for make to expand
	sed -i -E 's,^(include |KBUILD_OUTPUT=)/usr/src/,\1$(realpath $(dir $(firstword $(MAKEFILE_LIST)))..)/,' \
		"$1"/usr/src/linux-headers-*"$FLAVOUR"/Makefile
}

fetch_cloud() {
	local tmp version

	require_apt "the stock kernel $KIND is not in the cache"
	tmp=$(cache_tmp)
	mkdir "$tmp/root"
	with_fresh_lists "downloading Debian's stock kernel $KIND and its headers" \
		download_all "$tmp" ||
		cannot "cannot download the stock kernel $KIND (no network, or not Debian 12 on amd64?), see $APT_LOG"
	run_long "unpacking the stock kernel $KIND" "$LOG" unpack_all "$tmp" ||
		die "cannot unpack the stock kernel $KIND (disk full?), see $LOG"
	repair_paths "$tmp/root"
	version=$(dpkg-deb -f "$(echo "$tmp"/linux-headers-*"$FLAVOUR"_*.deb)" Version)
	mv "$tmp/root" "$HMAP_CACHE/$ENTRY$version"
	rm -rf "$tmp"
}

# Debian's headers name the compiler by version (gcc-12), which gcc brings along;
# objtool, from the headers, needs libelf1.
ensure_packages gcc libc6-dev make libelf1
[ -z "$MACHINE" ] || ensure_cross "$MACHINE"
root=$(ensure_cached "$ENTRY" fetch_cloud)
printf 'KDIR=%q\n' "$(echo "$root"/usr/src/linux-headers-*"$FLAVOUR")"
printf 'VMLINUZ=%q\n' "$(find "$root" -name 'vmlinuz*' -type f)"
printf 'MACHINE=%q\n' "$MACHINE"
