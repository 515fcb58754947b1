# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Run a guest, and read its result from its console. A guest on a busy machine may take
# ten times as long as elsewhere, so it is not ended for that, but when it is silent and
# has nothing to do, or when it has used more CPU time than it can need. Sourced after
# lib.sh.

# Seconds of silence; and of anything, for what the other limits do not see.
GUEST_SILENCE=${GUEST_SILENCE:-120}
GUEST_LAST=${GUEST_LAST:-86400}

# The console goes to the log, and to standard output on demand, there without the
# lines that are for run_guest.
console() {
	if [ "${HMAP_VERBOSE:-0}" = 1 ]; then
		tee "$1" | sed -u -E '/^HMAP-GUEST-(EXIT|ENDED):/d'
	else
		cat >"$1"
	fi
}

guest_failed() {
	say "$1; the end of $2:"
	tail -n 15 "$2" >&2
	exit 1
}

# family PID...: these processes, and all that they have started.
family() {
	local pid

	for pid; do
		echo "$pid"
		# shellcheck disable=SC2046 # one word a process
		family $(cat "/proc/$pid/task"/*/children 2>/dev/null || :)
	done
}

# times_of PID: milliseconds that its family has run, and that it had to wait for a CPU; and
# how many of it run, or wait for a CPU or a disk, just now.
times_of() {
	local pid

	for pid in $(family "$1"); do
		cat "/proc/$pid/task"/*/{schedstat,status} 2>/dev/null || :
	done | awk '/^[0-9]/ { ran += $1; waited += $2 }
		$1 == "State:" && $2 ~ /[RD]/ { ready++ }
		END { printf "%d %d %d\n", ran / 1000000, waited / 1000000, ready }'
}

# count_second GUEST LOG: of used CPU time, and of idleness since the last output, in
# milliseconds. What has ended is counted no more. A wait for a CPU is when it is over, so
# that a second may have more of it than its length; before that it shows as what waits now.
count_second() {
	local ran_before=$ran waited_before=$waited size_before=$size busy ready

	read -r ran waited ready < <(times_of "$1")
	size=$(stat -c %s "$2")
	busy=$((ran > ran_before ? ran - ran_before : 0))
	used=$((used + busy))
	busy=$((busy + (waited > waited_before ? waited - waited_before : 0)))
	idle=$((idle + (ready ? 0 : 1000) - busy))
	((idle > 0 && size == size_before)) || idle=0
}

# why_end SECONDS: a guest that goes on, if there is a reason.
why_end() {
	if ((used > 2000 * $1)); then
		echo "it may take $((2 * $1)) s of CPU time, and took more"
	elif ((idle > 1000 * GUEST_SILENCE)); then
		echo "it was silent for $GUEST_SILENCE s, and had nothing to do"
	fi
}

# watch_guest SECONDS LOG COMMAND...: until the guest is done, or has to be ended; then the
# last line gives the reason. Seconds are counted by sleeping: where the machine is busy, or
# was stopped, they are as long as the guest's. timeout passes signals on, Ctrl-C too.
watch_guest() {
	local limit=$1 log=$2 guest reason='' status=0
	local ran=0 waited=0 used=0 idle=0 size=0
	shift 2

	timeout --foreground -k 5 "$GUEST_LAST" "$@" &
	guest=$!
	while [ -z "$reason" ]; do
		sleep 1 >/dev/null 2>&1 &
		wait -n "$guest" "$!" || :
		kill -0 "$guest" 2>/dev/null || break
		count_second "$guest" "$log"
		reason=$(why_end "$limit")
	done
	# shellcheck disable=SC2046 # one word a process
	[ -z "$reason" ] || kill $(family "$guest") 2>/dev/null || :
	wait "$guest" || status=$?
	[ "$status" -ne 124 ] || reason=${reason:-it was not done after $GUEST_LAST s}
	[ -z "$reason" ] || printf '\nHMAP-GUEST-ENDED: %s\n' "$reason"
}

# run_guest SECONDS LOG COMMAND...: exits with what the guest reported. It may keep its
# two CPUs busy for so many seconds.
run_guest() {
	local log=$2 reason result

	: >"$log"
	watch_guest "$@" </dev/null 2>&1 | sed -u 's/\r$//' | console "$log" || :
	reason=$(sed -n 's/^HMAP-GUEST-ENDED: //p' "$log" | tail -n 1)
	[ -z "$reason" ] || guest_failed "the guest was ended: $reason" "$log"
	if grep -q 'Kernel panic' "$log"; then
		guest_failed "the guest's kernel panicked" "$log"
	fi
	result=$(sed -n 's/^HMAP-GUEST-EXIT: \([0-9]\{1,3\}\)$/\1/p' "$log" | tail -n 1)
	[ -n "$result" ] || guest_failed "the guest ended without a result" "$log"
	exit "$result"
}
