#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the stress test on a kernel with KCSAN. The kernel has races of its own,
# so only reports that name one of our modules count.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# A report stands between two lines of "=". Print those with a module of ours in a
# stack, or all other ones. What we print may get in between, and is none.
races() {
	dmesg | awk -v wanted="$1" '
		function finish() {
			if (report && whose == wanted)
				print report
			report = ""
			whose = "other"
		}
		/=====$/ { finish() }
		/BUG: KCSAN:/ { finish(); report = "\n" }
		report { report = report $0 "\n" }
		/\[hmap[a-z_]*\]/ { whose = "ours" }
		END { finish() }'
}

seconds=$(argument hmap_seconds)

dmesg | grep 'kcsan: selftest: \([0-9]*\)/\1 tests passed' ||
	fail "KCSAN does not work"
grep . /sys/module/kcsan/parameters/skip_watch /sys/module/kcsan/parameters/udelay_task
# Emulation is slow: keys are few, so that the threads meet.
load /modules/hmap.ko
load /modules/hmap_stress.ko seconds="$seconds" staying=8 coming=300
unload_all

cat /sys/kernel/debug/kcsan
echo "races elsewhere in the kernel: $(races other | grep -c 'BUG: KCSAN:')"
races ours | grep 'BUG: KCSAN:' && fail "data races"
check_kernel_log

finish "$failed"
