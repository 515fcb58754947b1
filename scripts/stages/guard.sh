#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The guard of what is inlined into users: a user of hmap that was built against a find.h in
# which two secrets have changed places does not load, and the log names the symbol. And
# every header that a user is built from changes that symbol's name.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

OTHER=$HMAP_BUILD/guard
CONSOLE=$HMAP_LOG/$STAGE-console.log

# abi DIRECTORY: the symbol's name there.
abi() {
	"$1/scripts/abi.sh"
	sed -n 's/^#define HMAP_ABI //p' "$1/hmap/hmap-abi.h" | grep .
}

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
require_uml

copy_sources "$OTHER"
sed -i -e 's/hmap_secret\[0\]/hmap_secret[@]/' -e 's/hmap_secret\[2\]/hmap_secret[0]/' \
	-e 's/hmap_secret\[@\]/hmap_secret[2]/' "$OTHER/hmap/find.h"
! cmp -s "$OTHER/hmap/find.h" hmap/find.h || die "find.h has no two secrets to swap"
build_modules "$UML" "$OTHER" ARCH=um HMAP_STRESS=1
ours=$(abi "$UML_DIR") theirs=$(abi "$OTHER")
echo "$ours is not $theirs"
[ "$ours" != "$theirs" ]

"$HMAP_SCRIPTS/initramfs.sh" "$OTHER/guard.gz" "$HMAP_SCRIPTS/guest-guard.sh" \
	"$UML_DIR/hmap.ko" "$UML_DIR/kunit/hmap_user.ko" \
	"$OTHER/kunit/hmap_user.ko:/other/hmap_user.ko"
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$OTHER/guard.gz" 60 "$CONSOLE" \
	512M hmap_abi="$theirs"

# Those of the user's object, as the compiler has told kbuild.
mapfile -t headers < <(grep -o '/hmap/[a-z-]*\.h' "$OTHER/kunit/.hmap_user.o.cmd" |
	sed 's,.*/,,' | sort -u | grep -vx hmap-abi.h)
echo "a user is built from: ${headers[*]}"
[ ${#headers[@]} -ge 5 ]
for header in "${headers[@]}"; do
	echo "/* changed */" >>"$OTHER/hmap/$header"
	before=$theirs theirs=$(abi "$OTHER")
	[ "$before" != "$theirs" ] || die "$header is changed, but not the symbol's name"
done
