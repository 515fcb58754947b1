#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/readme
CONSOLE=$HMAP_LOG/readme-console.log

# example NAME: the fenced block that follows <!-- example: NAME --> in README.md.
example() {
	awk -v mark="<!-- example: $1 -->" '
		$0 == mark { marked = 1; next }
		marked && /^```/ { if (inside) exit; inside = 1; next }
		inside { print }' README.md
}

extract() {
	example "$1" >"$DIR/$1"
	[ -s "$DIR/$1" ] || die "README.md has no example $1"
}

[ -e "$HMAP_BUILD/stock/hmap.ko" ] || build_for_stock
rm -rf "$DIR"
mkdir "$DIR"
extract hmap_example.c
extract hmap_example_rcu.c
extract Makefile
# As README says, with a path that is not absolute.
make -C "$DIR" KDIR="$KDIR" HMAP=../stock W=1 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"

"$HMAP_SCRIPTS/initramfs.sh" "$DIR/initramfs.gz" "$HMAP_SCRIPTS/guest-cloud.sh" \
	"$HMAP_BUILD/stock/hmap.ko" "$DIR"/hmap_example*.ko
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/initramfs.gz" 120 "$CONSOLE"
