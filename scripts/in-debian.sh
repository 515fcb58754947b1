#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# in-debian.sh DIRECTORY COMMAND...
#
# Run a command with the programs of a Debian that deb-chroot.sh has made, and all else of this
# machine: the checkout and the cache are where they are, and the directory stays as it is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -ge 2 ] || die "usage: in-debian.sh DIRECTORY COMMAND..."

require_root "to see another Debian's programs"
for path in "$HMAP_TOP" "$HMAP_CACHE"; do
	[[ $path != /usr/* ]] || cannot "$path would be hidden by another Debian's /usr"
done
[[ -L /bin && -L /lib && -d /var/lib/dpkg ]] || cannot "this is no Debian with all programs in /usr"
unshare --mount true || cannot "this machine, perhaps a container, does not allow mounts"

# /usr comes last, as mount is from there. Whoever asks for a package asks that Debian.
# shellcheck disable=SC2016 # for the shell in there
exec unshare --mount sh -e -c '
	root=$1
	shift
	mount --bind "$root/var/lib/dpkg" /var/lib/dpkg
	mount --bind "$root/etc" /etc
	mount --bind "$root/usr" /usr
	exec env PATH=/usr/local/bin:/usr/sbin:/usr/bin "$@"' sh "$@"
