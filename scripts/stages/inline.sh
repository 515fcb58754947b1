#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What the compiler made of what is inlined, and of what weakly ordered machines depend on:
#
# - a typed lookup in a map without entries is one load of the root, one test, and out;
# - where the only object is in the header, a lookup hashes nothing;
# - on arm64, too, such a lookup begins with a load of the root and a branch out;
# - on arm64 a pointer is overwritten by a store-release, and a word is read by a
#   load-acquire. The core is compiled for that as it is for user space.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

passed=0 failed=0 skipped=0

# instructions FUNCTION: address, tab, instruction, without bytes.
instructions() {
	objdump -d --no-show-raw-insn "$object" | awk -F'\t' -v header="<$1>:" '
		/^[0-9a-f]+ </ { inside = index($0, header) }
		inside && NF > 1 { sub(/:.*/, "", $1); gsub(/ /, "", $1); print $1 "\t" $2 }'
}

# is_load_and_test FUNCTION: up to the first conditional jump.
is_load_and_test() {
	local begin loads tests jumps calls

	begin=$(instructions "$1" | cut -f 2 | sed '/^j[^m]/q')
	echo "$begin"
	loads=$(grep -c '(%' <<<"$begin" || :)
	calls=$(grep -c '^call' <<<"$begin" || :)
	tests=$(grep -cE '^(test|cmp)' <<<"$begin" || :)
	jumps=$(grep -cE '^j(be|e|a|ne) ' <<<"$begin" || :)
	echo "$loads load, $tests test, $jumps conditional jump, $calls calls"
	[ "$loads,$tests,$jumps,$calls" = 1,1,1,0 ]
}

# hashes_nothing FUNCTION: whether there is a way through it that tests the root for the
# tag of an object (HMAP_ROOT_OBJECT of HMAP_ROOT_TAGS), and comes to the end without a call or a product.
# Where hashing comes first, there is none.
hashes_nothing() {
	instructions "$1" | awk -F'\t' '
		function way(i, tested,    op, word, target) {
			for (; i in insn; i++) {
				if (seen[i, tested]++)
					return 0
				op = insn[i]
				split(op, word, " ")
				target = number[word[2]]
				if (op ~ /^(call|i?mul)/)
					return 0
				if (op ~ /^and[bwlq]? +\$0x3,/)
					masked = 1
				if (masked && op ~ /^cmp[bwlq]? +\$0x2,/)
					tested = 1
				if (op ~ /^ret/)
					return tested
				if (op ~ /^jmp/)
					i = target ? target - 1 : NR
				else if (op ~ /^j/ && target && way(target, tested))
					return 1
			}
			return 0
		}
		{ insn[NR] = $2; number[$1] = NR }
		END { exit !way(1, 0) }'
}

# arm64_object DIR FILE: FILE.c of hmap/ or kunit/, compiled for arm64 from the sources in DIR.
arm64_object() {
	local out=$1/arm64/plain/$2.o

	make --no-print-directory -s -C "$1/kunit/user" BUILD="$1/arm64" \
		CC=aarch64-linux-gnu-gcc "$out" >&2 || die "cannot compile $2.c for arm64"
	echo "$out"
}

# arm64_is_load_and_branch FUNCTION: it begins so, by the same register.
arm64_is_load_and_branch() {
	local out begin

	out=$(arm64_object "$HMAP_BUILD/arm64" hmap_inline)
	begin=$(aarch64-linux-gnu-objdump -d --no-show-raw-insn "$out" |
		grep -A 2 "<$1>:" | tail -n 2 | cut -f 2-)
	echo "$begin"
	tr '\t\n' '  ' <<<"$begin" | grep -qE '^lda?r (x[0-9]+), \[x0\] cbz \1, '
}

# arm64_count DIR FILE FUNCTION INSTRUCTION: how often it is in FILE.c of hmap/; FUNCTION: a
# regular expression.
arm64_count() {
	local out

	out=$(arm64_object "$1" "$2")
	aarch64-linux-gnu-objdump -d --no-show-raw-insn "$out" | awk -v name="<($3)>:" -v op="$4" '
		/^[0-9a-f]+ </ { inside = $0 ~ name }
		inside && $2 == op { n++ }
		END { print n + 0 }'
}

# What hmap_store_pointer() calls, up to write_value(), which may be inlined. There
# are stores to words, too: that of the pointer is the one that is no release when
# hmap_set_pointer() is broken.
STORE='(hmap_)?put(_[a-z_]*)?([.][a-z.0-9]*)?|write_value([.][a-z.0-9]*)?'
pointer_is_released() {
	local broken=$HMAP_BUILD/arm64-broken here there

	copy_sources "$broken"
	patch -s -p1 -d "$broken" <kunit/broken/pointer-by-write-once.patch ||
		die "kunit/broken/pointer-by-write-once.patch does not apply any more"
	here=$(arm64_count "$HMAP_BUILD/arm64" core "$STORE" stlr)
	there=$(arm64_count "$broken" core "$STORE" stlr)
	echo "hmap_store_pointer: $here stlr; $there if the pointer is stored by WRITE_ONCE()"
	[ "$here" -gt "$there" ]
}

# The pointer in the slot, and what is behind it, follow by their addresses.
word_is_acquired() {
	local acquires

	acquires=$(($(arm64_count "$HMAP_BUILD/arm64" find __hmap_find_on ldar) +
		$(arm64_count "$HMAP_BUILD/arm64" find __hmap_find_on ldapr)))
	echo "__hmap_find_on: $acquires ldar"
	[ "$acquires" -eq 1 ]
}

check_arm64() {
	copy_sources "$HMAP_BUILD/arm64"
	check "arm64: an empty map of values: a load and a branch" \
		arm64_is_load_and_branch inlined_lookup
	check "arm64: an empty map of objects: a load and a branch" \
		arm64_is_load_and_branch inlined_object_lookup
	check "arm64: a pointer is overwritten by a store-release" pointer_is_released
	check "arm64: a word is read by a load-acquire" word_is_acquired
}

[ -e "$HMAP_BUILD/uml/hmap.ko" ] || build_for_uml
object=$HMAP_BUILD/uml/kunit/hmap_inline.o

check "an empty map of values: a load and a test" is_load_and_test inlined_lookup
check "an empty map of objects: a load and a test" is_load_and_test inlined_object_lookup
check "one object, in the header: nothing is hashed" hashes_nothing inlined_object_lookup

if (ensure_packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross patch); then
	check_arm64
else
	echo "skipped: no compiler for arm64 (gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)"
	skipped=4
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
