#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A test of the tests: each patch in kunit/broken/ breaks hmap in a way that readers
# beside a writer may run into, and one of the two stress tests has to find it: that
# in user space, under the thread sanitizer, which also sees what an x86 machine
# never does, such as stores in another order; else that in the kernel.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/broken
DURATION=${DURATION:-3} # of each kind of map

# tsan_finds LOG: whether the thread sanitizer, or a check, complains in user space.
tsan_finds() {
	local status=0

	make --no-print-directory -j"$(nproc)" -C "$DIR/kunit/user" BUILD="$DIR/user" \
		"$DIR/user/stress-tsan" || die "cannot build it for user space"
	timeout $((10 * DURATION + 60)) make --no-print-directory -C "$DIR/kunit/user" \
		BUILD="$DIR/user" TSAN_SECONDS="$DURATION" tsan >"$1" 2>&1 || status=$?
	[ "$status" -ne 124 ] || die "the stress test did not end in time, see $1"
	grep -m 3 -E '^hmap: .* map: |WARNING: ThreadSanitizer|ERROR: ThreadSanitizer' "$1" ||
		[ "$status" -ne 0 ]
}

# kernel_finds CONSOLE: whether a check of the stress module, or the kernel, complains.
kernel_finds() {
	build_modules "$KDIR" "$DIR" HMAP_STRESS=1 || die "cannot build the modules"
	"$HMAP_SCRIPTS/initramfs.sh" "$DIR/stress.gz" "$HMAP_SCRIPTS/guest-stress.sh" \
		"$DIR/hmap.ko" "$DIR/kunit/hmap_stress.ko" || die "cannot make the initramfs"
	if "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/stress.gz" \
		$((10 * DURATION + 60)) "$1" hmap_seconds="$DURATION"; then
		return 1
	fi
	grep -E 'hmap_stress: .* map: |Oops|BUG:|general protection' "$1" |
		grep -v ' 0 errors$'
}

# Else whatever keeps the test from running would be taken for a find.
copy_sources "$DIR"
! tsan_finds "$HMAP_LOG/broken-none-user.log" ||
	die "complaints about hmap as it is, see $HMAP_LOG/broken-none-user.log"

# finds LOG: either of them.
finds() {
	if tsan_finds "${1%.log}-user.log"; then
		echo "in user space"
	elif kernel_finds "$1"; then
		echo "in the kernel"
	else
		return 1
	fi
}

expect_finds "$DIR" finds kunit/broken/*.patch
