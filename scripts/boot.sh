# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Run a guest under a time limit and read its result from its console. Sourced
# after lib.sh.

# The console goes to the log, and to standard output on demand, there without the
# line that is for run_guest.
console() {
	if [ "${HMAP_VERBOSE:-0}" = 1 ]; then
		tee "$1" | sed -u '/^HMAP-GUEST-EXIT:/d'
	else
		cat >"$1"
	fi
}

guest_failed() {
	say "$1; the end of $2:"
	tail -n 15 "$2" >&2
	exit 1
}

# run_guest SECONDS LOG COMMAND...: exits with what the guest reported. In the
# foreground, timeout leaves Ctrl-C to the guest too.
run_guest() {
	local limit=$1 log=$2 status=0 result
	shift 2

	timeout --foreground -k 5 "$limit" "$@" </dev/null 2>&1 |
		sed -u 's/\r$//' | console "$log" || status=$?
	case $status in
	124 | 137) guest_failed "the guest did not finish within $limit s" "$log" ;;
	esac
	if grep -q 'Kernel panic' "$log"; then
		guest_failed "the guest's kernel panicked" "$log"
	fi
	result=$(sed -n 's/^HMAP-GUEST-EXIT: \([0-9]\{1,3\}\)$/\1/p' "$log" | tail -n 1)
	[ -n "$result" ] || guest_failed "the guest ended without a result" "$log"
	exit "$result"
}
