#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The files of hmap/ call and include each other in one direction only. In a kernel with
# lockdep more calls are inlined, so that one is looked at as well where it is built.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

if [ -n "${DEBUG:-}" ]; then
	DIR=$HMAP_BUILD/debug
	[ -e "$DIR/hmap.ko" ] || build_for_debug
else
	DIR=$UML_DIR
	[ -e "$DIR/hmap.ko" ] || build_for_uml
fi
python3 "$HMAP_SCRIPTS/layers.py" "$DIR"
