# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Debian packages: tools are installed, kernels are only unpacked into the cache. Root is
# needed to install, and not to download. Sourced after lib.sh.

APT_LOG=$HMAP_LOG/apt.log

# What a package is wanted for, a command or a file: where there is no dpkg, as in Fedora or Arch,
# that is looked for. A library says by itself that it is missing.
brings() {
	case $1 in
	coccinelle) echo spatch ;;
	debhelper) echo dh ;;
	dh-dkms) echo dh_dkms ;;
	dpkg-dev) echo dpkg-buildpackage ;;
	gcc-aarch64-linux-gnu) echo aarch64-linux-gnu-gcc ;;
	gnuplot-nox) echo gnuplot ;;
	libc6-dev) echo /usr/include/stdio.h ;;
	libelf-dev) echo /usr/include/libelf.h ;;
	lib*) ;;
	lld) echo ld.lld ;;
	llvm) echo llvm-profdata ;;
	qemu-system-x86) echo qemu-system-x86_64 ;;
	uthash-dev) echo /usr/include/uthash.h ;;
	util-linux) echo taskset ;;
	xz-utils) echo xz ;;
	*) echo "$1" ;;
	esac
}

is_there() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) [ -z "$1" ] || command -v "$1" >/dev/null ;;
	esac
}

is_installed() {
	if command -v dpkg-query >/dev/null; then
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
	else
		is_there "$(brings "$1")"
	fi
}

# with_fresh_lists WHAT COMMAND...
#
# Package lists may be absent (containers) or stale (old versions are gone from
# the archive). Only then is it worth fetching them, so: try, update as root, try again.
# The result of the update itself does not matter, an unrelated source may be
# broken; what matters is whether the command works after it.
with_fresh_lists() {
	local what=$1
	shift

	run_long "$what" "$APT_LOG" "$@" && return
	if [ "$(id -u)" -ne 0 ]; then
		say "that failed; it may help to run, as root: apt-get update"
		return 1
	fi
	run_long "fetching package lists" "$HMAP_LOG/apt-update.log" apt-get update || :
	run_long "$what" "$APT_LOG" "$@"
}

# Nothing of the host's may have to go for our tools.
apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-remove -o DPkg::Lock::Timeout=120 \
		install --no-install-recommends "$@"
}

# require_apt WHAT: as a download is the only way to get it.
require_apt() {
	command -v apt-get >/dev/null ||
		cannot "$1, and is a package of Debian, but there is no apt-get here; with a copy" \
			"of a filled HMAP_CACHE it is not needed"
}

# cannot_install PACKAGE...
cannot_install() {
	local package things=()

	if command -v dpkg-query >/dev/null; then
		cannot "missing: $*; install them, as root: apt-get install $*"
	fi
	for package; do
		things+=("$(brings "$package")")
	done
	cannot "missing: ${things[*]} (in Debian that is $*); there is no apt-get here, so" \
		"install them as this system does it"
}

# ensure_packages PACKAGE...: does not touch apt when nothing is missing.
ensure_packages() {
	local package missing=()

	for package; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		cannot_install "${missing[@]}"
	fi
	# Our own runs must not meet in apt: its lock on the lists does not wait.
	(
		lock_cache
		with_fresh_lists "installing ${missing[*]}" apt_install "${missing[@]}" ||
			cannot "cannot install ${missing[*]} (no network?), see $APT_LOG"
	)
}

# What apt-get and apt-cache are told below, if not to use the machine's own sources.
APT_OPTIONS=()

# Names of the packages matching REGEX that PACKAGE depends on.
depends_on() {
	apt-cache "${APT_OPTIONS[@]}" depends "$1" |
		awk -v re="^$2\$" '$1 == "Depends:" && $2 ~ re { print $2 }'
}

# download DIR PACKAGE...
download() (
	cd "$1" && shift && apt-get -q "${APT_OPTIONS[@]}" download "$@"
)

# The archives that apt knows, as lines for a sources.list, with another suite.
sources_of_suite() {
	# shellcheck disable=SC2016 # for apt to expand
	apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v suite="$1" '$1 == "main" { print "deb", $2, suite, "main" }' |
		sort -u
}

# use_suite SUITE DIR [MACHINE]: from now on, one that is not among the machine's own
# sources, by lists of our own, so that apt here goes on not knowing it; also one for
# another machine. Nothing counts as installed, which would be what apt prefers.
use_suite() {
	local lists=$2/lists-$1${3:+-$3} sources=$2/$1${3:+-$3}.list

	APT_OPTIONS=(-o Dir::Etc::sourcelist="$sources" -o Dir::Etc::sourceparts=-
		-o Dir::State::Lists="$lists" -o Dir::State::status=/dev/null
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		${3:+-o APT::Architecture="$3" -o APT::Architectures="$3"})
	[ ! -e "$sources" ] || return 0
	mkdir -p "$lists/partial"
	sources_of_suite "$1" >"$sources"
	# Not every archive has every suite: what matters is the download.
	apt-get -q "${APT_OPTIONS[@]}" update || :
}

# download_from SUITE DIR PACKAGE...
download_from() (
	use_suite "$1" "$2"
	shift
	download "$@"
)

# unpack DEB DIR [PATH]: all of the package, or only what is below PATH.
unpack() {
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" "${3:-.}"
}
