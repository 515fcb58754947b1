# SPDX-License-Identifier: GPL-2.0
"""The table of results, for those who read it."""
import collections
import csv


# Of maps of few entries, those that are compared with each other: of values, of objects, and of
# strings. hmap is the first of each.
FEW = {
    "u64 -> u64": ["hmap", "hmap_reserved", "hmap_norcu", "rhashtable", "hlist", "list",
                   "rbtree", "xarray"],
    "objects": ["hmap_object", "rhashtable_object", "hlist_object", "list_object",
                "rbtree_object"],
    "strings": ["hmap_string", "rhashtable_string", "hlist_string", "list_string",
                "rbtree_string"],
}


class Results:
    """value(impl, op, n, unit) of one place; None if it was not measured."""

    def __init__(self, path, where):
        self.values = {}
        self.impls = []
        self.sizes = collections.defaultdict(list)
        with open(path, newline="") as table:
            for row in csv.DictReader(table):
                if row["where"] == where:
                    self._add(row)

    def _add(self, row):
        impl, op, n, unit = row["impl"], row["op"], int(row["n"]), row["unit"]
        self.values[impl, op, n, unit] = float(row["value"])
        if impl not in self.impls:
            self.impls.append(impl)
        if n not in self.sizes[op]:
            self.sizes[op].append(n)

    def value(self, impl, op, n=0, unit="ns"):
        return self.values.get((impl, op, n, unit))

    def ratio(self, peer, op, n=0, unit="ns", impl="hmap"):
        """How many times less than @peer @impl takes."""
        ours, theirs = self.value(impl, op, n, unit), self.value(peer, op, n, unit)
        return theirs / ours if ours and theirs is not None else None

    def curve(self, impl, op, unit="ns"):
        return [(n, self.value(impl, op, n, unit)) for n in sorted(self.sizes[op])
                if self.value(impl, op, n, unit) is not None]
