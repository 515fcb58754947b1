#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/nodebugfs-console.log

[ -e "$DIR/hmap.ko" ] || build_for_stock
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/nodebugfs.gz" "$HMAP_SCRIPTS/guest-nodebugfs.sh" \
	"$DIR/hmap.ko" "$DIR/samples/hmap_kv.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/nodebugfs.gz" 120 "$CONSOLE" \
	debugfs=off
