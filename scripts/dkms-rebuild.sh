#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# dkms-rebuild.sh KERNEL ARCH: called by DKMS after it has installed hmap for that kernel. Those who
# use hmap there were built with another one, and may not load with this. From 3.2 on DKMS builds
# them anew by itself, if they say BUILD_DEPENDS_REBUILD.
case $(dkms --version) in
dkms-[12].* | dkms-3.[01].*) ;;
*) exit 0 ;;
esac

# Of an installed module there is a link to what was built.
for link in /var/lib/dkms/*/kernel-"$1-$2"; do
	built=$(readlink "$link")
	version=${built%%/*}
	dir=$(dirname "$link")
	module=$(basename "$dir")/$version
	grep -E -q '^BUILD_DEPENDS.*[="]hmap("|$)' "$dir/$version/source/dkms.conf" || continue
	echo "$module uses hmap, and is built anew:"
	dkms unbuild "$module" -k "$1" -a "$2" && dkms install "$module" -k "$1" -a "$2"
done
