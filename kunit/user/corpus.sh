# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The fuzzer's corpus, as it is kept in corpus.txt: a line of base64 for each input.
# Sourced.

CORPUS=$(dirname "${BASH_SOURCE[0]}")/corpus.txt
# The longest input that the fuzzer makes, and that is kept, in bytes.
# shellcheck disable=SC2034 # for those who source this
MAX_LEN=2048 MAX_KEPT=600

# unpack_corpus DIR: a file for each input.
unpack_corpus() {
	local line n=0

	rm -rf "$1"
	mkdir -p "$1"
	while read -r line; do
		base64 -d <<<"$line" >"$1/$n"
		n=$((n + 1))
	done < <(grep -v '^#' "$CORPUS")
}

# pack_corpus DIR: into corpus.txt, short ones first.
pack_corpus() {
	local file

	{
		grep '^#' "$CORPUS"
		for file in "$1"/*; do
			base64 -w 0 "$file"
			echo
		done | awk '{ print length, $0 }' | LC_ALL=C sort -k1n -k2 | cut -d' ' -f2
	} >"$CORPUS.new"
	mv "$CORPUS.new" "$CORPUS"
}
