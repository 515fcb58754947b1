#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# KUnit tests, stress test and samples on a kernel that checks itself; see
# debug-kasan.config.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

DIR=$HMAP_BUILD/debug

[ -e "$DIR/hmap.ko" ] || build_for_debug
no_warnings "$DIR.log"
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-debug.sh" \
	"$DEBUG/lib/kunit/kunit.ko" "$DIR/hmap.ko" "$DIR"/kunit/hmap_{kunit,stress}.ko \
	"$DIR"/samples/*.ko "$DIR/kv_demo" kunit/guest/samples.sh

# kunit.py wants lines without a time.
kunit_guest "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/initramfs.gz" 2700 "$CONSOLE" hmap_seconds="${DURATION:-5}" \
	"slub_debug=A,kmalloc-*" printk.time=0
