#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
layers.py DIRECTORY: look at the layers of DIRECTORY/hmap, which has been built.

A file calls, or includes, only what stands in a row below its own: so there is no circle.
Who calls whom is told by the symbols of the .o files. What a header has inline belongs to
the .o files that it is inlined into; so a header and the .c file that holds the rest of it
may need each other, as long as that file stands below all those that use the header.

Functions must have no name that a kernel's own link refuses: with -ffunction-sections
they would be in sections that mean something else to it (vmlinux.lds.h).
"""
import glob
import os
import re
import subprocess
import sys

FILES = ["main", "debugfs", "validate", "header store", "core remove", "bulk", "lookup iter cursor", "shrink",
         "reserve", "grow", "check", "dir", "copy", "table", "block", "size", "nomem", "stats",
         "usage trace", "find", "string", "hash", "abi"]
HEADERS = ["place.h trace.h", "internal.h", "count.h", "words.h", "hmap.h", "hmap-typed.h hmap-iter.h find.h hmap-cursor.h hmap-stats.h",
           "layout.h", "hmap-types.h", "compat.h hmap-abi.h"]
REFUSED = {"split", "exit", "startup", "hot", "unlikely", "unknown"}

# A line that begins with a type, and has a name and a parenthesis: what defines a function.
FUNCTION = re.compile(r"^[a-z][\w\s*]*?\b(\w+)\(", re.MULTILINE)
INCLUDE = re.compile(r'^#\s*include "(.*)"', re.MULTILINE)


def read(path):
    with open(path) as file:
        return file.read()


def stem(path):
    return os.path.splitext(os.path.basename(path))[0]


def symbols(path):
    """What an object file defines for others, what it needs, and its functions."""
    defined, needed, functions = set(), set(), set()
    for line in subprocess.check_output(["nm", "-P", path], text=True).splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            needed.add(name)
        elif kind.isupper():
            defined.add(name)
        if kind in "tT":
            functions.add(name.split(".")[0])
    return defined, needed, functions


def calls_of(objects):
    """{(from, to): names}, of files that need what another one defines."""
    owner = {name: stem(o) for o in objects for name in symbols(o)[0]}
    arrows = {}
    for o in objects:
        for name in symbols(o)[1] & owner.keys():
            arrows.setdefault((stem(o), owner[name]), set()).add(name)
    return arrows


def includes_of(sources):
    """{(from, to): names}, of a .c file whatever its name is as "*.c"."""
    return {("*.c" if path.endswith(".c") else os.path.basename(path), name): {"#include"}
            for path in sources for name in INCLUDE.findall(read(path))}


def check_arrows(what, rows, arrows):
    """Print all arrows; return those that do not go down, as text."""
    row_of = {name: row for row, names in enumerate(rows) for name in names.split()}
    wrong = []
    for (a, b), names in sorted(arrows.items(), key=lambda arrow: [row_of.get(f, -1)
                                                                  for f in arrow[0]]):
        text = f"{a} -> {b}: {', '.join(sorted(names))}"
        if a in row_of and b in row_of and row_of[a] < row_of[b]:
            print(text)
        else:
            wrong.append(f"{what} must go down: {text}")
    return wrong


def check_listed(rows, found):
    listed = {name for names in rows for name in names.split()}
    return [f"{name}: in the list or in the directory, but not in both"
            for name in sorted(listed ^ set(found))]


def check_names(sources, objects):
    """A static function that was inlined is in no object file, so both are looked at."""
    names = {(path, name) for path in sources for name in FUNCTION.findall(read(path))}
    names |= {(path, name) for path in objects for name in symbols(path)[2]}
    return [f"{os.path.basename(path)}: a kernel's link refuses a function named {name}"
            for path, name in sorted(names) if name in REFUSED]


def main():
    top = os.path.join(sys.argv[1], "hmap")
    objects = glob.glob(top + "/*.o")
    headers = glob.glob(top + "/*.h")
    sources = glob.glob(top + "/*.c")
    wrong = [check_listed(FILES, map(stem, sources)) + check_listed(FILES, map(stem, objects)) +
             check_arrows("calls", FILES, calls_of(objects)),
             check_listed(HEADERS, map(os.path.basename, headers)) +
             check_arrows("includes", ["*.c"] + HEADERS, includes_of(headers + sources)),
             check_names(headers + sources, objects)]
    for complaint in sum(wrong, []):
        print(complaint)
    failed = sum(map(bool, wrong))
    print(f"{len(wrong) - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
