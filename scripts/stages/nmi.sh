#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# NMIS=1000000 sends more of them.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

NMIS=${NMIS:-30000}
stock_guest hmap_nmi $((60 + NMIS / 100)) hmap_nmis="$NMIS"
