#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# dkms-keep.sh DIR: called by DKMS where it has built hmap, before it deletes that.
exec make headers_install HEADERS_DIR="$1"
