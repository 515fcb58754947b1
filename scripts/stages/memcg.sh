#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What was inserted with __GFP_ACCOUNT stays on the bill of its memory cgroup, whatever
# becomes of its tables.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stock_guest hmap_memory 600
