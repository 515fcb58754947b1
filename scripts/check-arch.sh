#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the checks on other machines, and on other kernels of distributions, and count the
# results.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/check-lib.sh
. "$HMAP_SCRIPTS/check-lib.sh"

# name, what it needs, what it does
stages=(
	"cross-s390x    cross-s390x    suites, stress test and corpus in user space, big endian"
	"cross-arm64    cross-arm64    the same on arm64"
	"cross-ppc64    cross-ppc64    the same on ppc64, big endian"
	"cross-ppc64el  cross-ppc64el  the same on ppc64, little endian"
	"cross-riscv64  cross-riscv64  the same on riscv64"
)

run_stages '' "${stages[@]}"
