#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t files < <(sources | grep "^hmap/")
perl "$LINUX_SOURCE/scripts/kernel-doc" -none -Werror "${files[@]}"
