#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# As stress, on User-Mode Linux with two CPUs: at the speed of the machine, and on
# its processor instead of an emulated one.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

CONSOLE=$HMAP_LOG/stress-smp-console.log
DURATION=${DURATION:-3}

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/stress.gz" "$HMAP_SCRIPTS/guest-stress.sh" \
	"$UML_DIR/hmap.ko" "$UML_DIR/kunit/hmap_stress.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/stress.gz" \
	$((10 * DURATION + 60)) "$CONSOLE" 512M hmap_seconds="$DURATION"
