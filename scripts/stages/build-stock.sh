#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

build_for_stock
no_warnings "$HMAP_BUILD/stock.log"
