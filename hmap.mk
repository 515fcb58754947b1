# SPDX-License-Identifier: GPL-2.0
#
# To be included by the Kbuild file of a module that uses hmap, or by the Makefile that stands for
# it. Headers and Module.symvers come together: from beside this file, after make here, or from
# where DKMS has put those of the hmap that it has built for this kernel.
hmap-here := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
hmap-dirs := $(hmap-here) /var/lib/dkms/hmap/kernel-$(KERNELRELEASE)-*
hmap-symvers := $(firstword $(wildcard $(addsuffix /Module.symvers,$(hmap-dirs))))

ifneq ($(hmap-symvers),)
subdir-ccflags-y += -I$(patsubst %/,%,$(dir $(hmap-symvers)))
KBUILD_EXTRA_SYMBOLS += $(hmap-symvers)
else
subdir-ccflags-y += -I$(hmap-here)
$(warning hmap is not built for the kernel $(KERNELRELEASE): no Module.symvers in $(hmap-dirs))
endif
