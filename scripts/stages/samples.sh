#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The samples in User-Mode Linux, at the speed of this machine; and what the same module takes on
# hmap and on rhashtable, as the modules measure it themselves: see samples/flows.h.
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

CONSOLE=$HMAP_LOG/$STAGE-console.log

# Of what is measured several times, the median; rhashtable's by hmap's.
summary() {
	tr -d '\r' <"$CONSOLE" | awk '
		function median(key,    i, j, n, t, v) {
			n = split(values[key], v, " ")
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && v[j] + 0 < v[j - 1] + 0; j--) {
					t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
				}
			return v[int((n + 1) / 2)]
		}
		function add(what, value) {
			if (!((nr, what) in seen)) {
				seen[nr, what] = 1
				order[++rows] = nr " " what
			}
			values[module " " nr " " what] = values[module " " nr " " what] " " value
		}
		match($0, /(hmap|rhashtable)_flows: [0-9]+ flows: /) {
			split(substr($0, RSTART, RLENGTH), word, /[:_ ]+/)
			module = word[1]; nr = word[3]
			$0 = substr($0, RSTART + RLENGTH)
			if ($2 == "bytes") { add("bytes-empty", $1); add("bytes", $4) }
			else add($1, $2)
		}
		END {
			printf "%8s %-12s %10s %10s %6s\n", "flows", "", "hmap", "rhashtable", "ratio"
			for (i = 1; i <= rows; i++) {
				h = median("hmap " order[i]); r = median("rhashtable " order[i])
				split(order[i], word, " ")
				printf "%8d %-12s %10s %10s %6.2f\n", word[1], word[2], h, r, r / h
			}
			exit rows != 14
		}'
}

[ -e "$UML_DIR/hmap.ko" ] || build_for_uml
require_uml
"$HMAP_SCRIPTS/initramfs.sh" "$UML_DIR/samples.gz" "$HMAP_SCRIPTS/guest-samples.sh" \
	"$UML_DIR/hmap.ko" "$UML_DIR"/samples/*.ko kunit/guest/samples.sh
HMAP_VERBOSE=1 "$HMAP_SCRIPTS/boot-uml.sh" "$UML/linux" "$UML_DIR/samples.gz" 300 "$CONSOLE"
summary
