#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# htmldocs.sh [SPHINX-OPTION...]
#
# Build the pages of Documentation/ into build/htmldocs, by Sphinx and the kernel's own
# kernel-doc. A warning is an error.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

OUT=$HMAP_BUILD/htmldocs
LOG=$HMAP_LOG/htmldocs.log

build_html() {
	rm -rf "$OUT"
	"$HMAP_SCRIPTS/drawings.sh"
	sphinx-build -b html -E -W --keep-going -d "$HMAP_BUILD/doctrees" "$@" \
		"$HMAP_TOP/Documentation" "$OUT"
}

ensure_packages gcc libc6-dev make perl python3-sphinx
LINUX_SOURCE=${LINUX_SOURCE:-$("$HMAP_SCRIPTS/kernel-source.sh")}
export LINUX_SOURCE
run_long "building the documentation" "$LOG" build_html "$@" || {
	grep -E 'WARNING|ERROR|rror:' "$LOG" >&2 || tail -n 5 "$LOG" >&2
	die "building the documentation failed, see $LOG"
}
say "the documentation is in $OUT/index.html"
