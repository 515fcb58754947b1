#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tables.py RESULTS.csv: the kernel's part, as times, as ratios and as targets."""
import sys

from results import FEW, Results
from targets import targets

OPS = ["empty", "one", "eight", "empty_lookup", "sparse_100k", "insert", "hit", "miss",
       "iterate", "delete", "churn", "p50", "p99", "p999", "max", "readers"]
SIZES = [0, 1, 2, 8, 1000, 100000, 1000000, 1 << 20]
BYTES = [1, 8, 64, 1024, 8192, 65536, 1 << 20]
UNITS = {"ns": "", "bytes": " bytes", "allocations": " allocations"}
PEERS = ["rhashtable", "rhashtable_kfree", "hlist", "xarray"]
OBJECT_PEERS = ["rhashtable", "hlist"]

# What maps of few entries do, and at which numbers of them.
FEW_OPS = [("life", "ns"), ("life", "bytes"), ("in_out", "ns"), ("few_hit", "ns"),
           ("few_miss", "ns")]
FEW_SIZES = [0, 1, 2, 3, 4, 6, 8, 16]

# Results that are not of a peer, but of a peer in another situation.
SITUATIONS = ("_string", "_writer", "_doubling")


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}"


def rows(results, impl="hmap"):
    for op in OPS:
        for n in SIZES:
            for unit in UNITS:
                if results.value(impl, op, n, unit) is not None:
                    yield op, n, unit
    for n in BYTES:
        if results.value(impl, "bytes", n, "bytes") is not None:
            yield "bytes", n, "bytes"


def print_table(title, heads, lines):
    widths = [max(len(line[i]) for line in [heads] + lines) for i in range(len(heads))]
    print(f"\n{title}\n")
    for line in [heads] + lines:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))).rstrip())


def label(op, unit):
    return op + (UNITS[unit] if op != "bytes" else " per entry")


def print_values(title, results, impls):
    lines = [[label(op, unit), str(n or "")] +
             [number(results.value(impl, op, n, unit)) for impl in impls]
             for op, n, unit in rows(results, impls[0])]
    if lines:
        print_table(title, ["", "n"] + impls, lines)


def times(results):
    impls = [impl for impl in results.impls if any(results.curve(impl, op) for op in OPS)]
    plain = [impl for impl in impls if not impl.endswith(SITUATIONS)]
    strings = [impl for impl in impls if impl.endswith("_string")]
    writers = [impl for impl in impls if impl.endswith("_writer")]

    if plain:
        print_values("u64 -> u64, ns per operation (sparse_100k: in all; readers: n of "
                     "them together), or what the row says", results, plain)
    if strings:
        print_values("strings of 16 to 32 bytes -> u64, ns per operation",
                     results, strings)
    if writers:
        print_values("one reader beside a writer, ns per lookup", results, writers)


def cell(ratio):
    return "" if ratio is None else f"{ratio:.2f}"


def print_ratios(title, results, impl, peers):
    lines = [[label(op, unit), str(n or "")] +
             [cell(results.ratio(peer, op, n, unit, impl)) for peer in peers]
             for op, n, unit in rows(results, impl)]
    if lines:
        print_table(title, ["", "n"] + peers, lines)


def ratios(results):
    print_ratios("how many times what hmap takes the others take", results, "hmap", PEERS)
    print_ratios("the same, for maps of objects", results, "hmap_object", OBJECT_PEERS)
    print_ratios("the same, for hmap with room reserved", results, "hmap_reserved",
                 ["rhashtable_hint", "hlist"])
    print_ratios("the same, with strings", results, "hmap_string",
                 [peer + "_string" for peer in PEERS if peer + "_string" in results.impls])


def few_lines(results, impls, ops, show):
    return [[label(op, unit), str(n)] + [show(impl, op, n, unit) for impl in impls]
            for op, unit in ops for n in FEW_SIZES
            if results.value(impls[0], op, n, unit) is not None]


def print_few(results):
    """Maps of few entries: what each takes, and how many times what hmap takes."""
    for kind, impls in FEW.items():
        lines = few_lines(results, impls, FEW_OPS, lambda *row: number(results.value(*row)))
        if not lines:
            continue
        print_table(f"maps of few entries, {kind}: ns per life or per lookup; bytes, header "
                    "included", ["", "n"] + impls, lines)
        lines = few_lines(results, impls, FEW_OPS, lambda impl, *row:
                          cell(results.ratio(impl, *row, impl=impls[0])))
        print_table(f"how many times what {impls[0]} takes", ["", "n"] + impls, lines)


def print_doublings(results):
    lines = [[str(n), number(value)] for n, value in results.curve("hmap_doubling", "max")]
    if lines:
        print_table("the slowest insert that doubled hmap's directory, on the way to n "
                    "entries", ["n", "ns"], lines)


def print_objects(results):
    """Totals of maps of objects: what the slab has for all, and for what is no object."""
    impls = [impl for impl in ["hmap_object", "rhashtable"]
             if results.curve(impl, "objects", "bytes")]
    lines = [[str(n)] + [number(results.value(impl, op, n, "bytes"))
                         for op in ["objects", "beside_objects"] for impl in impls]
             for n, _ in results.curve("hmap_object", "objects", "bytes")]
    if lines:
        print_table("bytes of maps of n objects, headers aside: with objects of 32 bytes, for "
                    "rhashtable its link in\neach; and tables alone, with 8 bytes for each link",
                    ["n"] + impls + [impl + " tables" for impl in impls], lines)


def print_targets(results):
    print_table("targets", ["", "measured", "must", "", "aim"],
                [list(target) for target in targets(results)])


def main():
    results = Results(sys.argv[1], "kernel")
    times(results)
    ratios(results)
    print_few(results)
    print_doublings(results)
    print_objects(results)
    print_targets(results)


main()
