#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""tables.py RESULTS.csv: the kernel's part, as times, as ratios and as targets."""
import sys

from results import Results
from targets import targets

OPS = ["empty", "one", "eight", "empty_lookup", "sparse_100k", "insert", "hit", "miss",
       "iterate", "delete", "churn", "str_insert", "str_hit", "str_miss",
       "str_iterate", "str_delete", "str_churn", "p50", "p99", "p999", "max"]
SIZES = [0, 8, 1000, 100000, 1000000, 1 << 20]
BYTES = [1, 8, 64, 1024, 8192, 65536, 1 << 20]
UNITS = {"ns": "", "bytes": " bytes", "allocations": " allocs"}
PEERS = ["rhashtable", "rhashtable_kfree", "hlist", "xarray"]


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}"


def rows(results):
    for op in OPS:
        for n in SIZES:
            for unit in UNITS:
                if results.value("hmap", op, n, unit) is not None:
                    yield op, n, unit
    for n in BYTES:
        yield "bytes", n, "bytes"


def print_table(title, heads, lines):
    widths = [max(len(line[i]) for line in [heads] + lines) for i in range(len(heads))]
    print(f"\n{title}\n")
    for line in [heads] + lines:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))).rstrip())


def label(op, unit):
    return op + (UNITS[unit] if op != "bytes" else " per entry")


def times(results):
    lines = [[label(op, unit), str(n or "")] +
             [number(results.value(impl, op, n, unit)) for impl in results.impls]
             for op, n, unit in rows(results)]
    print_table("ns per operation (sparse_100k: in all), or what the row says",
                ["", "n"] + results.impls, lines)


def ratios(results):
    def cell(ratio):
        return "" if ratio is None else f"{ratio:.2f}"

    lines = [[label(op, unit), str(n or "")] +
             [cell(results.ratio(peer, op, n, unit)) for peer in PEERS]
             for op, n, unit in rows(results)]
    print_table("how many times more the others take than hmap",
                ["", "n"] + PEERS, lines)


def print_targets(results):
    lines = [[what, shown, must, verdict] for what, shown, must, verdict
             in targets(results)]
    print_table("targets", ["", "measured", "must", ""], lines)


def main():
    results = Results(sys.argv[1], "kernel")
    times(results)
    ratios(results)
    print_targets(results)


main()
