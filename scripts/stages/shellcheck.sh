#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t files < <(find . -path ./build -prune -o -name '*.sh' -print)
shellcheck -x -P "$HMAP_TOP" .ci/run "${files[@]}"
