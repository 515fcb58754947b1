#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The KUnit tests in a small kernel for another machine, on two emulated CPUs; on one with KASAN
# as well.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/kunit-lib.sh
. "$(dirname "$0")/kunit-lib.sh"

DIR=$HMAP_BUILD/$STAGE

[ -e "$DIR/hmap.ko" ] || build_for_machine "$DIR"
no_warnings "$DIR.log"
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-kunit.sh" \
	"$KERNEL/lib/kunit/kunit.ko" "$DIR/hmap.ko" "$DIR"/kunit/hmap_{inline,kunit}.ko

options=()
[[ $STAGE != *-kasan ]] || options=("slub_debug=A,kmalloc-*")
kunit_guest "$HMAP_SCRIPTS/boot-qemu.sh" "$KERNEL/$(image_of "$MACHINE")" \
	"$DIR/initramfs.gz" 1200 "$CONSOLE" "${options[@]}"
