#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Dump the memory of a guest, whose kernel has debug information (debug-crash.config), and look at
# its maps by drgn: tools/hmap.py has to find what the guest has told of them.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/crash
CONSOLE=$HMAP_LOG/crash-console.log
DUMP=$DIR/vmcore

# QEMU's monitor listens at a pair of pipes. It has one open for both directions, and so has
# this, or it would wait for a QEMU that is gone.
export QEMU_OPTIONS="-m 256 -device vmcoreinfo -chardev pipe,id=monitor,path=$DIR/monitor
	-mon chardev=monitor"

boot() {
	# Without ACPI, the kernel is told where QEMU takes VMCOREINFO.
	HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$DEBUG/arch/x86/boot/bzImage" \
		"$DIR/initramfs.gz" 300 "$CONSOLE" qemu_fw_cfg.ioport=12@0x510:0:1:4
}

boot_and_dump() {
	local guest

	rm -f "$CONSOLE"
	boot &
	guest=$!
	until grep -q '^HMAP-GUEST-EXIT: ' "$CONSOLE" 2>/dev/null || ! kill -0 "$guest"; do
		sleep 1
	done
	printf 'dump-guest-memory %s\nquit\n' "$DUMP" 1<>"$DIR/monitor.in"
	wait "$guest"
}

# By itself, drgn 0.0.22 does not find its way in QEMU's dumps, which have no virtual addresses.
export DRGN_USE_LIBKDUMPFILE_FOR_ELF=1

look() {
	drgn -q -c "$DUMP" -s "$DEBUG/vmlinux" -s "$DIR/hmap.ko" -s "$DIR/kunit/hmap_crash.ko" "$@"
}

copy_sources "$DIR"
build_modules "$DEBUG" "$DIR" HMAP_STRESS=1
"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-crash.sh" \
	"$DIR/hmap.ko" "$DIR/kunit/hmap_crash.ko"
mkfifo "$DIR/monitor.in" "$DIR/monitor.out"
boot_and_dump

look tools/hmap.py types
look tools/hmap.py map many_numbers --file crash.c
look tools/hmap.py entries few_numbers --file crash.c
look "$HMAP_SCRIPTS/test-drgn.py" "$CONSOLE"
rm "$DUMP"
