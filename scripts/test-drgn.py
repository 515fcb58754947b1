# SPDX-License-Identifier: GPL-2.0
#
# test-drgn.py CONSOLE, run by drgn on the dump of a guest
#
# Test tools/hmap.py: what it finds is what the guest has told (kunit/crash.c), the constants that
# it repeats are those of the headers, and the rest of what it prints.
import contextlib
import io
import os
import re
import sys
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, f"{TOP}/tools")
import hmap    # pylint: disable=wrong-import-position

PROG = prog    # drgn's; pylint: disable=undefined-variable
with open(sys.argv.pop(), encoding="utf-8") as console:
    LINES = console.read().splitlines()


def variable(name):
    return PROG.variable(name, "crash.c")


def printed(function, *args):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        function(*args)
    return out.getvalue()


class Test(unittest.TestCase):
    def test_entries_and_bytes(self):
        """Of each map that the guest told of."""
        told = [re.search(r"map (\w+) entries (\d+), bytes (\d+)$", line) for line in LINES]
        told = [match.groups() for match in told if match]
        self.assertEqual(len(told), 10)
        for name, entries, size in told:
            with self.subTest(name):
                summary = hmap.Summary(variable(name))
                self.assertEqual((summary.entries, summary.bytes), (int(entries), int(size)))
                self.assertIn(f"entries {entries}, bytes {size}: ",
                              printed(hmap.print_map, variable(name)))

    def test_types(self):
        """As in debugfs."""
        start = LINES.index("TYPES")
        lines = LINES[start + 2:LINES.index("END", start)]
        told = {line.split()[0]: [int(field) for field in line.split()[2:]] for line in lines}
        found = {a_type.name.string_().decode():
                 [int(usage.allocated), usage.tables, usage.bytes, usage.peak, *usage.sizes]
                 for a_type, usage in hmap.usages(PROG) if a_type}
        self.assertEqual(found, told)
        self.assertEqual(sorted(told), ["bytes", "large", "names", "numbers", "objects"])
        self.assertIn(" names (hmap_crash)\n", printed(hmap.print_types, PROG))

    def keys(self, name, size):
        return [int.from_bytes(PROG.read(key, size), "little")
                for key, _ in hmap.for_each(variable(name))]

    def test_numbers(self):
        self.assertEqual(self.keys("no_numbers", 8), [])
        self.assertEqual(sorted(self.keys("few_numbers", 8)), [i * i for i in range(20)])
        self.assertEqual(sorted(self.keys("thinned_numbers", 8)),
                         [i * i for i in range(0, 50000, 16)])
        for key, value in hmap.for_each(variable("many_numbers")):
            self.assertEqual(PROG.read_u64(key), PROG.read_u32(value) ** 2)

    def test_bytes(self):
        self.assertEqual(sorted(self.keys("all_bytes", 1)), list(range(256)))

    def test_names(self):
        found = {hmap.string_at(PROG, key).decode(): PROG.read_u32(value)
                 for key, value in hmap.for_each(variable("many_names"))}
        self.assertEqual(found, {f"name {i}": i for i in range(5000) if i % 3})

    def test_large_values(self):
        for key, value in hmap.for_each(variable("some_large")):
            self.assertEqual(PROG.read_u64(key), PROG.read_u64(value))
            self.assertEqual(PROG.read(value + 8, 312), bytes(312))

    def test_objects(self):
        start = variable("all_objects").address_
        found = sorted(hmap.for_each(variable("many_objects")))
        self.assertEqual(found, [(start + 8 * i, start + 8 * i) for i in range(1000)])
        self.assertEqual(list(hmap.for_each(variable("one_object"))), [(None, start + 8 * 7)])
        self.assertIn(f"one object in the header, {start + 8 * 7:#x}",
                      printed(hmap.print_map, variable("one_object")))

    def test_pictures(self):
        """Sums of the columns."""
        out = printed(hmap.print_map, variable("thinned_numbers"))
        summary = hmap.Summary(variable("thinned_numbers"))
        rows = [[int(field) for field in line.split()[:5]] for line in out.splitlines()
                if re.match(r" +\d", line)]
        self.assertEqual(sum(row[2] for row in rows), len(summary.tables))
        self.assertEqual(sum(row[3] for row in rows), 3125)
        self.assertEqual(sum(row[1] * row[2] for row in rows), summary.table_bytes)
        words = re.search("words by their entries: (.*)", out).group(1)
        words = [int(part.split(": ")[1]) for part in words.split(", ")]
        self.assertEqual(sum(nr * count for nr, count in enumerate(words)), 3125)
        self.assertIn("counts 3125 entries", out)
        self.assertIn("type numbers (hmap_crash)", out)

    def test_pointer_and_address(self):
        a_map = variable("few_numbers")
        out = printed(hmap.print_map, a_map)
        self.assertEqual(out, printed(hmap.print_map, a_map.address_of_()))
        found = hmap.find(PROG, f"{a_map.address_:#x}", None)
        self.assertEqual(out, printed(hmap.print_map, found))

    def test_constants(self):
        """Those of the macros."""
        text = ""
        for header in ("layout.h", "hmap-types.h"):
            with open(f"{TOP}/hmap/{header}", encoding="utf-8") as file:
                text += file.read()
        values = {"HMAP_TABLE_MAX": 4096}
        for name, value in re.findall(r"^#define (HMAP_\w+)\s+([^\s].*)$", text, flags=re.M):
            value = re.sub(r"/\*.*", "", value).strip()
            value = re.sub(r"\b(\d\w*?)U?L+\b", r"\1", value)
            value = re.sub(r"\((\w+ < \w+) \? (\w+) : (\w+)\)", r"(\2 if \1 else \3)", value)
            with contextlib.suppress(NameError, SyntaxError):
                values.setdefault(name, eval(value, values))    # pylint: disable=eval-used
        ours = {name: value for name, value in vars(hmap).items() if name.startswith("HMAP_")}
        self.assertGreater(len(ours), 15)
        self.assertEqual(ours, {name: values.get(name) for name in ours})


result = unittest.main(argv=["test-drgn"], exit=False, verbosity=2).result
bad = len(result.failures) + len(result.errors)
print(f"{max(result.testsRun - bad, 0)} passed, {bad} failed")
sys.exit(bad > 0)
