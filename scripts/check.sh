#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run the checks that a newcomer wants, and count the results.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/check-lib.sh
. "$HMAP_SCRIPTS/check-lib.sh"

# name, what it needs, what it does
stages=(
	"user           gcc      test the same core in user space, under sanitizers"
	"tsan           gcc      readers beside a writer there, under the thread sanitizer"
	"fuzz           clang    fuzz the same core against the model, for a short while"
	"instructions   valgrind no operation takes more instructions than is recorded"
	"build-uml      uml      build for User-Mode Linux, W=1, without a warning"
	"kunit          uml      run the KUnit tests in User-Mode Linux"
	"inline         uml      a typed lookup in an empty map is a load and a test"
	"layers         uml      who calls and includes whom in hmap/: in one direction only"
	"nocompile      uml      mistakes that the compiler has to find"
	"samples        uml      use the samples; the same module on hmap and on rhashtable, measured"
	"guard          uml      a module built against other headers does not load"
	"build-stock    stock    build for Debian's stock kernel, W=1, without a warning"
	"stock          stock    load and use the modules on the stock kernel"
	"stress         stock    readers under RCU beside a writer, on two CPUs"
	"memcg          stock    accounted inserts stay on the bill of their memory cgroup"
	"reserve        stock    room for more than there is memory is refused, and nobody is killed"
	"types          stock    what each type uses, in debugfs; who leaves maps behind; a trace of tables"
	"tools          stock    hmapstat shows what that guest has printed; what it says where it cannot"
	"nmi            stock    lookups in NMIs, beside a writer on the same processor"
	"broken         patch    break hmap on purpose; a stress test has to find it"
	"nodebugfs      stock    load and use them where debugfs is off"
	"readme         stock    build and load the examples in README.md and Documentation/"
	"install        stock    install module and headers, and build the examples with these"
	"checkpatch     source   kernel coding style"
	"sparse         uml      address spaces, RCU and endian annotations"
	"kernel-doc     source   documentation comments"
	"docs           source   build the documentation and manual pages, without a warning"
	"litmus         herd     what readers rely on, in the kernel's memory model"
)

# What takes minutes and tests only a test runs when it is asked for.
on_demand="broken"

run_stages "$on_demand" "${stages[@]}"
