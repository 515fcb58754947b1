# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The examples of README.md and Documentation/, for the stages that build and run them.
# Sourced after lib.sh.
#
# An example is a file: in README.md the fenced block behind <!-- example: NAME -->, in a page
# of Documentation/ a code-block whose last option is ":caption: NAME". Blocks of one name are
# parts of one file, in the order of the pages. Three names have a meaning:
#
#   hmap_*.c   a module, which has to be built and loaded
#   dmesg      what the kernel's log has to show afterwards, a line each
#   *.sh       commands for a shell

EXAMPLE_PAGES=(README.md Documentation/*.rst)

# extract DIR: write all examples there.
extract() {
	awk -v dir="$1" '
		function indent_of(line) { match(line, /^[ \t]*/); return substr(line, 1, RLENGTH) }
		function begin(a_name) { name = a_name; inside = 1 }
		FNR == 1 { inside = marked = block = 0 }

		# Markdown
		/^<!-- example: .* -->$/ { marked = $3; next }
		marked && /^```/ && !inside { begin(marked); next }
		marked && /^```/ { inside = marked = 0; next }
		marked { if (inside) print >>(dir "/" name); next }

		# reStructuredText: what follows a code-block, as far in as its first line.
		block && NF && indent && index($0, indent) != 1 { block = inside = 0 }
		/^[ \t]*\.\. code-block::/ && !inside {
			block = 1
			indent = ""
			next
		}
		block && NF && !indent { indent = indent_of($0) }
		block && !inside && $1 == ":caption:" { begin($2); skip = 1; next }
		inside && skip { skip = NF; next }
		inside { print substr($0, length(indent) + 1) >>(dir "/" name) }
		' "${EXAMPLE_PAGES[@]}"
}

# write_examples DIR: afresh.
write_examples() {
	rm -rf "$1"
	mkdir -p "$1"
	extract "$1"
	[ -n "$(example_modules "$1")" ] || die "no example was found in ${EXAMPLE_PAGES[*]}"
}

# build_examples KDIR DIR HMAP [MAKE-ARGUMENT...]: afresh; HMAP: where hmap was built.
build_examples() {
	local kdir=$1 dir=$2 hmap=$3
	shift 3

	write_examples "$dir"
	build_modules "$kdir" "$dir" HMAP="$hmap" KBUILD_EXTRA_SYMBOLS="$hmap/Module.symvers" \
		W=1 "$@" 2>&1 | tee "$dir.log"
	no_warnings "$dir.log"
	require_modules "$dir"
}

# example_modules DIR: the names of those that are modules, one a line.
example_modules() {
	find "$1" -name 'hmap_*.c' ! -name '*.mod.c' -exec basename {} .c \; | sort
}

# require_modules DIR: that each was built.
require_modules() {
	local name

	for name in $(example_modules "$1"); do
		[ -e "$1/$name.ko" ] || die "Kbuild of the examples does not build $name.c"
	done
}

# require_log CONSOLE DIR: that each line of dmesg is there.
require_log() {
	local line

	while read -r line; do
		[ -z "$line" ] || grep -q -F "$line" "$1" || die "no example printed: $line"
	done <"$2/dmesg"
}
