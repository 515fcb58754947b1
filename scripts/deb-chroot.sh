#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# deb-chroot.sh SUITE
#
# Put a Debian of that suite into the cache and print its directory: with dkms, what it needs to
# build and to sign, and the cloud kernel with its headers; or sid, with the newest compilers. Who
# changes something there, does so in a copy.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

SUITE=$1
case $SUITE in
sid)
	PACKAGES=bc,bison,flex,gcc,libc6-dev,make,patch,perl,python3,xz-utils
	add=add_compilers
	;;
*)
	PACKAGES=dkms,gcc,linux-headers-cloud-amd64,openssl,python3
	add=add_kernel
	;;
esac
ENTRY=debian-$SUITE-$(cksum <<<"$PACKAGES" | cut -d ' ' -f 1)

# The archive that the machine's own suite comes from has the others, too.
main_archive() {
	# shellcheck disable=SC2016 # for apt to expand
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v own="$(. /etc/os-release && echo "$VERSION_CODENAME")" \
			'$1 == own && $2 == "main" { print $3; exit }' | grep .
}

# With the machine's way to the archive, which may be a proxy, or a mirror with old dates.
bootstrap() {
	local archive

	archive=$(main_archive) || return
	rm -rf "$1"
	apt-config dump | grep -E '^Acquire::(https?::|Check-)' >"$1.apt" || :
	mmdebstrap --variant=apt --aptopt="$1.apt" \
		--include="$PACKAGES" \
		"$SUITE" "$1" "deb $archive $SUITE main" &&
		"$add" "$1" &&
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

# The newest there are, by their plain names: what a suite has by these is older.
add_compilers() {
	# shellcheck disable=SC2016 # for the shell in there
	chroot "$1" env DEBIAN_FRONTEND=noninteractive sh -e -c '
		newest() {
			apt-cache pkgnames "$1-" | grep -xE "$1-[0-9]+" | sort -V | tail -n 1 | grep .
		}
		apt-get -q update
		gcc=$(newest gcc)
		clang=$(newest clang)
		llvm=${clang#clang-}
		apt-get -q -y install --no-install-recommends "$gcc" "$clang" "lld-$llvm" \
			"llvm-$llvm" "libclang-rt-$llvm-dev"
		ln -s "/usr/bin/$gcc" /usr/local/bin/gcc
		ln -s "/usr/lib/llvm-$llvm"/bin/* /usr/local/bin/'
}

fetch_chroot() {
	local tmp

	require_apt "a Debian $SUITE is not in the cache"
	require_room 2 "a Debian $SUITE"
	tmp=$(cache_tmp)
	chmod 755 "$tmp"
	with_fresh_lists "installing Debian $SUITE into the cache" bootstrap "$tmp/root" ||
		cannot "cannot install Debian $SUITE (no network?), see $APT_LOG"
	mv "$tmp/root" "$HMAP_CACHE/$ENTRY-$(tr / - <"$tmp/root/etc/debian_version")"
	rm -rf "$tmp"
}

require_root "a chroot of Debian $SUITE"
ensure_packages mmdebstrap
ensure_cached "$ENTRY-" fetch_chroot
