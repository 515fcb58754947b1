# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The fuzzer's corpus, as it is kept in corpus.txt: a line of hexadecimal digits for
# each input. Sourced.

CORPUS=$(dirname "${BASH_SOURCE[0]}")/corpus.txt
# The longest input, in bytes.
# shellcheck disable=SC2034 # for those who source this
MAX_LEN=2048

# unpack_corpus DIR: a file for each input.
unpack_corpus() {
	local line n=0

	rm -rf "$1"
	mkdir -p "$1"
	while read -r line; do
		[[ $line != '#'* ]] || continue
		# shellcheck disable=SC2001 # no pattern of bash's repeats a match
		printf '%b' "$(sed 's/../\\x&/g' <<<"$line")" >"$1/$n"
		n=$((n + 1))
	done <"$CORPUS"
}

# pack_corpus DIR: into corpus.txt, short ones first.
pack_corpus() {
	local file

	{
		grep '^#' "$CORPUS"
		for file in "$1"/*; do
			od -An -v -tx1 "$file" | tr -d ' \n'
			echo
		done | awk '{ print length, $0 }' | sort -n | cut -d' ' -f2
	} >"$CORPUS.new"
	mv "$CORPUS.new" "$CORPUS"
}
