#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest whose kernel takes no module that is not signed by a key that it knows: it does not load
# hmap, signed by DKMS or not at all, and says why.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

/kmod/modprobe hmap && fail "a module with a signature of DKMS was loaded"
insmod /modules/unsigned.ko && fail "a module without a signature was loaded"
dmesg | grep -E 'Loading of |Lockdown: '

finish "$failed"
