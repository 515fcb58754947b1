#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# NMIS=1000000 sends more of them.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/$STAGE-console.log
NMIS=${NMIS:-30000}

[ -e "$DIR/hmap.ko" ] || build_for_stock
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/nmi.gz" "$HMAP_SCRIPTS/guest-nmi.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_nmi.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/nmi.gz" \
	$((60 + NMIS / 100)) "$CONSOLE" hmap_nmis="$NMIS"
