#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Prepare the build of a small x86-64 kernel by clang, as far as modules need it to be
# compiled, and print its build directory. Modules must be compiled as their kernel
# was, so that kernels made by gcc do not do.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

# shellcheck disable=SC2034 # for kernel-build.sh
{
	NAME=clang VERSION=6.1 ARCH=x86_64 TARGETS=(modules_prepare)
	BASE='' DEFAULTS=allnoconfig
	CONFIGS=("$HMAP_SCRIPTS"/{uml,small,debug}.config)
}
# shellcheck source=scripts/kernel-build.sh
. "$HMAP_SCRIPTS/kernel-build.sh"

# kbuild reads it.
export LLVM=1

ensure_packages clang lld llvm gcc libc6-dev make flex bison bc libelf-dev
ensure_kernel
