# SPDX-License-Identifier: GPL-2.0
#
# For people; the kernel's build system reads Kbuild instead.

KDIR ?= /lib/modules/$(shell uname -r)/build

# Where headers_install puts what another module is built with: it takes HMAP= this.
HEADERS_DIR ?= /usr/src/hmap

ifneq ($(MAKECMDGOALS),help)
ifneq ($(word 2,$(CURDIR)),)
$(error the path "$(CURDIR)" has a space, and the kernel builds no module in such a place)
endif
endif

no_kdir = no kernel headers at $(KDIR): install linux-headers-$(shell uname -r) (Debian), \
	  kernel-devel-$(shell uname -r) (Fedora) or linux-headers (Arch), or give KDIR=
ifneq ($(origin KDIR),file)
no_kdir = KDIR=$(KDIR) is not where a kernel was built, or its headers are: it has no Makefile
endif

# As for the kernel itself, O= tells where that was built, with KDIR= its sources.
ifneq ($(O),)
ifeq ($(wildcard $(O)/include/config/auto.conf),)
$(error O=$(O) is not where a kernel was built; to build hmap elsewhere, give MO= (with Linux 6.13 \
	or later), or copy this directory)
endif
endif

all: modules

# HMAP_KUNIT=, HMAP_BENCH=, HMAP_SAMPLES=, W= and C= reach kbuild from the command line, and
# INSTALL_MOD_PATH=, INSTALL_MOD_DIR=.
modules modules_install:
	$(if $(wildcard $(KDIR)/Makefile),,$(error $(no_kdir)))
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

# TREE= the source of a kernel
in-tree:
	@scripts/in-tree.sh "$(TREE)"

# DESTDIR= a directory that stands for the root
headers_install: headers := $(shell scripts/abi.sh && scripts/abi.sh --list)
headers_install:
	install -d "$(DESTDIR)$(HEADERS_DIR)/hmap"
	install -m 644 $(headers:%=hmap/%) "$(DESTDIR)$(HEADERS_DIR)/hmap"
	install -m 644 hmap.mk $(wildcard Module.symvers) "$(DESTDIR)$(HEADERS_DIR)"

# DESTDIR= likewise
tools_install: pages := $(wildcard tools/*.8)
tools_install:
	$(if $(wildcard tools/hmapstat),install -D -t "$(DESTDIR)/usr/sbin" tools/hmapstat)
	$(if $(wildcard tools/hmap.py),install -D -m 644 -t "$(DESTDIR)/usr/share/hmap" tools/hmap.py)
	$(if $(pages),install -D -m 644 -t "$(DESTDIR)/usr/share/man/man8" $(pages))

deb:
	@scripts/deb.sh

user:
	$(MAKE) -C kunit/user check

demo:
	@scripts/demo.sh

check:
	@scripts/check.sh

check-full:
	@scripts/check-full.sh

check-arch:
	@scripts/check-arch.sh

# DURATION= seconds for each kind of map
stress:
	@JOBS=1 HMAP_STAGES=stress scripts/check.sh
	@JOBS=1 HMAP_STAGES=stress-smp scripts/check-full.sh

# QUICK=1 takes under two minutes; what else there is to set, scripts/bench.sh tells.
bench:
	@scripts/bench.sh

# QUICK=1 measures less; PEERS="hmap boost" only those; ROUNDS= how often
bench-user:
	@scripts/bench-user.sh

# Into build/htmldocs, and build/man.
htmldocs:
	@scripts/htmldocs.sh

man:
	@scripts/man.sh

clean:
	$(if $(wildcard $(KDIR)/Makefile),$(MAKE) -C $(KDIR) M=$(CURDIR) clean)
	$(if $(wildcard kunit/user/Makefile),$(MAKE) -C kunit/user clean)
	rm -rf build hmap/hmap-abi.h .checkpatch-camelcase.*

help:
	@echo 'To use it:'
	@echo '  make              build hmap.ko for the running kernel, or for KDIR=;'
	@echo '                    HMAP_SAMPLES=1 adds the samples, HMAP_KUNIT=1 the tests'
	@echo '  make modules_install'
	@echo '                    put it where modprobe finds it; INSTALL_MOD_PATH= is another root'
	@echo '  make headers_install'
	@echo '                    put what other modules are built with into $(HEADERS_DIR);'
	@echo '                    DESTDIR= is another root'
	@echo '  make in-tree      put it into the source of a kernel, TREE=, to be built in'
	@echo '  make deb          the packages hmap-dkms and hmap-dev for Debian, in build/deb'
	@echo '  make htmldocs     the documentation, into build/htmldocs/index.html'
	@echo '  make man          manual pages of the calls, into build/man'
	@echo '  make clean        remove what was built here'
	@echo
	@echo 'To see it work:'
	@echo '  make demo         boot a stock kernel in a virtual machine, and show a map in each'
	@echo '                    of 10,000 files: about a minute'
	@echo '  make user         test the core in user space, without a kernel: minutes'
	@echo '  make check        run every test; HMAP_STAGES="user kunit" runs some of its stages,'
	@echo '                    JOBS=1 one at a time'
	@echo '  make check-full   run what takes long: other kernels, and those that check themselves;'
	@echo '                    HMAP_STAGES= likewise'
	@echo '  make check-arch   run on other machines, and on other stock kernels; HMAP_STAGES= likewise'
	@echo '  make stress       readers beside a writer; DURATION= seconds for each kind of map'
	@echo '  make bench        measure hmap beside other maps of the kernel; QUICK=1 is shorter'
	@echo '  make bench-user   measure it beside maps of other languages; QUICK=1 does less'
	@echo
	@echo 'htmldocs, man, demo, checks and benchmarks run on Debian 12. They install missing tools with'
	@echo 'apt, for which they need root, and keep kernels in HMAP_CACHE (~/.cache/hmap); remove that'
	@echo 'to get newer ones.'

.PHONY: all modules modules_install headers_install user demo check check-full stress bench bench-user htmldocs man clean help tools_install deb in-tree check-arch
