#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run the programs that count instructions under callgrind, and print a table: a line for
# each operation, and a column for each program, with instructions of one operation. Those
# of the loop that does nothing else are subtracted.
set -e

# The C library has other functions for other processors: here those that all have.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-BMI2,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load

heading() {
	echo "# Instructions of one operation: bench/README.rst tells what the rows are. \"make check\""
	echo "# fails where one takes 5 % more than is recorded in Documentation/bench."
	echo "# $("${CC:-gcc}" --version | head -n 1), $(getconf GNU_LIBC_VERSION), $(valgrind --version)"
}

# counts PROGRAM: lines of NUMBER:NAME:INSTRUCTIONS, in the order in which they were counted.
# Not by "totals", the sum of a dump's lines: that has some 78,000 too many for each call that is
# made for the first time after the request to begin at 0.
counts() {
	out=$1.callgrind
	rm -f "$out" "$out".*
	valgrind -q --tool=callgrind --callgrind-out-file="$out" "$1" >&2
	printf '%s\n' "$out".* | sort -V | while read -r part; do
		awk 'sub(/^desc: Trigger: Client Request: /, "") { name = $0 }
		     /^summary: / { total = $2 }
		     END { if (name) print name ":" total }' "$part"
	done
	rm -f "$out" "$out".*
}

# all PROGRAM...: what each has counted, behind the name of its column.
all() {
	for program; do
		name=$(basename "$program")
		echo "column:hmap${name#count}"
		counts "$program"
	done
}

table() {
	awk -F: '
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
		printf "%-34s", "instructions"
		for (c = 1; c <= nr; c++)
			printf " %12s", columns[c]
		print ""
		for (l = 1; l <= lines; l++) {
			printf "%-34s", names[l]
			for (c = 1; c <= nr; c++)
				printf " %12.1f", value[c, names[l]]
			print ""
		}
		exit !lines
	}'
}

# A program that fails must not leave half a table for a whole one.
raw=$(all "$@")
heading
printf '%s\n' "$raw" | table
