#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/readme
CONSOLE=$HMAP_LOG/readme-console.log

[ -e "$HMAP_BUILD/stock/hmap.ko" ] || build_for_stock
write_examples "$DIR"
# As README says, with a path that is not absolute.
make -C "$DIR" KDIR="$KDIR" HMAP=../stock W=1 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
for name in $(examples | grep '^hmap_.*\.c$'); do
	[ -e "$DIR/${name%.c}.ko" ] || die "README.md's Makefile does not build $name"
done

"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"$HMAP_BUILD/stock/hmap.ko" "$DIR"/hmap_example*.ko
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" 120 "$CONSOLE"
# What they print.
for line in "42 -> 8" "session 7 has a limit of 200" "50 queues wait" "port 80 is web" "404 -> 2"; do
	grep -q -F "$line" "$CONSOLE" || die "no example printed: $line"
done
