#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# analyze.sh LOG...
#
# Judge what gcc's static analyzer said about each file of the core: all that is not in
# analyze-known.txt, which says why it is wrong, is a failure.
set -euo pipefail

known=$(dirname "$0")/analyze-known.txt

# "function: message", as in analyze-known.txt; of inlined ones the one that it is in
findings() {
	awk -v quote="'" '
		/In function |inlined from / { split($0, part, quote); function_name = part[2] }
		/: (warning|error): / {
			sub(/.*: (warning|error): /, "")
			print function_name ": " $0
		}' "$1"
}

passed=0 failed=0
for log; do
	[ -e "$log" ] || exit
	new=$(findings "$log" | grep -v -x -F -f <(grep -v '^#' "$known") || :)
	if [ -z "$new" ]; then
		passed=$((passed + 1))
	else
		cat "$log"
		echo "NOT OK: $(basename "$log" .log).c:"
		echo "$new"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
