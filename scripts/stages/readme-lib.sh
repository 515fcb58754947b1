# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The examples of README.md, for the stages that build them. Sourced after lib.sh.

# Their names, one a line.
examples() {
	sed -n 's/^<!-- example: \(.*\) -->$/\1/p' README.md
}

# example NAME: the fenced block that follows <!-- example: NAME --> in README.md.
example() {
	awk -v mark="<!-- example: $1 -->" '
		$0 == mark { marked = 1; next }
		marked && /^```/ { if (inside) exit; inside = 1; next }
		inside { print }' README.md
}

# write_examples DIR: afresh.
write_examples() {
	local name

	rm -rf "$1"
	mkdir -p "$1"
	for name in $(examples); do
		example "$name" >"$1/$name"
		[ -s "$1/$name" ] || die "README.md has no example $name"
	done
}
