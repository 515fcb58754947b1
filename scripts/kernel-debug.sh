#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kernel-debug.sh kasan|kcsan|crash|rt
#
# Build a small x86-64 kernel with these checkers, or one that leaves a crash dump to
# look at, and print its build directory.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

[ -f "$HMAP_SCRIPTS/debug-${1:-}.config" ] || die "usage: kernel-debug.sh kasan|kcsan|crash|rt"

# PREEMPT_RT came in 6.12.
version=6.1
[ "$1" != rt ] || version=6.12

# uml.config: modules, KUnit, fault injection and what is left out are the same.
# shellcheck disable=SC2034 # for kernel-build.sh
{
	NAME=$1 VERSION=$version ARCH=x86_64 TARGETS=(bzImage modules)
	BASE='' DEFAULTS=allnoconfig
	CONFIGS=("$HMAP_SCRIPTS"/{uml,small,debug,"debug-$1"}.config)
}
# shellcheck source=scripts/kernel-build.sh
. "$HMAP_SCRIPTS/kernel-build.sh"

ensure_packages gcc libc6-dev make flex bison bc libelf-dev
ensure_kernel
