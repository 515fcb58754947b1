# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Build the modules in a copy of the sources: kbuild writes beside the sources of
# an external module, and the user's own build is not ours to disturb. Sourced
# after lib.sh. UML and KDIR are the build directories of the two kernels.

# shellcheck source=scripts/machine.sh
. "$HMAP_SCRIPTS/machine.sh"

# copy_sources DIR: fresh, so that every warning shows up again.
copy_sources() {
	rm -rf "$1"
	mkdir -p "$1"
	tar -c -C "$HMAP_TOP" --exclude=./build --exclude=./.git \
		--exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' \
		--exclude='.*.cmd' --exclude=Module.symvers --exclude=modules.order . |
		tar -x -C "$1"
}

build_modules() {
	local kdir=$1 dir=$2
	shift 2

	make -C "$kdir" M="$dir" -j"$(nproc)" "$@" modules
}

# no_warnings LOG: of the compiler, of modpost or of make. Other tools than those of the
# kernel is no news, nor that User-Mode Linux 5.10 names a directory which it does not have.
no_warnings() {
	! grep -i -E '\bwarning:' "$1" | grep -v -e 'differs from the one used to build the kernel' \
		-e 'warning: [^ ]*/arch/um/include/uapi: No such file or directory' ||
		die "the build is not free of warnings"
}

# All leave their log in DIRECTORY.log. UML_DIR is where modules for a version of
# User-Mode Linux are built, if not in the one of the default version.
build_for_uml() {
	local dir=${UML_DIR:-$HMAP_BUILD/uml} options=()

	# On two CPUs the tests wait for thousands of grace periods, of some 20 ms each.
	! grep -q '^CONFIG_\(SMP\|KASAN\)=y' "$UML/.config" || options=(KCFLAGS=-DHMAP_SLOW=2)
	! grep -q '^CONFIG_UBSAN=y' "$UML/.config" || options+=(UBSAN_SANITIZE=y)
	copy_sources "$dir"
	build_modules "$UML" "$dir" ARCH=um HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_MISUSE=1 \
		HMAP_SAMPLES=1 W=1 "${options[@]}" 2>&1 | tee "$dir.log"
}

# Where modules for a stock kernel are built, of the kind STOCK.
stock_dir() {
	echo "$HMAP_BUILD/stock${STOCK:+-$STOCK}"
}

# What make is told for a kernel of another machine, or one whose compiler is not there. That
# may have had options of its own.
make_options() {
	local triplet=''

	[ -n "${STOCK:-}" ] || return 0
	if [ -n "$MACHINE" ]; then
		triplet=$(triplet_of "$MACHINE")-
		echo "ARCH=$(kernel_arch_of "$MACHINE") CROSS_COMPILE=$triplet"
	fi
	echo "CC=${triplet}gcc CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT="
}

# shellcheck disable=SC2153 # KDIR is not a slip for kdir
build_for_stock() {
	local dir

	dir=$(stock_dir)
	copy_sources "$dir"
	{
		# shellcheck disable=SC2046 # a word an option
		build_modules "$KDIR" "$dir" HMAP_SAMPLES=1 HMAP_STRESS=1 W=1 $(make_options)
		build_kv_demo "$dir"
	} 2>&1 | tee "$dir.log"
}

# For a kernel of kernel-debug.sh, which does without UBSAN itself.
build_for_debug() {
	local dir=$HMAP_BUILD/debug

	copy_sources "$dir"
	{
		build_modules "$DEBUG" "$dir" HMAP_KUNIT=1 HMAP_STRESS=1 HMAP_MISUSE=1 \
			HMAP_SAMPLES=1 UBSAN_SANITIZE=y W=1 KCFLAGS=-DHMAP_SLOW=3
		build_kv_demo "$dir"
		build_guest_programs "$dir"
	} 2>&1 | tee "$dir.log"
}

# build_for_machine DIR: for KERNEL, of kernel-machine.sh.
build_for_machine() {
	local slow=2

	! grep -q '^CONFIG_KASAN=y' "$KERNEL/.config" || slow=3
	copy_sources "$1"
	build_modules "$KERNEL" "$1" ARCH="$(kernel_arch_of "$MACHINE")" \
		CROSS_COMPILE="$(triplet_of "$MACHINE")-" HMAP_KUNIT=1 W=1 \
		KCFLAGS=-DHMAP_SLOW=$slow 2>&1 | tee "$1.log"
}

# Programs for guests are static, as there are no libraries.
build_kv_demo() {
	"${MACHINE:+$(triplet_of "$MACHINE")-}gcc" -O2 -Wall -static -o "$1/kv_demo" \
		"$1"/kunit/guest/kv_demo*.c
}

build_guest_programs() {
	gcc -O2 -Wall -static -o "$1/kv_fuzz" "$1"/kunit/guest/{kv_fuzz,fuzz_*}.c \
		"$1/kunit/guest/kv_demo_lib.c"
	gcc -O2 -Wall -static -o "$1/read_debugfs" "$1/kunit/guest/read_debugfs.c"
}
