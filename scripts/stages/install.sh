#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What a packager does: install the module and the headers below another root. The examples of
# README.md and Documentation/ are built with nothing else. And what cannot be built says why.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/readme-lib.sh
. "$(dirname "$0")/readme-lib.sh"

DIR=$HMAP_BUILD/install
ROOT=$DIR/root

# refused MESSAGE MAKE-ARGUMENT...: make fails, and says so.
refused() {
	local message=$1
	shift

	! make "$@" >"$DIR/refused" 2>&1 || die "make $* succeeds"
	grep -F "$message" "$DIR/refused" || {
		cat "$DIR/refused"
		die "make $* does not say: $message"
	}
}

rm -rf "$DIR"
copy_sources "$DIR/src"
make -C "$DIR/src" KDIR="$KDIR"
make -C "$DIR/src" KDIR="$KDIR" INSTALL_MOD_PATH="$ROOT" modules_install
module=$(find "$ROOT/lib/modules" -name 'hmap.ko*' | grep .)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
grep -a -o -z "^version=$version\$" "$module" | tr '\0' '\n'
make -C "$DIR/src" DESTDIR="$ROOT" headers_install
mv "$DIR/src" "$DIR/gone"

write_examples "$DIR/examples"
# With a path that is not absolute.
make -C "$DIR/examples" KDIR="$KDIR" HMAP=../root/usr/src/hmap W=1 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
require_modules "$DIR/examples"

# The sample includes hmap.mk from where DKMS has put it.
cp -r samples/dkms "$DIR/sample"
sed -i "s,^include .*,include $ROOT/usr/src/hmap/hmap.mk," "$DIR/sample/Kbuild"
make -C "$KDIR" M="$DIR/sample" W=1 modules 2>&1 | tee "$DIR.log"
no_warnings "$DIR.log"
grep -a -o -z '^depends=hmap$' "$DIR/sample/hmap_squares.ko" | tr '\0' '\n'

make DESTDIR="$DIR/a root" headers_install
cmp "$DIR/a root/usr/src/hmap/hmap/hmap.h" hmap/hmap.h
mv "$DIR/gone" "$DIR/a space"
make -C "$DIR/a space" help | grep 'make modules_install'
refused 'has a space' -C "$DIR/a space" KDIR="$KDIR"
refused 'KDIR=/nowhere is not where a kernel was built' KDIR=/nowhere
refused 'KDIR=/nowhere is not where a kernel was built' KDIR=/nowhere modules_install
refused 'O=/nowhere is not where a kernel was built' KDIR="$KDIR" O=/nowhere
