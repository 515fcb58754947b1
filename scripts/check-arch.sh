#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the checks on other machines, on other kernels of distributions, and with other
# compilers, and count the results.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/check-lib.sh
. "$HMAP_SCRIPTS/check-lib.sh"

# name, what it needs, what it does
stages=(
	"classes            gcc              the suites, where kmalloc() has no class below 128 bytes"
	"cross-s390x        cross-s390x      suites, stress test and corpus in user space, big endian"
	"cross-arm64        cross-arm64      the same on arm64"
	"cross-ppc64        cross-ppc64      the same on ppc64, big endian"
	"cross-ppc64el      cross-ppc64el    the same on ppc64, little endian"
	"cross-riscv64      cross-riscv64    the same on riscv64"
	"stock-rt           stock-rt         samples and stress test on Debian 12's PREEMPT_RT kernel"
	"stock-5.10         stock-5.10       the same on Debian 11's cloud kernel"
	"stock-6.12         stock-6.12       on that of bookworm-backports"
	"stock-7.3          stock-7.3        on that of trixie-backports, the newest"
	"stock-arm64-4k     stock-arm64-4k   on arm64, Debian 12's cloud kernel, pages of 4K"
	"stock-arm64-16k    stock-arm64-16k  on arm64, that of bookworm-backports, pages of 16K"
	"stock-s390x        stock-s390x      on s390x, Debian 12's kernel, big endian"
	"build-uml-5.10     uml-5.10         build for User-Mode Linux 5.10, W=1, without a warning"
	"kunit-5.10         uml-5.10         run the KUnit tests in User-Mode Linux 5.10"
	"debug-rt           rt               everything on PREEMPT_RT, under lockdep and kmemleak"
	"readme-debug-rt    rt               the documentation's examples there"
	"misuse-rt          rt               where a call may not be made there is reported, and nowhere else"
	"kunit-qemu-s390x   machine-s390x    the KUnit tests on s390x"
	"kunit-qemu-arm64   machine-arm64    the KUnit tests on arm64"
	"kunit-qemu-arm64-kasan machine-arm64-kasan the same under KASAN"
	"compiler-own       gcc              user space at -O3 and with LTO, by this machine's gcc"
	"compiler-gcc       sid-gcc          modules, KUnit and user space by the newest gcc, -O3 and LTO too"
	"compiler-clang     sid-clang        the same by the newest clang"
)

run_stages '' "${stages[@]}"
