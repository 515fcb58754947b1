#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the examples for another kernel than Debian's, load them in User-Mode Linux, and see that
# they log what the documentation shows.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$UML_DIR-readme
CONSOLE=$HMAP_LOG/$STAGE-console.log

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
build_examples "$UML" "$DIR" "$UML_DIR" ARCH=um

require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"$UML_DIR/hmap.ko" "$DIR"/hmap_*.ko
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$DIR/initramfs.gz" 120 "$CONSOLE"
require_log "$CONSOLE" "$DIR"
