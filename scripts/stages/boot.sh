#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What a guest is ended for, and what it is not: these are shell loops, which would be
# ended after seconds. And what a run says that has to wait for another one, and of failures.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/boot.sh
. "$HMAP_SCRIPTS/boot.sh"
# shellcheck source=scripts/check-lib.sh
. "$HMAP_SCRIPTS/check-lib.sh"

LOG=$HMAP_LOG/$STAGE-console.log
LOCK=$HMAP_BUILD/boot-lock
GUEST_SILENCE=2

passed=0 failed=0

# check WHAT STATUS WORDS: of what has exited with STATUS, and said $complaint.
check() {
	if [ "$status" -eq "$2" ] && [[ $complaint == *"$3"* ]]; then
		echo "ok: $1"
		passed=$((passed + 1))
	else
		echo "NOT OK: $1: status $status, $complaint"
		failed=$((failed + 1))
	fi
}

# guest SCRIPT [COMMAND...]: one that may use two seconds of CPU time; COMMAND runs bash.
guest() {
	local script=$1
	shift

	status=0
	complaint=$(run_guest 1 "$LOG" "$@" bash -c "$script" 2>&1) || status=$?
}

PRINT='for _ in 1 2 3 4 5; do sleep 1; echo; done; echo HMAP-GUEST-EXIT: 3'
SPIN='while :; do :; done'
SPIN_AND_END='until ((SECONDS > 5)); do :; done; echo HMAP-GUEST-EXIT: 3'

guest "$PRINT"
check "a guest that goes on printing may be slow" 3 ""

guest "exec sleep 1000"
check "one that hangs silently is ended" 1 "ended: it was silent"

guest "$SPIN"
check "one that spins is ended" 1 "ended: it may take 2 s of CPU time"

guest "sleep 1000 & ($SPIN) & wait"
check "one that spins in one of several processes is ended" 1 "ended: it may take 2 s of CPU time"

# By its lower priority, on the same processor.
cpu=$(taskset -pc $$ | sed 's/.*[-, ]//')
taskset -c "$cpu" bash -c "$SPIN" &
guest "$SPIN_AND_END" taskset -c "$cpu" nice -n 19
kill "$!"
check "one that wants to run, and gets hardly any CPU time, is not" 3 ""

GUEST_LAST=3 guest 'while sleep 1; do echo; done'
check "one that prints for ever is ended, too, long after" 1 "ended: it was not done after 3 s"

guest "exit 3"
check "one that ends without a result is told apart" 1 "ended without a result"

# With a child, as a build has.
(
	lock_file "$LOCK" "testing"
	run_long "building something" "$LOG.lock" sleep 4
) &
until [ -e "$LOCK.busy" ]; do
	sleep 0.1
done
status=0
complaint=$(lock_file "$LOCK" "testing" 2>&1) || status=$?
wait
check "who waits is told at once what for" 0 \
	"another run is testing (building something); waiting for it"

# One stage that passes, one that fails, one that has gone down with its lane.
RESULTS=$HMAP_BUILD/boot-results FAILURES=$HMAP_BUILD/boot-failures
: >"$RESULTS"
: >"$FAILURES"
{ echo "    # works: EXPECTATION FAILED" && seq 99 && echo "nothing works"; } >"$LOG.failed"
add good 2 0 0 "$LOG" >/dev/null
add bad 1 1 0 "$LOG.failed" >/dev/null
status=0
complaint=$(print_total good bad gone 2>/dev/null) || status=$?
check "stages that fail, or give no result, are named before the total" 1 \
	$'hmap: failed: bad gone\n3 passed, 2 failed'
status=0 complaint=$(grep -v '^[0-9-]' "$FAILURES")
check "and what a failed one expected is kept, and the end of its log" 0 \
	$'== bad\n    # works: EXPECTATION FAILED\nnothing works'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
