#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
no_warnings "$UML_DIR.log"
require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kunit.sh" \
	"$UML/lib/kunit/kunit.ko" "$UML_DIR/hmap.ko" "$UML_DIR"/kunit/hmap_{inline,kunit}.ko

# What KASAN knows of memory takes an eighth of it, and what is freed it keeps for a while.
options=()
[ "$STAGE" != kunit-kasan ] || options=(1G "slub_debug=A,kmalloc-*")
kunit_guest "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/initramfs.gz" 300 "$CONSOLE" \
	"${options[@]}"
