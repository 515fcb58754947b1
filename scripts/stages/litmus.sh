#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Whether each litmus test has the result that its comment announces, in the memory
# model of the kernel.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

TESTS=$HMAP_TOP/Documentation/litmus

# as_expected OUTPUT RESULT: what never happens must not be a data race either,
# whose outcome the model would not tell.
as_expected() {
	grep -q "^Observation .* $2 " "$1" || return 1
	[ "$2" != Never ] || ! grep '^Flag' "$1"
}

passed=0 failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
cd "$LINUX_SOURCE/tools/memory-model"
for test in "$TESTS"/*.litmus; do
	expected=$(sed -n 's/^ \* Result: \(Never\|Sometimes\)$/\1/p' "$test")
	"$HERD7" -conf linux-kernel.cfg "$test" 2>&1 | tee "$output" || :
	if [ -n "$expected" ] && as_expected "$output" "$expected"; then
		echo "ok: $(basename "$test"): $expected"
		passed=$((passed + 1))
	else
		echo "NOT OK: $(basename "$test"): ${expected:-no Result: in it} expected"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
