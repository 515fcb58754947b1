#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# Guest for the sample device under its fuzzer, for so long as hmap_seconds= on the
# kernel's command line says, from hmap_seed= on. hmap_round= does only that round.
# shellcheck source=scripts/guest-lib.sh
. /lib/guest-lib.sh

seconds=$(argument hmap_seconds)
seed=$(argument hmap_seed)
round=$(argument hmap_round)

allow_faults
load /modules/hmap.ko
# Few enough that the limit is met, and enough for tables to be split.
load /modules/hmap_kv.ko max_entries=400
# shellcheck disable=SC2086 # no word, or one
/bin/kv_fuzz "$seed" "$seconds" $round || fail "kv_fuzz"

unload_all
check_kernel_log

finish "$failed"
