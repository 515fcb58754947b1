#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""collect.py WHERE RESULTS.csv CONSOLE...: from the logs of several boots to a table.

Of each figure the median of the boots is taken; of the slowest single inserts the
smallest, as whatever else the machine did can only make them slower. Lines of other
places (WHERE) that the table has already stay.
"""
import collections
import csv
import statistics
import sys

HEADER = ["where", "impl", "op", "n", "unit", "value"]
MARK = "hmap_bench: result,"


def read_console(path):
    with open(path, errors="replace") as console:
        for line in console:
            if MARK in line:
                impl, op, n, unit, value = line.split(MARK)[1].strip().split(",")
                yield (impl, op, int(n), unit), float(value)


def combine(op, values):
    return min(values) if op == "max" else statistics.median(values)


def collect(where, consoles):
    found = collections.defaultdict(list)
    for console in consoles:
        for key, value in read_console(console):
            found[key].append(value)
    return [[where, impl, op, n, unit, f"{combine(op, values):.3f}"]
            for (impl, op, n, unit), values in found.items()]


def other_places(where, path):
    try:
        with open(path, newline="") as table:
            return [row for row in csv.reader(table)
                    if row and row != HEADER and row[0] != where]
    except FileNotFoundError:
        return []


def main():
    where, path, consoles = sys.argv[1], sys.argv[2], sys.argv[3:]
    rows = collect(where, consoles)
    if not rows:
        sys.exit("collect.py: no results in " + " ".join(consoles))
    rows = other_places(where, path) + rows
    with open(path, "w", newline="") as table:
        csv.writer(table, lineterminator="\n").writerows([HEADER] + rows)


main()
