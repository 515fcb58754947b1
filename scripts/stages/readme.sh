#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the examples of README.md and Documentation/ as these say, load them into the stock
# kernel, and see that they log what these show; count the lines of the samples.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/readme
CONSOLE=$HMAP_LOG/readme-console.log

[ -e "$HMAP_BUILD/stock/hmap.ko" ] || build_for_stock
write_examples "$DIR"
(
	cd "$DIR"
	export KDIR HMAP=$HMAP_BUILD/stock
	bash -e build.sh
) 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
require_modules "$DIR"
bash -e "$DIR/lines.sh" | diff <(grep . "$DIR/lines") -

"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"$HMAP_BUILD/stock/hmap.ko" "$DIR"/hmap_*.ko
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" 120 "$CONSOLE"
require_log "$CONSOLE" "$DIR"
