#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The core and its suites in user space, built for another machine, one program at a time
# under an emulator: the suites, the stress test with threads, and the fuzzer's corpus with
# changes at random. An x86 orders memory more strictly than the machine that it emulates
# may, so this shows what compilers and byte orders do, and no race.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

passed=0 failed=0 skipped=0

for target in check stress random; do
	add_results "$HMAP_LOG/$STAGE-target.log" \
		make --no-print-directory -j"$(nproc)" -C kunit/user BUILD="$HMAP_BUILD/$STAGE" \
		CC="$(triplet_of "$MACHINE")-gcc" SANITIZE= \
		RUN="qemu-$(emulator_of "$MACHINE")-static" "$target"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
