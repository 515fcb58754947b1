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
