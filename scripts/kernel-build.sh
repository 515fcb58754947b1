# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Build a kernel from Debian's source into the cache. Sourced, after lib.sh, by
# scripts that set
#
#   NAME      of the kind of kernel, which the cache entry begins with
#   VERSION   of the kernel, as in linux-source-VERSION
#   ARCH      the architecture that make is told
#   BASE      a configuration of the kernel's own to start from, if any
#   DEFAULTS  what all other options become: alldefconfig or allnoconfig
#   CONFIGS   fragments that go on top
#   TARGETS   what to make
#
# and call ensure_kernel.

LOG=$HMAP_LOG/kernel-$NAME-$VERSION.log

# As kbuild chooses it.
compiler() {
	if [ -n "${LLVM:-}" ]; then
		echo clang
	else
		echo "${CROSS_COMPILE:-}gcc"
	fi
}

# A build is reused as long as nothing that shaped it has changed.
build_key() {
	{
		cat "${CONFIGS[@]}"
		"$(compiler)" --version
	} | sha256sum | cut -c1-12
}

# configure SOURCE BUILD-DIRECTORY
configure() {
	(
		cd "$1" &&
			KCONFIG_CONFIG=$2/wanted.config scripts/kconfig/merge_config.sh \
				-m -O "$2" ${BASE:+"$BASE"} "${CONFIGS[@]}" &&
			make ARCH="$ARCH" O="$2" KCONFIG_ALLCONFIG="$2/wanted.config" "$DEFAULTS"
	) >"$LOG" 2>&1 </dev/null || die "configuring the kernel failed, see $LOG"
}

# What the fragments say of each option: the last one that names it is right.
wanted_options() {
	cat "${CONFIGS[@]}" | tac | awk '
		/^(# )?CONFIG_/ {
			option = $0
			gsub(/^# |[= ].*$/, "", option)
			if (!seen[option]++)
				print
		}'
}

# Options whose dependencies are not met are dropped, and selected ones kept,
# without a word.
verify_config() {
	local option

	while read -r option; do
		grep -qxF "$option" "$1/.config" || die "the kernel configuration lost $option"
	done < <(wanted_options | grep -E '^CONFIG_.*=')
	while read -r option; do
		! grep -q "^$option=" "$1/.config" || die "the kernel configuration kept $option"
	done < <(wanted_options | sed -n 's/^# \(CONFIG_.*\) is not set$/\1/p')
}

build() {
	run_long "building the kernel $NAME $VERSION" "$LOG" \
		make ARCH="$ARCH" O="$2" -C "$1" -j"$(nproc)" "${TARGETS[@]}" ||
		die "building the kernel failed, see $LOG"
}

# Kernels of the same kind that other configurations have left behind. Another
# checkout may still use them, so only those go that nobody has used for a week;
# incomplete ones are garbage, as the caller holds the lock.
prune() {
	local dir

	for dir in "$HMAP_CACHE/$NAME-$VERSION".*; do
		[ "$dir" != "$1" ] || continue
		[ -z "$(find "$dir/complete" -mtime -7 2>/dev/null)" ] || continue
		say "removing an old kernel from the cache: $dir"
		rm -rf "$dir"
	done
}

# The build directory holds its own name, so it cannot be renamed into place: a
# stamp tells that it is complete.
make_kernel() (
	lock_cache
	# Another run may have made it while this one waited.
	[ ! -e "$2/complete" ] || return 0
	rm -rf "$2"
	require_room 1 "building the kernel $NAME $VERSION"
	mkdir "$2"
	configure "$1" "$2"
	verify_config "$2"
	build "$1" "$2"
	touch "$2/complete"
	prune "$2"
)

# Print the build directory of the kernel.
ensure_kernel() {
	local source dir

	source=$("$HMAP_SCRIPTS/kernel-source.sh" "$VERSION")
	dir=$HMAP_CACHE/$NAME-${source##*/source-}-$(build_key)
	if [ -e "$dir/complete" ]; then
		touch -c "$dir/complete" 2>/dev/null || : # in use, says prune
	else
		make_kernel "$source" "$dir"
	fi
	printf '%s\n' "$dir"
}
