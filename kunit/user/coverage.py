#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
coverage.py EXPORT.json EXPORT.lcov: lines and branches of the core that were reached.

Lists what was not, and fails below the limits. A branch is a condition of the source,
with each of its two outcomes; those of inlined functions are the same branch wherever
they have been inlined. What a macro contains does not count as a branch where the macro
is used: so the insides of WARN_ONCE() are left out, but what is done about a warning
is not.
"""
import json
import os
import sys

LIMITS = {"lines": 95, "branches": 90}


def is_core(path):
    return os.path.basename(os.path.dirname(path)) == "hmap"


def lines_of(lcov):
    """{file: {line: times}}"""
    files, current = {}, None
    for line in open(lcov):
        tag, _, rest = line.rstrip().partition(":")
        if tag == "SF":
            current = files.setdefault(os.path.realpath(rest), {})
        elif tag == "DA":
            number, times = map(int, rest.split(",")[:2])
            current[number] = max(current.get(number, 0), times)
    return files


def branches_of(export):
    """{file: {(line, column): [times true, times false]}}"""
    files = {}
    for file in json.load(open(export))["data"][0]["files"]:
        current = files.setdefault(os.path.realpath(file["filename"]), {})
        for line, column, _, _, true, false, *_ in file["branches"]:
            times = current.setdefault((line, column), [0, 0])
            times[0] += true
            times[1] += false
    return files


def percent(part, whole):
    return 100 * part / whole if whole else 100.0


def missing_outcomes(branches):
    """[(line, column, outcome)]"""
    return [(*at, outcome) for at, times in sorted(branches.items())
            for outcome, n in zip(("true", "false"), times) if not n]


def list_missing(path, lines, missed_branches):
    source = [""] + open(path).read().split("\n")
    for line in sorted(n for n, times in lines.items() if not times):
        print(f"{path}:{line}: not reached: {source[line].strip()}")
    for line, column, outcome in missed_branches:
        print(f"{path}:{line}:{column}: never {outcome}: {source[line].strip()}")


def main():
    lines, branches = lines_of(sys.argv[2]), branches_of(sys.argv[1])
    total = {"lines": [0, 0], "branches": [0, 0]}
    rows = []
    for path in sorted(filter(is_core, lines)):
        missed = missing_outcomes(branches.get(path, {}))
        name = os.path.relpath(path, os.path.join(os.path.dirname(__file__), "../.."))
        list_missing(os.path.relpath(path), lines[path], missed)
        outcomes = 2 * len(branches.get(path, {}))
        reached = {"lines": (sum(map(bool, lines[path].values())), len(lines[path])),
                   "branches": (outcomes - len(missed), outcomes)}
        for what, (part, whole) in reached.items():
            total[what][0] += part
            total[what][1] += whole
        rows.append((name, reached))

    rows.append(("all", total))
    print(f"\n{'':24}{'lines':>8}{'':8}{'branches':>14}")
    for name, reached in rows:
        print(f"{name:24}" + "".join(f"{percent(*reached[what]):8.1f}% of {reached[what][1]:4}"
                                     for what in LIMITS))
    failed = [what for what in LIMITS if percent(*total[what]) < LIMITS[what]]
    for what in LIMITS:
        print(f"{what}: at least {LIMITS[what]}% wanted: "
              f"{'NOT reached' if what in failed else 'reached'}")
    print(f"{len(LIMITS) - len(failed)} passed, {len(failed)} failed")
    return bool(failed)


sys.exit(main())
