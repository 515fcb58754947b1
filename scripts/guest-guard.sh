#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest with a user of hmap that was built against other headers than hmap was: it is not
# to load, and the log has to say for want of which symbol (hmap_abi= on the command line).
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

load /modules/hmap.ko
if insmod /other/hmap_user.ko; then
	fail "a module that was built against other headers was loaded"
	rmmod hmap_user
else
	dmesg | grep "hmap_user: Unknown symbol $(argument hmap_abi) " ||
		fail "the log does not name $(argument hmap_abi)"
fi
# Any other reason would keep this one out as well.
load /modules/hmap_user.ko
unload_all
check_kernel_log

finish "$failed"
