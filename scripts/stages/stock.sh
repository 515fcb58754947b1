#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# On one of Debian's stock kernels every module loads, and works in short. Where no other
# stage runs the stress test, DURATION=60 runs each kind of map, of ten, for so many seconds.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$(stock_dir)
CONSOLE=$HMAP_LOG/$STAGE-console.log
DURATION=${DURATION:-1}

[ -e "$DIR/hmap.ko" ] || build_for_stock
no_warnings "$DIR.log"
mapfile -t modules < <(find "$DIR" -name '*.ko' ! -name hmap_stress.ko)
[ -z "$STOCK" ] || modules+=("$DIR/kunit/hmap_stress.ko")
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"${modules[@]}" "$DIR/kv_demo" kunit/guest/samples.sh
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" \
	$((200 + 10 * DURATION)) "$CONSOLE" hmap_seconds="$DURATION"
