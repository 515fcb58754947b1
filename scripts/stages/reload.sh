#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

CONSOLE=$HMAP_LOG/$STAGE-console.log
CYCLES=${CYCLES:-1000}

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/reload.gz" "$HMAP_SCRIPTS/guest-reload.sh" \
	"$UML_DIR/hmap.ko" "$UML_DIR/kunit/hmap_user.ko" "$UML_DIR/samples/hmap_kv.ko"
# Most of a cycle is waiting for grace periods.
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/reload.gz" \
	$((60 + CYCLES)) "$CONSOLE" 512M hmap_cycles="$CYCLES" rcupdate.rcu_expedited=1
