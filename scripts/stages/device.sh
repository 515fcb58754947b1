#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The sample device and a fuzzer of its own, kunit/guest/kv_fuzz.c, on a kernel that
# checks itself. DURATION=600 fuzzes for longer. SEED= and ROUND= do again what the
# fuzzer has reported.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/debug
CONSOLE=$HMAP_LOG/$STAGE-console.log
DURATION=${DURATION:-30}
SEED=${SEED:-$(date +%s)}

[ -e "$DIR/hmap.ko" ] || build_for_debug
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/device.gz" "$HMAP_SCRIPTS/guest-device.sh" \
	"$DIR/hmap.ko" "$DIR/samples/hmap_kv.ko" "$DIR/kv_fuzz"
echo "SEED=$SEED${ROUND:+ ROUND=$ROUND} DURATION=$DURATION"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
	"$DIR/device.gz" $((4 * DURATION + 1800)) "$CONSOLE" hmap_seconds="$DURATION" \
	hmap_seed="$SEED" ${ROUND:+hmap_round="$ROUND"}
