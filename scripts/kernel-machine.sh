#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-machine.sh arm64|s390x|arm64-kasan
#
# Build a small kernel for another machine, with KUnit, and print its build directory; or one
# with a checker, as MACHINE-CHECKER.config has it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

KIND=${1:-}
MACHINE=${KIND%%-*}
CONFIGS=("$HMAP_SCRIPTS"/{uml,small,"$MACHINE"}.config)
[ "$KIND" = "$MACHINE" ] || CONFIGS+=("$HMAP_SCRIPTS/$KIND.config")
[ -f "${CONFIGS[-1]}" ] || die "usage: kernel-machine.sh arm64|s390x|arm64-kasan"

# uml.config: modules, KUnit, fault injection and what is left out are the same.
# shellcheck disable=SC2034 # for kernel-build.sh
{
	NAME=$KIND VERSION=6.1 ARCH=$(kernel_arch_of "$MACHINE")
	TARGETS=("$(basename "$(image_of "$MACHINE")")" modules)
	BASE='' DEFAULTS=allnoconfig
}
# shellcheck source=scripts/kernel-build.sh
. "$HMAP_SCRIPTS/kernel-build.sh"

# kbuild reads it.
CROSS_COMPILE=$(triplet_of "$MACHINE")-
export CROSS_COMPILE

ensure_cross "$MACHINE"
ensure_packages gcc libc6-dev make flex bison bc libelf-dev
ensure_kernel
