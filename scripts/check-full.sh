#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the checks that need kernels of their own, and count the results: what
# check.sh leaves out, as it takes long.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/check-lib.sh
. "$HMAP_SCRIPTS/check-lib.sh"

# name, what it needs, what it does
stages=(
	"build-uml-6.12  uml-6.12  build for Linux 6.12, W=1, without a warning"
	"kunit-6.12      uml-6.12  run the KUnit tests in User-Mode Linux 6.12"
	"build-uml-7.3   uml-7.3   build for Linux 7.3, W=1, without a warning"
	"kunit-7.3       uml-7.3   run the KUnit tests in User-Mode Linux 7.3, on two CPUs"
	"stress-smp      uml-7.3   readers under RCU beside a writer there, at full speed"
	"readme-uml-7.3  uml-7.3   build the documentation's examples for Linux 7.3, and load them"
	"in-tree-6.12    tree-6.12 in a kernel's source: built in, with its style, its pages and its tests"
	"in-tree-7.3     tree-7.3  the same in the newest"
	"kunit-kasan     uml-kasan the KUnit tests under KASAN, UBSAN, lockdep and kmemleak, at full speed"
	"debug           kasan     suites but their longest cases, stress test and samples, under the same, preemptible"
	"readme-debug    kasan     the documentation's examples there"
	"device          kasan     fuzz the sample device, under the same; kill its writers"
	"debugfs         kasan     read its files all the time, while it comes and goes"
	"fault           kasan     the sample device there, while the kernel's allocator fails"
	"misuse          kasan     what is forbidden to do with a map is reported there, and no more"
	"layers          kasan     who calls whom in hmap/, in a kernel with lockdep"
	"reload          uml-7.3   load and unload it 1,000 times, with users in between"
	"reload-debug    kasan     the same 100 times, under KASAN and kmemleak"
	"crash           crash     hmap.py for drgn finds in a crash dump what the guest had counted"
	"kcsan           kcsan     the stress test under KCSAN"
	"broken-kcsan    kcsan     break hmap on purpose; KCSAN has to find it"
	"plain           gcc       the suites in user space, optimised, with ten million entries"
	"search          gcc       search for sequences of calls that cost much"
	"broken-search   gcc       make hmap costly on purpose; the search has to find it"
	"coverage        clang     what the tests reach of the core: lines and branches"
	"build-clang     clang-kernel  build with clang, W=1, without a warning"
	"analyzer        gcc       the static analyzer of gcc"
	"cppcheck        cppcheck  cppcheck"
	"coccinelle      cocci     the kernel's semantic patches"
	"readme-kunit    uml       run the KUnit test of Documentation/testing.rst, as it says"
	"smatch          uml       smatch, where it is installed"
	"shellcheck      shell     the scripts themselves"
	"boot            shell     guests are ended for silence or CPU time, not for being slow"
	"machine         shell     what is said without root, without apt, without a network"
	"deb-12          debian-12 install, use, upgrade and remove the packages in Debian 12"
	"deb-13          debian-13 the same in Debian 13"
)

# What takes minutes and tests only a test runs when it is asked for.
on_demand="broken-kcsan broken-search"

run_stages "$on_demand" "${stages[@]}"
