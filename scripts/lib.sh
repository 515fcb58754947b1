# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What all host scripts share: messages, logs, the cache and its lock. Sourced.
#
# Standard output belongs to results that another script reads; everything meant
# for a person goes to standard error.

# It may be unset in a container or a service, where one is root.
export HOME=${HOME:-/root}
HMAP_CACHE=$(realpath -m "${HMAP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hmap}")
HMAP_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for those who source this
HMAP_SCRIPTS=$HMAP_TOP/scripts
HMAP_BUILD=$HMAP_TOP/build
HMAP_LOG=$HMAP_BUILD/log
mkdir -p "$HMAP_LOG"

# Messages are parsed, and "make check" must not hand its own flags and variables
# down to the kernel's build.
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL ARCH CROSS_COMPILE KBUILD_OUTPUT

# Let a failure inside $(...) end the script too; and Ctrl-C, which bash ignores
# when the command in the foreground deals with it, as QEMU does.
shopt -s inherit_errexit
trap 'exit 130' INT

say() {
	printf 'hmap: %s\n' "$*" >&2
}

die() {
	printf 'hmap: error: %s\n' "$*" >&2
	tell_reason "$*"
	exit 1
}

# For what this machine cannot do or get, such as a package without a network: who
# can do without ends otherwise than with an error.
CANNOT=77
cannot() {
	printf 'hmap: error: %s\n' "$*" >&2
	tell_reason "$*"
	exit "$CANNOT"
}

# To whoever has set HMAP_REASON to the name of a file.
tell_reason() {
	[ -z "${HMAP_REASON:-}" ] || printf '%s\n' "$*" >"$HMAP_REASON"
}

for path in "$HMAP_TOP" "$HMAP_CACHE"; do
	[[ $path != *[[:space:]]* ]] ||
		die "the path \"$path\" has a space, and the kernel builds no module in such a place"
done

require_root() {
	[ "$(id -u)" -eq 0 ] || cannot "$1 needs root"
}

elapsed() {
	printf '%dm%02ds' $(($1 / 60)) $(($1 % 60))
}

# Sign of life of a long step. It waits in read, on a pipe that stays silent: a
# sleep would outlive the step and keep the caller's pipes and locks open. For the
# same reason it looks often whether a killed script has left it behind.
heartbeat() {
	local what=$1 log=$2 parent=$$ start=$SECONDS next=15

	exec {silent}<> <(:)
	until read -r -t 1 -u "$silent" || ! kill -0 "$parent" 2>/dev/null; do
		((SECONDS - start >= next)) || continue
		say "still $what ($(elapsed $((SECONDS - start)))), log: $log"
		next=$((next + 15))
	done
}

# with_heartbeat WHAT LOG COMMAND...: the command's output goes to the log alone.
with_heartbeat() {
	local what=$1 log=$2 beat status=0
	shift 2

	tell_waiting "$what"
	heartbeat "$what" "$log" >/dev/null </dev/null &
	beat=$!
	"$@" >"$log" 2>&1 </dev/null || status=$?
	kill "$beat" 2>/dev/null || :
	wait "$beat" 2>/dev/null || :
	return "$status"
}

run_long() {
	say "$1"
	with_heartbeat "$@"
}

# What the holder of a lock is busy with is beside the lock, for those that wait.
lock_held=''
tell_waiting() {
	[ -z "$lock_held" ] || printf '%s\n' "$1" >"$lock_held.busy"
}

say_waiting() {
	local busy

	busy=$(cat "$1.busy" 2>/dev/null || :)
	say "another run is $2${busy:+ ($busy)}; waiting for it"
}

# lock_file FILE WHY: held until this process and its children are gone, so a
# build that outlives a killed script still keeps others out.
lock_file() {
	local fd

	exec {fd}>"$1"
	if ! flock -n "$fd"; then
		until say_waiting "$1" "$2" && flock -w 60 "$fd"; do
			:
		done
	fi
	lock_held=$1
	rm -f "$1.busy"
}

lock_cache() {
	mkdir -p "$HMAP_CACHE" 2>/dev/null || die "cannot create the cache $HMAP_CACHE"
	lock_file "$HMAP_CACHE/lock" "filling the cache $HMAP_CACHE"
}

# require_room GIB WHAT: in the cache.
require_room() {
	local free

	free=$(df --output=avail -k "$HMAP_CACHE" | tail -n 1)
	[ "$free" -ge $(($1 * 1024 * 1024)) ] || cannot "$2 needs $1 GiB, and there is less in $HMAP_CACHE"
}

# The newest finished entry PREFIX* of the cache. Entries get their name when they
# are complete: what carries a name is usable, without a lock and offline. It may be
# a link to where there is more room.
cached() {
	find "$HMAP_CACHE" -maxdepth 1 -xtype d -name "$1*" 2>/dev/null | sort -V | tail -n 1 | grep .
}

# ensure_cached PREFIX FETCH: print the entry; the function FETCH makes one if there
# is none.
ensure_cached() {
	cached "$1" && return
	(
		lock_cache
		# Another run may have made it while this one waited.
		[ -n "$(cached "$1" || :)" ] || "$2"
	)
	cached "$1"
}

# A place for an unfinished entry. It is on the same file system, so that the
# final rename is atomic; the caller holds the lock, so leftovers are garbage.
cache_tmp() {
	rm -rf "$HMAP_CACHE"/tmp.*
	mktemp -d "$HMAP_CACHE/tmp.XXXXXX"
}
