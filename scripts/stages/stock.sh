#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/stock-console.log

[ -e "$DIR/hmap.ko" ] || build_for_stock
mapfile -t modules < <(find "$DIR" -name 'hmap*.ko' ! -name hmap_stress.ko)
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"${modules[@]}" "$DIR/kv_demo"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" 120 "$CONSOLE"
