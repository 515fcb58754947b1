#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# boot-qemu.sh VMLINUZ INITRAMFS SECONDS LOG [KERNEL-ARGUMENT...]
#
# Boot a kernel under QEMU and exit with the status that the guest reports.
# SECONDS are those that both CPUs may be busy; see boot.sh.
# Emulation is the default, as a /dev/kvm that exists may still not work; ask for
# it with ACCEL=kvm. Each CPU sits in a socket of its own, as a kernel without ACPI
# looks no further. MACHINE= is another machine than this one, by Debian's name. QEMU_OPTIONS are
# further ones, which take precedence.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/boot.sh
. "$HMAP_SCRIPTS/boot.sh"

[ $# -ge 4 ] || die "usage: boot-qemu.sh VMLINUZ INITRAMFS SECONDS LOG [KERNEL-ARGUMENT...]"
vmlinuz=$1 initramfs=$2 limit=$3 log=$4
shift 4

console=ttyS0
case ${MACHINE:-} in
'')
	qemu=(qemu-system-x86_64 -cpu max -smp "2,sockets=2" -serial stdio)
	# What a busy host lets the kernel take for a timer that does not work.
	set -- no_timer_check "$@"
	;;
arm64) # The kernel's own algorithm for pointer authentication would take most of the time.
	qemu=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on" -smp 2 -serial stdio)
	console=ttyAMA0
	;;
s390x)
	qemu=(qemu-system-s390x -M s390-ccw-virtio -cpu max -smp 2
		-chardev "stdio,id=console" -device "sclpconsole,chardev=console")
	;;
*) die "boot-qemu.sh: nobody knows how to boot $MACHINE" ;;
esac

# shellcheck disable=SC2086 # several words
run_guest "$limit" "$log" "${qemu[@]}" -accel "${ACCEL:-tcg,thread=multi}" -m 1024 \
	-nodefaults -display none -no-reboot -kernel "$vmlinuz" -initrd "$initramfs" ${QEMU_OPTIONS:-} \
	-append "console=$console panic=-1 oops=panic log_buf_len=4M $*"
