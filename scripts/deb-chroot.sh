#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# deb-chroot.sh SUITE
#
# Put a Debian of that suite into the cache and print its directory: with dkms, what it needs to
# build and to sign, and the cloud kernel with its headers. Who changes something there, does so in
# a copy.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

SUITE=$1
PACKAGES=dkms,gcc,linux-headers-cloud-amd64,openssl,python3
ENTRY=debian-$SUITE-$(cksum <<<"$PACKAGES" | cut -d ' ' -f 1)

# The archive that the machine's own suite comes from has the others, too.
main_archive() {
	# shellcheck disable=SC2016 # for apt to expand
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v own="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
			'$1 == own && $2 == "main" { print $3; exit }' | grep .
}

# With the machine's way to the archive, which may be a proxy.
bootstrap() {
	local archive

	archive=$(main_archive) || return
	rm -rf "$1"
	apt-config dump | grep '^Acquire::https\?::' >"$1.apt" || :
	mmdebstrap --variant=apt --aptopt="$1.apt" \
		--include="$PACKAGES" \
		"$SUITE" "$1" "deb $archive $SUITE main" &&
		add_kernel "$1" &&
		rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*
}

# Where the headers do not bring it along, it is only unpacked, as it wants an initramfs. /lib is a
# link there, but not in all packages.
add_kernel() {
	local kernel

	kernel=$(basename "$1"/lib/modules/*)
	[ ! -e "$1/boot/vmlinuz-$kernel" ] || return 0
	chroot "$1" sh -c "cd /tmp && apt-get update && apt-get download linux-image-$kernel" &&
		dpkg-deb --fsys-tarfile "$1/tmp"/linux-image-*.deb |
		tar -x -C "$1" --keep-directory-symlink &&
		rm "$1/tmp"/linux-image-*.deb &&
		chroot "$1" depmod "$kernel"
}

fetch_chroot() {
	local tmp

	require_apt "a Debian $SUITE is not in the cache"
	require_room 2 "a Debian $SUITE"
	tmp=$(cache_tmp)
	chmod 755 "$tmp"
	with_fresh_lists "installing Debian $SUITE into the cache" bootstrap "$tmp/root" ||
		cannot "cannot install Debian $SUITE (no network?), see $APT_LOG"
	mv "$tmp/root" "$HMAP_CACHE/$ENTRY-$(cat "$tmp/root/etc/debian_version")"
	rm -rf "$tmp"
}

require_root "a chroot of Debian $SUITE"
ensure_packages mmdebstrap
ensure_cached "$ENTRY-" fetch_chroot
