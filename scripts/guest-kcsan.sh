#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the stress test on a kernel with KCSAN. The kernel has races of its own, so
# only those between accesses of our modules count, or of functions that they call.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

# A report stands between two lines of "=". Print those with a module of ours among the
# first three functions of a stack, or all other ones: farther down, an interrupt has come
# in, or it is the random number generator that races. What we print may get in between,
# and is none.
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
		/ bytes by (task|interrupt) / { calls = 0 }
		/\+0x[0-9a-f]+\/0x/ { calls++ }
		/\[hmap[a-z_]*\]/ && calls <= 3 { whose = "ours" }
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
