#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# boot-qemu.sh VMLINUZ INITRAMFS SECONDS LOG [KERNEL-ARGUMENT...]
#
# Boot a kernel under QEMU and exit with the status that the guest reports.
# SECONDS are those that both CPUs may be busy; see boot.sh.
# Emulation is the default, as a /dev/kvm that exists may still not work; ask for
# it with ACCEL=kvm. Each CPU sits in a socket of its own, as a kernel without ACPI
# looks no further.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/boot.sh
. "$HMAP_SCRIPTS/boot.sh"

[ $# -ge 4 ] || die "usage: boot-qemu.sh VMLINUZ INITRAMFS SECONDS LOG [KERNEL-ARGUMENT...]"
vmlinuz=$1 initramfs=$2 limit=$3 log=$4
shift 4

run_guest "$limit" "$log" qemu-system-x86_64 \
	-accel "${ACCEL:-tcg,thread=multi}" -cpu max -smp 2,sockets=2 -m 1024 \
	-nodefaults -display none -serial stdio -no-reboot \
	-kernel "$vmlinuz" -initrd "$initramfs" \
	-append "console=ttyS0 panic=-1 oops=panic log_buf_len=4M $*"
