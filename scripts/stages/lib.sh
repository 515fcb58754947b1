# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the stages of check.sh share. Sourced.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/build.sh
. "$HMAP_SCRIPTS/build.sh"
cd "$HMAP_TOP"

# Our C files, one a line.
sources() {
	find . -path ./build -prune -o -name '*.[ch]' ! -name '*.mod.c' -printf '%P\n' |
		sort
}

# skip REASON: what this stage needs, this machine cannot do. On a line of its own,
# whatever has been printed before.
skip() {
	printf '\nskipped: %s\n' "$1"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
}

# User-Mode Linux wants ptrace() of the host, or seccomp() for two CPUs, which
# containers may forbid. Whether it runs is tried with nothing of ours in it, so that
# nothing of ours can be the reason if it does not.
require_uml() {
	local console=$HMAP_LOG/$STAGE-probe.log

	"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR-probe.gz" "$HMAP_SCRIPTS/guest-probe.sh"
	"$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR-probe.gz" 60 "$console" ||
		skip "User-Mode Linux does not run here: $(tail -n 1 "$console"), see $console"
}
