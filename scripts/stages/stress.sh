#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# DURATION=600 runs each kind of map, of ten, for so many seconds.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/stress-console.log
DURATION=${DURATION:-3}

[ -e "$DIR/hmap.ko" ] || build_for_stock
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/stress.gz" "$HMAP_SCRIPTS/guest-stress.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_stress.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/stress.gz" \
	$((10 * DURATION + 60)) "$CONSOLE" hmap_seconds="$DURATION"
