#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What a user of Debian does, in a Debian of its own (CHROOT), without a network: install the
# packages, build a module that uses hmap by DKMS, upgrade, remove. What was built is loaded by
# Debian's modprobe, on the kernel that it was built for.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/$STAGE
ROOT=$DIR/root
OLD=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
NEW=$OLD.1
KERNEL=$(basename "$CHROOT"/lib/modules/*)
UPDATES=/lib/modules/$KERNEL/updates/dkms
EXAMPLE=/usr/share/doc/hmap-dev/examples/dkms

passed=0 failed=0

# What runs there ends with it, sees no network, and asks nothing.
inside() {
	unshare --net --kill-child --pid --mount-proc="$ROOT/proc" chroot "$ROOT" \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# inside_says WORDS COMMAND...: the command succeeds there, and prints them.
inside_says() {
	local words=$1
	shift

	inside "$@" 2>&1 | tee "$DIR/said" && grep -q -F -e "$words" "$DIR/said"
}

installed() {
	inside_says "hmap/$1, $KERNEL, x86_64: installed" dkms status &&
		inside_says "$1" modinfo -k "$KERNEL" -F version hmap
}

apt_get() {
	inside apt-get -q -y -o Dpkg::Use-Pty=0 "$@"
}

# install_packages VERSION: from where they are seen there.
install_packages() {
	cp "$DIR/debs/"hmap-*_"$1"_all.deb "$ROOT/tmp/"
	apt_get install "/tmp/hmap-dkms_$1_all.deb" "/tmp/hmap-dev_$1_all.deb"
}

# A version with another header, so that modules that were built with the old one do not load.
make_next() {
	copy_sources "$DIR/next"
	sed -i "s/\"$OLD\"/\"$NEW\"/" "$DIR/next/dkms.conf"
	sed -i "1s/$OLD/$NEW/" "$DIR/next/debian/changelog"
	echo "/* of $NEW */" >>"$DIR/next/hmap/find.h"
	"$DIR/next/scripts/deb.sh" "$DIR/next-debs"
}

# To forget one of the two places of a version.
refuse_other_version() {
	copy_sources "$DIR/other"
	sed -i "s/\"$OLD\"/\"$NEW\"/" "$DIR/other/dkms.conf"
	! "$DIR/other/scripts/deb.sh" "$DIR/other-debs" >"$DIR/said" 2>&1 &&
		grep -F "debian/changelog is about $OLD, and dkms.conf about $NEW" "$DIR/said"
}

# The module as it was before DKMS has signed it, and packed.
make_unsigned() {
	local file

	file=$(echo "$ROOT$UPDATES"/hmap.ko*)
	case $file in
	*.xz) xz -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$DIR/signed.ko"
	strip -g -o "$DIR/unsigned.ko" "$DIR/signed.ko"
}

# As install.rst says for who does without DKMS.
sign_by_hand() {
	cp "$DIR/unsigned.ko" "$ROOT/tmp/hmap.ko" &&
		inside "/lib/modules/$KERNEL/build/scripts/sign-file" sha256 \
			/var/lib/dkms/mok.key /var/lib/dkms/mok.pub /tmp/hmap.ko &&
		inside_says "DKMS module signing key" modinfo -F signer /tmp/hmap.ko
}

# boot NAME GUEST [PARAMETER...]: with Debian's kmod, its libraries, and all modules of DKMS.
boot() {
	local name=$1 guest=$2 file files=("$ROOT/bin/kmod:/kmod/modprobe")
	shift 2

	for file in $(inside ldd /bin/kmod | grep -o '/[^ ]*') "/lib/modules/$KERNEL"/modules.dep.bin \
		"/lib/modules/$KERNEL"/modules.{alias,symbols,builtin,builtin.alias}.bin \
		"/lib/modules/$KERNEL"/modules.softdep \
		$(inside find "$UPDATES" -type f); do
		files+=("$ROOT$file:$file")
	done
	files+=("$DIR/unsigned.ko")
	# One CPU is enough: 6.12 patches its own code while it boots, which the other one of an
	# emulated machine may run into.
	"$HMAP_SCRIPTS/initramfs.sh" "$DIR/$name.gz" "$HMAP_SCRIPTS/$guest.sh" "${files[@]}" &&
		HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$ROOT/boot/vmlinuz-$KERNEL" \
			"$DIR/$name.gz" 120 "$HMAP_LOG/$STAGE-$name.log" \
			maxcpus=1 "$@"
}

# says NAME WORDS: the guest's console, and install.rst, so that a user finds what it means.
says() {
	grep -F -e "$2" "$HMAP_LOG/$STAGE-$1.log" && grep -q -F -e "$2" Documentation/install.rst
}

# hmap.mk of the package leads to what DKMS has kept.
build_by_hand() {
	inside cp -r "$EXAMPLE" /tmp/by-hand &&
		inside sed -i 's,^include .*,include /usr/src/hmap/hmap.mk,' /tmp/by-hand/Kbuild &&
		inside make -C "/lib/modules/$KERNEL/build" M=/tmp/by-hand modules &&
		inside_says hmap modinfo -F depends /tmp/by-hand/hmap_squares.ko
}

in_order() {
	inside_says "insmod $UPDATES/hmap.ko" modprobe -S "$KERNEL" --show-depends hmap_squares &&
		tail -n 1 "$DIR/said" | grep -q "$UPDATES/hmap_squares.ko"
}

# As when headers of a kernel come.
build_for_new_kernel() {
	inside dkms unbuild -k "$KERNEL" hmap-squares/1.0 &&
		inside dkms unbuild -k "$KERNEL" "hmap/$OLD" &&
		inside dkms autoinstall -k "$KERNEL" &&
		installed "$OLD"
}

nothing_left() {
	local left

	left=$(inside find /usr/src /var/lib/dkms "$UPDATES" -name 'hmap*' ! -name 'hmap?squares*')
	echo "left: ${left:-nothing}"
	[ -z "$left" ]
}

# Without packages, and without removing the old version first.
install_by_hand() {
	copy_sources "$ROOT/root/$1"
	sed -i "s/\"$OLD\"/\"$1\"/" "$ROOT/root/$1/dkms.conf"
	inside dkms install -k "$KERNEL" "/root/$1"
}

rm -rf "$DIR"
mkdir -p "$DIR/debs"
check "packages are made, and lintian finds nothing" "$HMAP_SCRIPTS/deb.sh" "$DIR/this"
check "those of the next version" make_next
check "none of two versions" refuse_other_version
cp "$DIR"/this/*.deb "$DIR"/next-debs/*.deb "$DIR/debs"
cp -a "$CHROOT" "$ROOT"

check "hmap $OLD is installed" install_packages "$OLD"
check "DKMS has built it" installed "$OLD"
check "DKMS has signed it" inside_says "DKMS module signing key" modinfo -k "$KERNEL" -F signer hmap
check "it can be had unsigned" make_unsigned
check "and signed by hand" sign_by_hand
check "a module that uses it is built by hand" build_by_hand
check "DKMS builds a module that uses it" inside dkms install -k "$KERNEL" "$EXAMPLE"
check "modprobe knows the order" in_order
check "modprobe loads both" boot old guest-deb hmap_version="$OLD"
check "and the kernel says that it does not know the key" says old \
	"hmap: module verification failed: signature and/or required key missing - tainting kernel"

check "for a new kernel, DKMS builds both" build_for_new_kernel
check "modprobe knows the order" in_order

check "hmap $NEW is installed" install_packages "$NEW"
check "it has replaced $OLD" installed "$NEW"
check "nothing of $OLD is left" inside test ! -e "/var/lib/dkms/hmap/$OLD" -a ! -e "/usr/src/hmap-$OLD"
check "modprobe loads it, and the module built anew" boot new guest-deb hmap_version="$NEW"

check "where a key is wanted that is known, it is not loaded" boot enforced guest-deb-refused \
	module.sig_enforce=1
check "modprobe says little" says enforced "Key was rejected by service"
check "and the reason is told: no signature" \
	says enforced "Loading of unsigned module is rejected"
check "and the reason is told: not that key" \
	says enforced "Loading of module with unavailable key is rejected"
check "nor where the kernel is locked down" boot lockdown guest-deb-refused lockdown=integrity
check "modprobe says little" says lockdown "Operation not permitted"
check "and the reason is told" says lockdown \
	"Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7"

check "hmap is removed" apt_get remove hmap-dev hmap-dkms
check "and nothing stays" nothing_left

check "DKMS installs a directory" install_by_hand "$OLD"
check "it is there" installed "$OLD"
check "DKMS installs a newer version over it" install_by_hand "$NEW"
check "it has taken the place" installed "$NEW"
rm -rf "$ROOT"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
