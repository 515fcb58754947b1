#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# As reload, but less often, where a leak or a use after free would be seen.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/debug
CONSOLE=$HMAP_LOG/$STAGE-console.log
CYCLES=${CYCLES:-100}

[ -e "$DIR/hmap.ko" ] || build_for_debug
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/reload.gz" "$HMAP_SCRIPTS/guest-reload.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_user.ko" "$DIR/samples/hmap_kv.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/reload.gz" $((1800 + 5 * CYCLES)) "$CONSOLE" hmap_cycles="$CYCLES"
