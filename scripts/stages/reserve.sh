#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# More is reserved than there is memory (1 GiB).
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stock_guest hmap_memory 600
