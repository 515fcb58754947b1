#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh [DIR]
#
# Make Debian's packages in DIR (build/deb), of a copy of the sources, and have lintian read them.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"
# shellcheck source=scripts/build.sh
. "$HMAP_SCRIPTS/build.sh"

DIR=${1:-$HMAP_BUILD/deb}
LOG=$HMAP_LOG/deb.log

make_packages() {
	cd "$DIR/hmap" && dpkg-buildpackage -us -uc
}

ensure_packages debhelper dh-dkms dpkg-dev lintian make
rm -rf "$DIR"
copy_sources "$DIR/hmap"
run_long "making packages" "$LOG" make_packages || {
	tail -n 20 "$LOG" >&2
	die "no packages were made, see $LOG"
}
lintian --allow-root --fail-on error,warning "$DIR"/hmap_*.changes
rm -r "$DIR/hmap"
ls "$DIR"/*.deb
