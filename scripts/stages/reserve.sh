#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# More is reserved than there is memory (1 GiB).
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$DIR/hmap.ko" ] || build_for_stock
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/reserve.gz" "$HMAP_SCRIPTS/guest-reserve.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_memory.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/reserve.gz" 600 "$CONSOLE"
