# SPDX-License-Identifier: GPL-2.0
"""What hmap is meant to reach beside its peers in the kernel, and whether it does."""
import statistics

LARGE = [1000, 100000, 1000000]
ALL = [8] + LARGE


def quotient(a, b):
    return a / b if a is not None and b else None


def at_least(what, measured, must, aim=None):
    return what, measured, must, ">=", aim


def at_most(what, measured, must):
    return what, measured, must, "<=", None


def empty(r):
    yield at_most("empty map: allocations", r.value("hmap", "empty", 0, "allocations"), 1)
    yield at_most("empty map: bytes", r.value("hmap", "empty", 0, "bytes"), 8)
    yield at_most("empty map: time, in floors", r.ratio("hmap", "empty", impl="floor"), 1.3)
    yield at_least("empty map: x rhashtable", r.ratio("rhashtable", "empty"), 5)
    lookup, loop = r.value("hmap", "empty_lookup"), r.value("floor", "empty_lookup")
    yield at_most("lookup in it: ns over an empty loop",
                  lookup - loop if lookup is not None and loop is not None else None, 1)
    yield at_most("one entry: bytes", r.value("hmap", "one", 0, "bytes"), 72)
    yield at_least("100,000 maps: x rhashtable, bytes",
                   r.ratio("rhashtable", "sparse_100k", 100000, "bytes"), 10)
    yield at_least("100,000 maps: x rhashtable, time",
                   r.ratio("rhashtable", "sparse_100k", 100000), 4)


def few(r):
    for n in [1, 8]:
        for peer in ["hlist", "list"]:
            yield at_least(f"life of {n}: x {peer}", r.ratio(peer, "life", n), 1, 1.3)
    yield at_least("one object in and out: x rbtree",
                   r.ratio("rbtree_object", "in_out", 1, impl="hmap_object"), 1, 1.2)
    for op, name in [("few_hit", "hit"), ("few_miss", "miss")]:
        for n in [2, 3, 4, 6, 8]:
            yield at_least(f"{name} at {n} objects: x rbtree",
                           r.ratio("rbtree_object", op, n, impl="hmap_object"), 0.8, 1.2)


def against(r, peer, op, limits):
    for n, limit in limits.items():
        yield at_least(f"{op} at {n}: x {peer}", r.ratio(peer, op, n), limit)


def operations(r):
    yield from against(r, "rhashtable", "hit", {8: 2, 1000: 3, 100000: 2.5, 1000000: 2.5})
    yield from against(r, "hlist", "hit", {n: 0.9 for n in LARGE})
    yield from against(r, "rhashtable", "miss", {8: 1.5, 1000: 2, 100000: 1, 1000000: 2})
    yield from against(r, "rhashtable", "insert", {n: 4 for n in LARGE})
    yield from against(r, "hlist", "insert", {1000000: 1})
    yield from against(r, "rhashtable", "delete", {8: 2.5, 1000: 4, 100000: 4, 1000000: 4})
    yield from against(r, "rhashtable", "iterate", {n: 5 for n in ALL})
    yield from against(r, "hlist", "iterate", {100000: 3, 1000000: 3})
    yield at_least("hit at 1000000: hmap_bulk x hmap",
                   r.ratio("hmap", "hit", 1000000, impl="hmap_bulk"), 2)
    for n in [1000, 1000000]:
        yield at_least(f"iterate at {n}: hmap_next x hmap",
                       r.ratio("hmap", "iterate", n, impl="hmap_next"), 0.1)
    for impl in ["hmap_siphash", "hmap_hsiphash"]:
        for n in ALL:
            yield at_least(f"hit at {n}: {impl} x rhashtable",
                           r.ratio("rhashtable", "hit", n, impl=impl), 1.5)


def beside(r, peer, impl, op, sizes, must, aim):
    for n in sizes:
        yield at_least(f"{op} at {n}: {impl} x {peer}", r.ratio(peer, op, n, impl=impl), must, aim)


def kinds(r):
    for op in ["hit", "miss", "insert", "delete"]:
        yield from beside(r, "rhashtable", "hmap_object", op, LARGE, 1.5, 2)
    for op, must in [("hit", 1.5), ("miss", 1.5), ("delete", 1.3), ("churn", 1.3)]:
        for impl in ["hmap_string", "hmap_product_string"]:
            yield from beside(r, "rhashtable_string", impl, op, LARGE[:2], must, None)
            yield from beside(r, "hlist_string", impl, op, LARGE[:2], 1, 1.2)
    for op in ["delete", "churn"]:
        yield from beside(r, "hlist", "hmap", op, ALL[:3], 1, 1.2)
    yield from beside(r, "hlist", "hmap_reserved", "insert", LARGE[:2], 1, 1.2)


# Slab classes of 32-byte objects and their table, and no more than what Linux's mailing
# list has for rhashtable's structure alone (the cover letter of rosebush, 2024).
OBJECTS = {1: 32, 2: 128, 4: 192, 8: 384, 1000: 49 * 1000}
BESIDE_OBJECTS = {10000: 168392, 100000: 1731272}


def objects(r):
    for n, most in OBJECTS.items():
        yield at_most(f"{n} objects: bytes, header aside",
                      r.value("hmap_object", "objects", n, "bytes"), most)
    for n, most in BESIDE_OBJECTS.items():
        yield at_most(f"{n} objects: bytes of tables",
                      r.value("hmap_object", "beside_objects", n, "bytes"), most)
        yield at_least(f"{n} objects: bytes of tables, x rhashtable",
                       r.ratio("rhashtable", "beside_objects", n, "bytes", "hmap_object"), 1)


def memory(r):
    curve = [value for n, value in r.curve("hmap", "bytes", "bytes")
             if 1000 <= n <= 1 << 20]
    yield at_most("bytes per entry, 1k to 1M, on average",
                  statistics.mean(curve) if curve else None, 32)


def tails(r):
    for n, _ in r.curve("hmap", "p999") or [(1 << 20, None)]:
        yield at_most("single insert: p99.9, ns", r.value("hmap", "p999", n), 5000)
        yield at_least("single insert: p99.9 x rhashtable", r.ratio("rhashtable", "p999", n), 1)
        yield at_most("single insert: max, in rhashtable's",
                      r.ratio("hmap", "max", n, impl="rhashtable"), 1)


def readers(r):
    yield at_least("two readers: x one",
                   quotient(r.value("hmap", "readers", 1), r.value("hmap", "readers", 2)),
                   1.9)
    for impl, writer in [("hmap_writer", "a writer that hurries"),
                         ("hmap_paced_writer", "one with 1M changes/s")]:
        yield at_least(f"one reader beside {writer}: x alone",
                       quotient(r.value("hmap", "readers", 1), r.value(impl, "readers", 1)),
                       0.8)
    yield at_least("one reader beside a writer that hurries: x rhashtable's",
                   r.ratio("rhashtable_writer", "readers", 1, impl="hmap_writer"), 1.5, 2)


def judge(what, measured, must, sense, aim):
    aim = f"{sense} {aim:.9g}" if aim else ""
    if measured is None:
        return what, "", f"{sense} {must:.9g}", "not measured", aim
    met = measured >= must if sense == ">=" else measured <= must
    return what, f"{measured:.2f}", f"{sense} {must:.9g}", "met" if met else "NOT MET", aim


def targets(results):
    """(what, measured, must, verdict, aim) for each."""
    for group in [empty, few, operations, kinds, memory, objects, tails, readers]:
        for target in group(results):
            yield judge(*target)
