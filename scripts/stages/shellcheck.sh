#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

find . -path ./build -prune -o \( -name '*.sh' -o -path ./.ci/run \) -print0 |
	xargs -0 -n 8 -P "$(nproc)" shellcheck -x -P "$HMAP_TOP"
