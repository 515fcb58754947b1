#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build User-Mode Linux from Debian's linux-source and print its build directory.
# Modules for it are built with: make -C DIRECTORY ARCH=um M=...
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/apt.sh
. "$HMAP_SCRIPTS/apt.sh"

CONFIG=$HMAP_SCRIPTS/uml.config
LOG=$HMAP_LOG/kernel-uml.log

# A build is reused as long as nothing that shaped it has changed.
build_key() {
	{
		cat "$CONFIG"
		gcc --version
	} | sha256sum | cut -c1-12
}

# configure SOURCE BUILD-DIRECTORY
configure() {
	(
		cd "$1" &&
			KCONFIG_CONFIG=$2/.config ARCH=um scripts/kconfig/merge_config.sh \
				-m -O "$2" arch/um/configs/x86_64_defconfig "$CONFIG" &&
			make ARCH=um O="$2" olddefconfig
	) >"$LOG" 2>&1 </dev/null || die "configuring the kernel failed, see $LOG"
}

# olddefconfig drops options whose dependencies are not met, and keeps selected
# ones, without a word.
verify_config() {
	local option

	while read -r option; do
		grep -qxF "$option" "$1/.config" || die "the kernel configuration lost $option"
	done < <(grep -E '^CONFIG_.*=' "$CONFIG")
	while read -r option; do
		! grep -q "^$option=" "$1/.config" || die "the kernel configuration kept $option"
	done < <(sed -n 's/^# \(CONFIG_.*\) is not set$/\1/p' "$CONFIG")
}

build() {
	run_long "building the kernel" "$LOG" \
		make ARCH=um O="$2" -C "$1" -j"$(nproc)" linux modules ||
		die "building the kernel failed, see $LOG"
}

# The build directory holds its own name, so it cannot be renamed into place: a
# stamp tells that it is complete.
make_kernel() (
	lock_cache
	# Another run may have made it while this one waited.
	[ ! -e "$2/complete" ] || return 0
	rm -rf "$2"
	mkdir "$2"
	configure "$1" "$2"
	verify_config "$2"
	build "$1" "$2"
	touch "$2/complete"
)

ensure_packages gcc libc6-dev make flex bison bc
source=$("$HMAP_SCRIPTS/kernel-source.sh")
dir=$HMAP_CACHE/uml-${source##*/source-}-$(build_key)
if [ ! -e "$dir/complete" ]; then
	make_kernel "$source" "$dir"
fi
printf '%s\n' "$dir"
