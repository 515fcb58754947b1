#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# boot-uml.sh LINUX INITRAMFS SECONDS LOG [MEM [KERNEL-ARGUMENT...]]
#
# Boot User-Mode Linux and exit with the status that the guest reports. A kernel
# without SMP takes no notice of the number of CPUs.
# SECONDS are those that both CPUs may be busy; see boot.sh.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/boot.sh
. "$HMAP_SCRIPTS/boot.sh"

[ $# -ge 4 ] ||
	die "usage: boot-uml.sh LINUX INITRAMFS SECONDS LOG [MEM [KERNEL-ARGUMENT...]]"
linux=$1 initramfs=$2 limit=$3 log=$4 mem=${5:-512M}
shift $(($# < 5 ? 4 : 5))

# The guest's memory is a file that must be executable. /dev/shm, the default, is
# often mounted noexec or far too small in containers.
run_dir=$(mktemp -d)
trap 'rm -rf "$run_dir"' EXIT
export TMPDIR=$run_dir

# SMP needs seccomp instead of ptrace, which is what older ones know.
run_guest "$limit" "$log" "$linux" mem="$mem" initrd="$initramfs" rdinit=/init \
	ncpus=2 seccomp=on con0=null,fd:1 con=null uml_dir="$run_dir" \
	panic=-1 oops=panic log_buf_len=4M "$@"
