#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run programs made from instructions.c under callgrind, and print a table: a line for
# each operation, and a column for each program, with instructions of one operation. Those
# of the loop that does nothing else are subtracted.
set -e

# counts PROGRAM: lines of NUMBER:NAME:INSTRUCTIONS, in the order in which they were counted.
counts() {
	out=$1.callgrind
	rm -f "$out" "$out".*
	valgrind -q --tool=callgrind --callgrind-out-file="$out" "$1" >&2
	printf '%s\n' "$out".* | sort -V | while read -r part; do
		awk 'sub(/^desc: Trigger: Client Request: /, "") { name = $0 }
		     /^totals: / { total = $2 }
		     END { if (name) print name ":" total }' "$part"
	done
	rm -f "$out" "$out".*
}

for program; do
	echo "column:$(basename "$program")"
	counts "$program"
done | awk -F: '
	$1 == "column" { columns[++nr] = $2; loop = 0; next }
	{
		count = $3 / $1 - loop
		if ($2 == "the loop alone")
			loop = count
		else if (!($2 in seen))
			seen[$2] = names[++lines] = $2
		value[nr, $2] = count
	}
	END {
		printf "%-28s", "instructions"
		for (c = 1; c <= nr; c++)
			printf " %12s", columns[c]
		print ""
		for (l = 1; l <= lines; l++) {
			printf "%-28s", names[l]
			for (c = 1; c <= nr; c++)
				printf " %12.1f", value[c, names[l]]
			print ""
		}
		exit !lines
	}'
