#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest that only shows that there can be one.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

echo "$(uname -r), $(nproc) CPUs"

finish "$failed"
