#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh PROGRAM... -- [FILTER]
#
# Run the suites as each of the programs and add up their results.
set -euo pipefail

programs=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	programs+=("$1")
	shift
done
filter=${2:-}

passed=0 failed=0 skipped=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

for program in "${programs[@]}"; do
	echo "== $(basename "$program")"
	"$program" ${filter:+"$filter"} 2>&1 | tee "$output" || :
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
