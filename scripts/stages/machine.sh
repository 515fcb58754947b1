#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What the scripts do, and say, on a machine where something is missing: root, apt, a package, the
# network. They run in a copy that belongs to somebody else.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
COPY=$DIR/hmap
WANTED='. scripts/lib.sh; . scripts/apt.sh; ensure_packages'

passed=0 failed=0

# says STATUS WORDS COMMAND...: the command exits with that status, and prints the words.
says() {
	local wanted=$1 words=$2 status=0 said
	shift 2

	said=$(cd "$COPY" && "$@" 2>&1 </dev/null) || status=$?
	if [ "$status" -eq "$wanted" ] && [[ $said == *"$words"* ]]; then
		echo "ok: ${said:-nothing is said}"
		passed=$((passed + 1))
	else
		echo "NOT OK: $*: status $status, and not \"$words\": $said"
		failed=$((failed + 1))
	fi
}

# not_root COMMAND...: as a user who has that copy. Nothing is fetched meanwhile.
not_root() {
	if [ "$(id -u)" -eq 0 ]; then
		unshare --net setpriv --reuid=65534 --regid=65534 --clear-groups \
			env HMAP_CACHE="$DIR/cache" "$@"
	else
		HMAP_CACHE=$DIR/cache "$@"
	fi
}

# no_apt COMMAND...: all that there is on this machine, but Debian's tools for packages.
no_apt() {
	env PATH="$DIR/bin" HMAP_CACHE="$DIR/cache" "$@"
}

# What scripts ask for, on a line that asks for it.
packages() {
	grep -rhoE 'ensure_packages [a-z][a-z0-9+. -]*' scripts | cut -d ' ' -f 2- | tr ' ' '\n' |
		sort -u | grep .
}

# Those that install.rst does not list, for who has to install them by other means.
unlisted() {
	local package

	for package in $(packages); do
		grep -q -w -F "$package" Documentation/install.rst || echo "$package"
	done
}

copy_sources "$COPY"
chmod 755 "$DIR"
mkdir "$DIR/cache" "$DIR/bin"
find /usr/sbin /usr/bin -mindepth 1 -maxdepth 1 -exec ln -sf -t "$DIR/bin" {} +
rm "$DIR"/bin/{apt,dpkg}*
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$COPY" "$DIR/cache"

says 0 "" not_root bash -c "$WANTED bash coreutils"
says "$CANNOT" "missing: hmap-no-such; install them, as root: apt-get install hmap-no-such" \
	not_root bash -c "$WANTED bash hmap-no-such"
says "$CANNOT" "it may help to run, as root: apt-get update" not_root scripts/busybox.sh
says "$CANNOT" "a chroot of Debian trixie needs root" not_root scripts/deb-chroot.sh trixie
says 0 "" no_apt bash -c "$WANTED bash xz-utils"
says "$CANNOT" "missing: hmap-no-such (in Debian that is hmap-no-such); there is no apt-get here" \
	no_apt bash -c "$WANTED bash hmap-no-such"
says "$CANNOT" "with a copy of a filled HMAP_CACHE it is not needed" no_apt scripts/busybox.sh
mkdir "$DIR/cache/busybox-1" "$DIR/cache/busybox-1/bin"
touch "$DIR/cache/busybox-1/bin/busybox"
says 0 "$DIR/cache/busybox-1/bin/busybox" no_apt scripts/busybox.sh
says 1 'cache of mine" has a space' env HMAP_CACHE="$DIR/cache of mine" scripts/busybox.sh

listed="$(packages | wc -l) packages are listed in install.rst"
says 0 "$listed, but for these: ." echo "$listed, but for these: $(unlisted)."

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
