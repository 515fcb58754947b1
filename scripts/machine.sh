# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Machines other than this one, by the names that Debian has for them. Sourced after lib.sh;
# what installs something also after apt.sh.

# triplet_of MACHINE: which its tools' names begin with, and a dash.
triplet_of() {
	case $1 in
	arm64) echo aarch64-linux-gnu ;;
	s390x) echo s390x-linux-gnu ;;
	ppc64) echo powerpc64-linux-gnu ;;
	ppc64el) echo powerpc64le-linux-gnu ;;
	riscv64) echo riscv64-linux-gnu ;;
	*) die "there is no machine $1" ;;
	esac
}

# emulator_of MACHINE: what QEMU calls it.
emulator_of() {
	case $1 in
	arm64) echo aarch64 ;;
	ppc64el) echo ppc64le ;;
	*) echo "$1" ;;
	esac
}

# kernel_arch_of MACHINE: what the kernel calls it.
kernel_arch_of() {
	case $1 in
	s390x) echo s390 ;;
	*) echo "$1" ;;
	esac
}

# image_of MACHINE: what is booted, in the kernel's build directory.
image_of() {
	case $1 in
	arm64) echo arch/arm64/boot/Image ;;
	s390x) echo arch/s390/boot/bzImage ;;
	*) die "no kernel is built for $1" ;;
	esac
}

# qemu_of [MACHINE]: the package that emulates all of it; without MACHINE: of this one.
qemu_of() {
	case ${1:-} in
	'') echo qemu-system-x86 ;;
	arm64) echo qemu-system-arm ;;
	*) echo qemu-system-misc ;;
	esac
}

# ensure_cross MACHINE: a compiler for it.
ensure_cross() {
	ensure_packages "gcc-$(triplet_of "$1")" "libc6-dev-$1-cross"
}
