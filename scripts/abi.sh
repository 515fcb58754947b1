#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Writes hmap/hmap-abi.h, the guard: a user's module refers to a symbol whose name has a checksum
# of all headers that are inlined into it, so that one which was built against another hmap does
# not load. And the version, which is the one in dkms.conf. Kbuild runs it before it builds
# anything. The file is left alone where it says the same already.
#
#	abi.sh --list	names all headers that a user of hmap is built with, and writes nothing
set -e
headers="compat.h hmap-types.h layout.h find.h hmap-iter.h hmap.h hmap-cursor.h hmap-stats.h
	 hmap-typed.h"
if [ "$1" = --list ]; then
	echo "$headers hmap-abi.h"
	exit
fi
cd "$(dirname "$0")/../hmap"
# shellcheck disable=SC2086 # a list
sum=$(cat $headers | cksum)
version=$(sed -n 's/^PACKAGE_VERSION=//p' ../dkms.conf)
text="/* SPDX-License-Identifier: GPL-2.0 */
/* Made by scripts/abi.sh. */
#define HMAP_ABI hmap_abi_$(printf '%08x' "${sum%% *}")
#define HMAP_VERSION $version
extern const char HMAP_ABI;
static const char * const __hmap_abi __used = &HMAP_ABI;"
[ "$(cat hmap-abi.h 2>/dev/null)" = "$text" ] || printf '%s\n' "$text" >hmap-abi.h
