#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# in-tree.sh TREE
#
# Put hmap into a kernel's source, to be built in: lib/hmap/ with its tests, headers in
# include/linux/, pages in Documentation/core-api/hmap/, litmus tests. A second time it brings
# what is there up to date, and leaves alone what is the same. Nothing is built.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

TREE=${1:-}
# Older ones want what compat.h has.
OLDEST=6.12
TESTS=lib/hmap/tests
PAGES=(which-map locking walking porting counters api)
# What the counters are, and nothing else is without.
COUNTERS=(debugfs stats usage)

tree_version() {
	sed -n 's/^VERSION = //p; s/^PATCHLEVEL = //p' "$TREE/Makefile" | paste -sd.
}

check_tree() {
	[ -n "$TREE" ] || die "give TREE=, the source of a kernel"
	[[ -e $TREE/lib/Kconfig && -e $TREE/Makefile ]] ||
		die "TREE=$TREE is not the source of a kernel: it has no lib/Kconfig"
	printf '%s\n' "$OLDEST" "$(tree_version)" | sort -VC ||
		die "TREE=$TREE is Linux $(tree_version); hmap can be built into $OLDEST or later"
}

# put PATH: the standard input, unless it says the same already.
put() {
	local to=$TREE/$1

	printf '%s\n' "$1" >>"$WRITTEN"
	mkdir -p "$(dirname "$to")"
	cat >"$WORK/new"
	cmp -s "$WORK/new" "$to" || cp "$WORK/new" "$to"
}

# in_tree FILE [SED-OPTION...]: what becomes of it.
in_tree() {
	local file=$1
	shift

	sed "$@" "${NEWER[@]}" -f scripts/in-tree/in-tree.sed "$file"
}

# The same of C, without what tests have for user space. The kernel brings unifdef with it, for
# its own headers.
converted() {
	in_tree "$@" | { "$WORK/unifdef" -U_HMAP_USER_STUBS_H || [ $? -eq 1 ]; } | cat -s # 1: it found some
}

# objects FILE...: as a Makefile names them.
objects() {
	local file

	for file; do
		printf '%s.o\n' "$(basename "$file" .c)"
	done | paste -sd' ' | fold -sw 70 | sed 's/ *$/ \\/; $ s/ \\$//; 2,$ s/^/\t\t/'
}

# Headers are for all; those without hmap- in their name get it.
put_headers() {
	local header

	for header in $(scripts/abi.sh --list); do
		case $header in
		compat.h | hmap-abi.h) continue ;;
		hmap*) converted "hmap/$header" | put "include/linux/$header" ;;
		*) converted "hmap/$header" | put "include/linux/hmap-$header" ;;
		esac
	done
}

is_counter() {
	[[ " ${COUNTERS[*]} " == *" $(basename "$1" .c) "* ]]
}

put_core() {
	local file core=() counters=()

	for file in hmap/*.c hmap/{count,internal,place,trace,words}.h; do
		[ "$file" != hmap/abi.c ] || continue
		converted "$file" | put "lib/$file"
		if is_counter "$file"; then
			counters+=("$file")
		elif [[ $file == *.c ]]; then
			core+=("$file")
		fi
	done
	put lib/hmap/Makefile <<-END
		# SPDX-License-Identifier: GPL-2.0

		obj-\$(CONFIG_HMAP) += hmap.o
		hmap-y := $(objects "${core[@]}")
		hmap-\$(CONFIG_HMAP_STATS) += $(objects "${counters[@]}")

		# <trace/define_trace.h> includes trace.h once more.
		CFLAGS_trace.o := -I\$(src)

		obj-\$(CONFIG_HMAP_KUNIT_TEST) += tests/
	END
	put lib/hmap/Kconfig <scripts/in-tree/Kconfig
	put lib/hmap/.kunitconfig <scripts/in-tree/kunitconfig
}

converted_test() {
	converted "$1" -e '/#include "compat\.h"/d; /^\(FIRST\|LAST\)_SUITE;$/d'
}

# The suites' files are those that kunit/Kbuild has.
put_tests() {
	local files file

	files=$(sed -n '/^hmap_kunit-y/,/[^\\]$/p' kunit/Kbuild | grep -o '[a-z_]*\.o' | sed 's/o$/c/')
	for file in $files; do
		converted_test "kunit/$file" | put "$TESTS/$file"
	done
	converted kunit/in-tree/early_test.c | put "$TESTS/early_test.c"
	for file in kunit/*.h; do
		[ "$file" != kunit/compat.h ] || continue
		! grep -qw "$(basename "$file")" kunit/*_test.c kunit/*.h kunit/model*.c ||
			converted_test "$file" | put "$TESTS/$(basename "$file")"
	done
	# shellcheck disable=SC2086 # a list
	put $TESTS/Makefile <<-END
		# SPDX-License-Identifier: GPL-2.0

		obj-\$(CONFIG_HMAP_KUNIT_TEST) += hmap_kunit.o
		hmap_kunit-y := main.o early_test.o
		hmap_kunit-\$(CONFIG_HMAP_STATS) += $(objects ${files/main.c/})
	END
}

# Pages that are not there are those of the repository.
put_pages() {
	local page there

	there=$(IFS='|' && echo "${PAGES[*]}")
	for page in "${PAGES[@]}"; do
		in_tree "Documentation/$page.rst" |
			perl -pe "s/:doc:\`(?!(?:$there)\`)([a-z-]+)\`/*\$1* (in hmap's repository)/g" |
			put "Documentation/core-api/hmap/$page.rst"
	done
	put Documentation/core-api/hmap/index.rst <scripts/in-tree/index.rst
	for page in Documentation/litmus/*.litmus; do
		in_tree "$page" | put "Documentation/litmus-tests/hmap/${page##*/}"
	done
}

# add_line FILE AFTER LINE: behind the first line that begins with AFTER.
add_line() {
	local file=$TREE/$1

	! grep -qxF "$3" "$file" || return 0
	awk -v after="$2" -v line="$3" '{ print }
		!done && index($0, after) == 1 { print line; done = 1 }
		END { exit !done }' "$file" >"$WORK/new" ||
		die "$file is not as in Linux $OLDEST: where does \"$3\" belong?"
	cp --remove-destination "$WORK/new" "$file"
}

# What an hmap of before had, and this one has not.
remove_others() {
	(cd "$TREE" && find lib/hmap Documentation/{core-api,litmus-tests}/hmap \
		include/linux/hmap*.h -type f \( -name '*.[ch]' -o -name '*.rst' -o -name '*.litmus' \) \
		! -name '*.mod.c') |
		{ grep -vxFf "$WRITTEN" || :; } | sed "s,^,$TREE/," | xargs -r rm
}

check_tree
TREE=$(realpath "$TREE")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
WRITTEN=$WORK/written
cd "$HMAP_TOP"
gcc -O1 -o "$WORK/unifdef" "$TREE/scripts/unifdef.c" || die "cannot compile scripts/unifdef.c of $TREE"

# What a tree has that older ones have not, and checkpatch asks for.
NEWER=()
! grep -q 'define kmalloc_obj(' "$TREE/include/linux/slab.h" ||
	NEWER+=(-e 's/\(k[mz]alloc\)(sizeof(\([^()]*\)), /\1_obj(\2, /')

put_headers
put_core
put_tests
put_pages
remove_others
add_line lib/Kconfig 'source "lib/crypto/Kconfig"' 'source "lib/hmap/Kconfig"'
# shellcheck disable=SC2016 # for make
add_line lib/Makefile 'obj-y += kunit/' 'obj-$(CONFIG_HMAP) += hmap/'
add_line Documentation/core-api/index.rst '   xarray' '   hmap/index'
say "hmap is in $TREE/lib/hmap; its tests: ./tools/testing/kunit/kunit.py run --kunitconfig=lib/hmap"
