#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# DURATION=600 runs each kind of map, of ten, for so many seconds.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DURATION=${DURATION:-3}
stock_guest hmap_stress $((10 * DURATION + 60)) hmap_seconds="$DURATION"
