#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The sample device while the kernel's allocator fails, on a kernel that checks itself;
# see debug-kasan.config. The KUnit tests of the same are in the stages kunit and debug.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/debug
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$DIR/hmap.ko" ] || build_for_debug
# Static, as the guest has no libraries.
gcc -O2 -Wall -static -o "$DIR/kv_fault" kunit/kv_fault.c kunit/guest/kv_demo_lib.c
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/fault.gz" "$HMAP_SCRIPTS/guest-fault.sh" \
	"$DIR/hmap.ko" "$DIR/samples/hmap_kv.ko" "$DIR/kv_fault"

HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/fault.gz" 900 "$CONSOLE" "slub_debug=A,kmalloc-*"
