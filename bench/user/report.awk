# SPDX-License-Identifier: GPL-2.0
#
# Tables of the rows where,impl,op,n,unit,value of the benchmark in user space: what
# an operation takes, and beside it how many times as much as hmap's. The variable
# impls holds the columns.

{
	value[$2, $3, $4] = $6
	unit[$3] = $5
	if (!(($3, $4) in seen)) {
		seen[$3, $4]
		sizes[$3] = sizes[$3] " " $4
	}
}

# The columns of one kind of key.
function columns(suffix, into,		all, i, n, nr)
{
	n = split(impls, all, " ")
	nr = 0
	for (i = 1; i <= n; i++)
		if ((all[i] ~ /_string$/) == (suffix != ""))
			into[++nr] = all[i]
	return nr
}

function cell(impl, op, n, base)
{
	if (!((impl, op, n) in value))
		return "-"
	if (impl == base || !((base, op, n) in value))
		return sprintf("%.1f", value[impl, op, n])
	return sprintf("%.1f %5.2fx", value[impl, op, n],
		       value[impl, op, n] / value[base, op, n])
}

function has_any(op, n, cols, nr,		i)
{
	for (i = 1; i <= nr; i++)
		if (cols[i] != "floor" && (cols[i], op, n) in value)
			return 1
	return 0
}

function table(suffix, title,		cols, nr, i, k, o, op, size, ns, n)
{
	nr = columns(suffix, cols)
	printf "\n%s\n%-13s %8s", title, "", "n"
	for (i = 1; i <= nr; i++)
		printf " %19s", cols[i]
	printf "\n"
	for (o = 1; o <= nr_ops; o++) {
		op = ops[o]
		ns = split(sizes[op], size, " ")
		for (k = 1; k <= ns; k++) {
			n = size[k]
			if (!has_any(op, n, cols, nr))
				continue
			printf "%-13s %8d", op, n
			for (i = 1; i <= nr; i++)
				printf " %19s", cell(cols[i], op, n, "hmap" suffix)
			printf "\n"
		}
	}
}

END {
	nr_ops = split("empty one eight empty_lookup hit miss insert delete " \
		       "iterate churn bytes", ops, " ")
	table("", "u64 -> u64: ns, or bytes, and in relation to hmap")
	table("_string", "strings of 16 to 31 bytes -> u64")
}
