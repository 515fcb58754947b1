#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# limits.sh RECORD COUNTS: two tables of instructions.sh. Whether any count is more than what
# is recorded and 5 %, or stands in one of them only. The last line counts them.
set -e

awk '
	# The name of a row has spaces; behind it is a number for each column.
	function name_of_row(i, name) {
		for (i = 1; i <= NF - nr_columns; i++)
			name = name (i > 1 ? " " : "") $i
		return name
	}
	/^#/ { made[FILENAME] = $0; next }
	$1 == "instructions" {
		nr_columns = NF - 1
		for (i = 1; i <= nr_columns; i++)
			columns[i] = $(i + 1)
		next
	}
	{
		for (i = 1; i <= nr_columns; i++) {
			cell = columns[i] ": " name_of_row()
			value[FILENAME, cell] = $(NF - nr_columns + i)
			if (!seen[cell]++)
				cells[++nr] = cell
		}
	}
	function judge(cell, record, count) {
		if (record == "")
			return cell " takes " count " instructions, and has no limit"
		if (count == "")
			return cell " has a limit of " record * 1.05 ", and is not counted"
		if (count + 0 > record * 1.05)
			return cell " takes " count " instructions, the limit is " \
				record * 1.05 " (recorded: " record ")"
		less += count < record * 0.95
		return ""
	}
	END {
		for (i = 1; i <= nr; i++) {
			cell = cells[i]
			wrong = judge(cell, value[ARGV[1], cell], value[ARGV[2], cell])
			if (wrong)
				print wrong
			failed += wrong != ""
		}
		if (made[ARGV[1]] != made[ARGV[2]])
			print "recorded with " substr(made[ARGV[1]], 3) \
			      ", counted with " substr(made[ARGV[2]], 3)
		if (less)
			print less " take 5 % less than is recorded"
		if (failed || less)
			print "make -C bench/user instructions-record records what they take now"
		printf "%d passed, %d failed\n", nr - failed, failed
		exit failed || !nr
	}' "$1" "$2"
