#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-machine.sh arm64|s390x
#
# Build a small kernel for another machine, with KUnit, and print its build directory.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

MACHINE=${1:-}
[ -f "$HMAP_SCRIPTS/$MACHINE.config" ] || die "usage: kernel-machine.sh arm64|s390x"

# uml.config: modules, KUnit, fault injection and what is left out are the same.
# shellcheck disable=SC2034 # for kernel-build.sh
{
	NAME=$MACHINE VERSION=6.1 ARCH=$(kernel_arch_of "$MACHINE")
	TARGETS=("$(basename "$(image_of "$MACHINE")")" modules)
	BASE='' DEFAULTS=allnoconfig
	CONFIGS=("$HMAP_SCRIPTS"/{uml,small,"$MACHINE"}.config)
}
# shellcheck source=scripts/kernel-build.sh
. "$HMAP_SCRIPTS/kernel-build.sh"

# kbuild reads it.
CROSS_COMPILE=$(triplet_of "$MACHINE")-
export CROSS_COMPILE

ensure_cross "$MACHINE"
ensure_packages gcc libc6-dev make flex bison bc libelf-dev
ensure_kernel
