#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Show the sample store at work: build it against Debian's stock cloud kernel,
# boot that kernel under QEMU, run the demo program there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/build.sh
. "$HMAP_SCRIPTS/build.sh"

DIR=$HMAP_BUILD/demo
LOG=$HMAP_LOG/demo.log
BUILD_LOG=$HMAP_LOG/demo-build.log

build_all() {
	build_modules "$KDIR" "$DIR" HMAP_SAMPLES=1 && build_kv_demo "$DIR"
}

ensure_packages gcc libc6-dev make qemu-system-x86
found=$("$HMAP_SCRIPTS/kernel-cloud.sh")
eval "$found"
lock_file "$HMAP_BUILD/lock" "using this checkout's build directory"

copy_sources "$DIR"
run_long "building the modules" "$BUILD_LOG" build_all ||
	die "building the modules failed, see $BUILD_LOG"
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-demo.sh" \
	"$DIR/hmap.ko" "$DIR/samples/hmap_kv.ko" "$DIR/kv_demo"

say "booting $(basename "$VMLINUZ") under QEMU"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" 300 "$LOG" quiet ||
	die "the demo failed, see $LOG"
say "the demo succeeded"
