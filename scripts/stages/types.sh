#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What an operator sees of maps: types in debugfs, a module that leaves one behind, events.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stock_guest hmap_memory 600
