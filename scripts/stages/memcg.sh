#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What was inserted with __GFP_ACCOUNT stays on the bill of its memory cgroup, whatever
# becomes of its tables.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/stock
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$DIR/hmap.ko" ] || build_for_stock
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/memcg.gz" "$HMAP_SCRIPTS/guest-memcg.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_memory.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/memcg.gz" 600 "$CONSOLE"
