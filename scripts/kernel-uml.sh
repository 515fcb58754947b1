#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-uml.sh [VERSION|kasan]
#
# Build User-Mode Linux from Debian's linux-source and print its build directory; for kasan
# that of the default version, with the checkers of debug-kasan.config.
# Modules for it are built with: make -C DIRECTORY ARCH=um M=...
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

# shellcheck disable=SC2034 # for kernel-build.sh
NAME=uml VERSION=${1:-6.1} ARCH=um TARGETS=(linux modules)

# Only 6.1 starts from what the architecture proposes: the others are small, as a
# new machine has to build them beside it. 6.12 has no SMP yet.
BASE='' DEFAULTS=allnoconfig
CONFIGS=("$HMAP_SCRIPTS"/{uml,small,uml-small}.config)
case $VERSION in
6.1 | kasan)
	BASE=arch/um/configs/x86_64_defconfig DEFAULTS=alldefconfig
	CONFIGS=("$HMAP_SCRIPTS/uml.config")
	;;
5.10) CONFIGS+=("$HMAP_SCRIPTS/uml-5.10.config") ;;
6.12) ;;
*) CONFIGS+=("$HMAP_SCRIPTS/uml-smp.config") ;;
esac
if [ "$VERSION" = kasan ]; then
	NAME=uml-kasan VERSION=6.1
	CONFIGS+=("$HMAP_SCRIPTS"/{debug-kasan,uml-kasan}.config)
fi
# shellcheck source=scripts/kernel-build.sh
. "$HMAP_SCRIPTS/kernel-build.sh"

ensure_packages gcc libc6-dev make flex bison bc
ensure_kernel
