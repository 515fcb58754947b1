#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The files of hmap in debugfs, read all the time while it is loaded, used and
# unloaded, on a kernel that checks itself. CYCLES=200 does it more often.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/debug
CONSOLE=$HMAP_LOG/$STAGE-console.log
CYCLES=${CYCLES:-20}

[ -e "$DIR/hmap.ko" ] || build_for_debug
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/debugfs.gz" "$HMAP_SCRIPTS/guest-debugfs.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_user.ko" "$DIR/samples/hmap_kv.ko" \
	"$DIR"/{kv_fuzz,read_debugfs}
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/debugfs.gz" $((1800 + 20 * CYCLES)) "$CONSOLE" hmap_cycles="$CYCLES"
