#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The test of the stress test: hmap is broken on purpose, by each of the patches in
# kunit/broken/, and the stress test has to find it.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$HMAP_BUILD/broken
DURATION=${DURATION:-5}

# found PATCH: whether the stress test, or the kernel, complains.
found() {
	local console

	console=$HMAP_LOG/broken-$(basename "$1" .patch).log
	copy_sources "$DIR"
	patch -p1 -d "$DIR" <"$1"
	build_modules "$KDIR" "$DIR" HMAP_STRESS=1
	"$HMAP_SCRIPTS/initramfs.sh" "$DIR/stress.gz" "$HMAP_SCRIPTS/guest-stress.sh" \
		"$DIR/hmap.ko" "$DIR/kunit/hmap_stress.ko"
	if "$HMAP_SCRIPTS/boot-qemu.sh" "$VMLINUZ" "$DIR/stress.gz" \
		$((2 * DURATION + 60)) "$console" hmap_seconds="$DURATION"; then
		return 1
	fi
	grep -E 'hmap_stress: .* map: |Oops|BUG:|general protection' "$console" |
		grep -v ' 0 errors$'
}

passed=0 failed=0
for patch in kunit/broken/*.patch; do
	if found "$patch"; then
		echo "found: $(head -n 1 "$patch")"
		passed=$((passed + 1))
	else
		echo "NOT FOUND: $(head -n 1 "$patch")"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
