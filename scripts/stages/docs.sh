#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the pages and the manual pages, without a warning. Each call is in both; the links of
# README.md lead somewhere; and the examples are in the kernel's style.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/docs-examples

"$HMAP_SCRIPTS/htmldocs.sh"
"$HMAP_SCRIPTS/man.sh"

for page in "$HMAP_BUILD"/man/*.9; do
	name=$(basename "$page" .9)
	grep -q "id=\"c\.${name#struct_}\"" "$HMAP_BUILD/htmldocs/api.html" ||
		die "$name has a manual page, and is not in api.html"
done

while read -r link; do
	[ -e "$link" ] || die "README.md has a link to $link, which is not there"
done < <(sed -n 's/[^]]*](\([^)]*\))/\1\n/gp' README.md | grep -E '^[A-Za-z]' | grep -v '[ :]')

write_examples "$DIR"
find "$DIR" -name '*.[ch]' -print0 |
	xargs -0 perl "$LINUX_SOURCE/scripts/checkpatch.pl" --strict --no-tree --quiet -f
