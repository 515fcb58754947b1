# SPDX-License-Identifier: GPL-2.0
#
# Tables of the rows where,impl,op,n,unit,value of the benchmark in user space: first
# what an operation takes, then that in relation to hmap, and at last the targets. The
# variable impls holds the columns.

{
	value[$2, $3, $4] = $6
	unit[$3] = $5
	if (!(($3, $4) in seen)) {
		seen[$3, $4]
		sizes[$3] = sizes[$3] " " $4
	}
}

# The columns of one kind of key.
function columns(suffix, into,	all, i, n, nr)
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
	if (base == "")
		return sprintf("%.1f", value[impl, op, n])
	if (!((base, op, n) in value))
		return "-"
	return sprintf("%.2fx", value[impl, op, n] / value[base, op, n])
}

function has_any(op, n, cols, nr,		i)
{
	for (i = 1; i <= nr; i++)
		if (cols[i] != "floor" && (cols[i], op, n) in value)
			return 1
	return 0
}

function heading(title, suffix, cols, nr,		i, name)
{
	printf "\n%s\n%-12s %8s", title, "", "n"
	for (i = 1; i <= nr; i++) {
		name = cols[i]
		sub(suffix "$", "", name)
		printf " %12s", name
	}
	printf "\n"
}

# In relation to base, if that is not empty.
function table(title, suffix, base,		cols, nr, i, k, o, op, size, ns)
{
	nr = columns(suffix, cols)
	heading(title, suffix, cols, nr)
	for (o = 1; o <= nr_ops; o++) {
		op = ops[o]
		ns = split(sizes[op], size, " ")
		for (k = 1; k <= ns; k++) {
			if (!has_any(op, size[k], cols, nr))
				continue
			printf "%-12s %8d", op, size[k]
			for (i = 1; i <= nr; i++)
				printf " %12s", cell(cols[i], op, size[k], base)
			printf "\n"
		}
	}
}

# How hmap's time on a row relates to the peer's; 0 if one is missing.
function ratio_to(peer, suffix, op, n,		base)
{
	base = "hmap" suffix
	if (!((base, op, n) in value) || !((peer suffix, op, n) in value))
		return 0
	return value[base, op, n] / value[peer suffix, op, n]
}

# Names the rows, from size least on, where hmap takes more than most times as long.
function judge(suffix, which, peer, most, least,	list, no, size, ns, o, k, r, nr, bad)
{
	no = split(which, list, " ")
	nr = 0
	bad = ""
	for (o = 1; o <= no; o++) {
		ns = split(sizes[list[o]], size, " ")
		for (k = 1; k <= ns; k++) {
			r = size[k] < least ? 0 : ratio_to(peer, suffix, list[o], size[k])
			nr += r > 0
			if (r > most)
				bad = bad sprintf(", %s %d %.2fx", list[o], size[k], r)
		}
	}
	printf "  hmap%s, %s%s: ", suffix, peer, suffix
	if (!nr)
		print "not measured"
	else if (bad == "")
		print "met, on all of " nr " rows"
	else
		print "NOT MET" bad
}

function targets(suffix)
{
	print " Faster than Go's maps on every row:"
	judge(suffix, timed, "go_classic", 1, 0)
	judge(suffix, timed, "go_swiss", 1, 0)
	print " From 1000 entries, hit, insert and delete within 1.3 times Boost's:"
	judge(suffix, "hit insert delete", "boost", 1.3, 1000)
	print " From 1000 entries, miss within twice Boost's:"
	judge(suffix, "miss", "boost", 2, 1000)
}

END {
	timed = "empty one eight empty_lookup hit miss insert delete iterate churn"
	nr_ops = split(timed " bytes", ops, " ")
	table("u64 -> u64: ns; bytes", "", "")
	table("u64 -> u64: in relation to hmap", "", "hmap")
	table("strings of 16 to 31 bytes -> u64: ns; bytes", "_string", "")
	table("strings -> u64: in relation to hmap", "_string", "hmap_string")
	print "\nTargets, with hmap's time in relation to the other's"
	targets("")
	targets("_string")
}
