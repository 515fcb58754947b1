# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The stress test of a build under KCSAN. Sourced after lib.sh.

# kcsan_guest DIR CONSOLE SECONDS: the modules in DIR; see guest-kcsan.sh. Emulation is
# slow, so there are few accesses: look at one in 100 instead of 4,000. On a machine
# with one processor the virtual CPUs take turns. There an access is watched for longer
# than a turn takes, so that another one can meet it at all, and fewer of them are.
kcsan_guest() {
	local delay=100 skip=100

	[ "$(nproc)" -gt 1 ] || delay=8000 skip=2000
	"$HMAP_SCRIPTS/initramfs.sh" "$1/initramfs.gz" "$HMAP_SCRIPTS/guest-kcsan.sh" \
		"$1/hmap.ko" "$1/kunit/hmap_stress.ko" || die "cannot make the initramfs"
	HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
		"$1/initramfs.gz" $((40 * $3 + 900)) "$2" hmap_seconds="$3" \
		kcsan.udelay_task="$delay" kcsan.skip_watch="$skip"
}
