#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The examples of the documentation under KASAN, lockdep and kmemleak.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/debug-readme
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$HMAP_BUILD/debug/hmap.ko" ] || build_for_debug
build_examples "$DEBUG" "$DIR" "$HMAP_BUILD/debug"

"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"$HMAP_BUILD/debug/hmap.ko" "$DIR"/hmap_*.ko
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/initramfs.gz" 600 "$CONSOLE"
require_log "$CONSOLE" "$DIR"
