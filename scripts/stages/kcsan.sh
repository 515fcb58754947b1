#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The stress test on a kernel that looks for data races; see debug-kcsan.config.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/kcsan
CONSOLE=$HMAP_LOG/$STAGE-console.log
DURATION=${DURATION:-20}

copy_sources "$DIR"
build_modules "$DEBUG" "$DIR" HMAP_STRESS=1 W=1 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kcsan.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_stress.ko"

HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/initramfs.gz" $((3 * DURATION + 300)) "$CONSOLE" hmap_seconds="$DURATION"
