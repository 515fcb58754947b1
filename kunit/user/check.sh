#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh PROGRAM... -- [FILTER]
#
# Run the suites as each of the programs, all at the same time, and add up their
# results. RUN= is a command that runs programs for another machine.
set -euo pipefail

programs=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	programs+=("$1")
	shift
done
filter=${2:-}
read -ra run <<<"${RUN:-}" || :

passed=0 failed=0 skipped=0
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT

for program in "${programs[@]}"; do
	"${run[@]}" "$program" ${filter:+"$filter"} >"$outputs/${program##*/}" 2>&1 &
done
# Whether one has failed, its last line tells.
wait

for program in "${programs[@]}"; do
	output=$outputs/${program##*/}
	echo "== ${program##*/}"
	cat "$output"
	if [[ $(tail -n 1 "$output") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + BASH_REMATCH[3]))
	else
		echo "$program ended early"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
