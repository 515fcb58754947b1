#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# kunit-run.sh MODULE...
#
# Load modules into User-Mode Linux, in this order, and print what their KUnit tests say.
# They have been built for what kernel-uml.sh prints.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

[ $# -ge 1 ] || die "usage: kunit-run.sh MODULE..."
CONSOLE=$HMAP_LOG/kunit-run-console.log
INITRAMFS=$HMAP_BUILD/kunit-run.gz

ensure_packages python3
LINUX_SOURCE=${LINUX_SOURCE:-$("$HMAP_SCRIPTS/kernel-source.sh")}
UML=${UML:-$("$HMAP_SCRIPTS/kernel-uml.sh")}

files=() names=()
for module; do
	files+=("$module")
	names+=("$(basename "$module" .ko)")
done
"$HMAP_SCRIPTS/initramfs.sh" "$INITRAMFS" "$HMAP_SCRIPTS/guest-kunit-run.sh" \
	"$UML/lib/kunit/kunit.ko" "${files[@]}"
guest=0
"$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$INITRAMFS" 300 "$CONSOLE" 512M \
	hmap_modules="$(IFS=,; echo "${names[*]}")" || guest=$?
python3 "$LINUX_SOURCE/tools/testing/kunit/kunit.py" parse "$CONSOLE" || guest=1
[ "$guest" -eq 0 ] || die "a test, or the guest, failed: see $CONSOLE"
