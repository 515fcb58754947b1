#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh OUT INIT [FILE[:DEST]...]
#
# Make an initramfs of busybox, guest-lib.sh, INIT as /init and the given files.
# Without DEST a module goes to /modules, everything else to /bin. No device nodes
# are needed: kernels bring /dev/console along, guest-lib.sh mounts devtmpfs. MACHINE= is
# the one that busybox is for, if not this one.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -ge 2 ] || die "usage: initramfs.sh OUT INIT [FILE[:DEST]...]"
out=$1 init=$2
shift 2

destination() {
	case $1 in
	*:*) echo "${1#*:}" ;;
	*.ko) echo "/modules/$(basename "$1")" ;;
	*) echo "/bin/$(basename "$1")" ;;
	esac
}

busybox=$("$HMAP_SCRIPTS/busybox.sh")
guest_busybox=$("$HMAP_SCRIPTS/busybox.sh" ${MACHINE:+"$MACHINE"})
root=$(mktemp -d "$HMAP_BUILD/initramfs.XXXXXX")
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{bin,lib,proc,sys,dev,tmp,modules}
install -m 755 "$guest_busybox" "$root/bin/busybox"
install -m 755 "$init" "$root/init"
install -m 644 "$HMAP_SCRIPTS/guest-lib.sh" "$root/lib/guest-lib.sh"
for file; do
	[ -f "${file%%:*}" ] || die "initramfs: no such file: ${file%%:*}"
	install -D -m 755 "${file%%:*}" "$root$(destination "$file")"
done

(cd "$root" && find . | sort | "$busybox" cpio -o -H newc -R 0:0 2>/dev/null) | gzip -1 >"$out"
