#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What hmap.h forbids is reported by a kernel that checks itself; see debug-kasan.config
# and debug-rt.config. KASAN would stay silent after its first report; and kfree() takes a
# lock, which may sleep on PREEMPT_RT, each time only where slabs are debugged.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/debug
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$DIR/hmap.ko" ] || build_for_debug
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/misuse.gz" "$HMAP_SCRIPTS/guest-misuse.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_misuse.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/misuse.gz" 600 "$CONSOLE" kasan_multi_shot "slub_debug=F,kmalloc-*"
