#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kunit.sh" \
	"$UML/lib/kunit/kunit.ko" "$UML_DIR/hmap.ko" "$UML_DIR"/kunit/hmap_{inline,kunit}.ko

kunit_guest "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/initramfs.gz" 300 "$CONSOLE"
