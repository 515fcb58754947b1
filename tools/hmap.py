# SPDX-License-Identifier: GPL-2.0
"""
Maps of hmap, in a live kernel or a crash dump, for drgn.

    drgn -s hmap.ko -s MODULE.ko hmap.py types
    drgn -s hmap.ko -s MODULE.ko hmap.py map VARIABLE|ADDRESS
    drgn -s hmap.ko -s MODULE.ko hmap.py entries VARIABLE|ADDRESS

For a dump there are -c VMCORE and -s VMLINUX, too. MODULE is the one that has the map, and is
only wanted for the names of its variables. In a session of drgn:

    >>> import hmap
    >>> hmap.print_map(some_object.its_map)
    >>> [key for key, entry in hmap.for_each(prog["my_map"])]

What is said here of the layout beside the names in the module's debug information is explained
in hmap/layout.h and hmap/core.c. A map that was in the midst of a change when the kernel stopped
may be shown with an entry twice, or with one that is not there yet.
"""
import argparse
import signal
import struct
import sys

from drgn import FaultError, Object, Program
from drgn.helpers.linux.cpumask import for_each_possible_cpu
from drgn.helpers.linux.percpu import per_cpu_ptr

# Macros, of which debug information does not tell: from hmap/layout.h,
HMAP_FULL = 0x80
HMAP_DELETED = 0x01
HMAP_ABSENT = 0x03
HMAP_WORD_SLOTS = 7
HMAP_REF_DIR = 1
HMAP_ROOT_OBJECT = 2
HMAP_ROOT_TAGS = 3
HMAP_DIR_TAGS = 15
HMAP_REF_WORDS = 1023
HMAP_TABLE_UNITS = 0x3f
HMAP_BLOCK_UNIT = 8
# and from hmap/hmap-types.h.
HMAP_RCU = 0x01
HMAP_STRING = 0x02
HMAP_POINTER = 0x08
HMAP_OBJECT = 0x10
HMAP_KEY_POINTER = 0x20
HMAP_KEY_INDIRECT = 0x40
HMAP_VALUE_INDIRECT = 0x80
HMAP_INDIRECT = HMAP_KEY_INDIRECT | HMAP_VALUE_INDIRECT


# Where things are

def map_of(what):
    """The struct hmap of a variable, a member or a pointer: that itself, or the kind of
    HMAP_DEFINE() that has it as its only member."""
    if what.type_.type_name().endswith("*"):
        what = what[0]
    return what.map if any(member.name == "map" for member in what.type_.members) else what


def root_of(a_map):
    return a_map.root.value_()


def table_at(prog, address):
    return Object(prog, "struct hmap_table *", address & ~HMAP_REF_WORDS)


def walk_ref(prog, ref, tables, dirs):
    """What a reference in a directory leads to, or a root."""
    if not ref & HMAP_REF_DIR:
        tables.append(table_at(prog, ref))
        return
    bits = 8 - (ref >> 1 & 7)
    dirs.append(bits)
    refs = struct.unpack(f"{1 << bits}Q", prog.read(ref & ~HMAP_DIR_TAGS, 8 << bits))
    # What stands for a larger range is in several places, side by side.
    for nr, child in enumerate(refs):
        if not nr or child != refs[nr - 1]:
            walk_ref(prog, child, tables, dirs)


def tables_of(a_map):
    """Its tables, in the order of their hashes, and of each directory how many bits it uses."""
    tables, dirs = [], []
    root = root_of(a_map)
    if root & HMAP_REF_DIR:
        walk_ref(a_map.prog_, root, tables, dirs)
    elif root and root & HMAP_ROOT_TAGS != HMAP_ROOT_OBJECT:
        # There it may be smaller than those that references have tags for.
        tables.append(Object(a_map.prog_, "struct hmap_table *", root))
    return tables, dirs


def dir_bytes(bits):
    return 16 << bits


def type_of(a_map):
    """The struct hmap_type *, as far as one can tell: NULL if a map has no table, or one
    whose memory is counted with that of others."""
    prog = a_map.prog_
    tables, _ = tables_of(a_map)
    if tables:
        return prog["hmap_tallies"][tables[0].tally].type
    return Object(prog, "struct hmap_type *", 0)


def words_of(table):
    """For each control word its seven bytes, as those of slots, and the overflow bits."""
    nr_words = table.nr_words.value_()
    data = table.prog_.read(table.words.address_of_(), 8 * nr_words)
    for (word,) in struct.iter_unpack("Q", data):
        yield [word >> 8 * nr & 0xff for nr in range(HMAP_WORD_SLOTS)], word >> 56


# Summing up

class Table:
    """What there is to know of one."""

    def __init__(self, table):
        self.table = table
        self.depth = table.depth.value_()
        self.bytes = table.bytes.value_()
        self.words = [0] * (HMAP_WORD_SLOTS + 1)    # how many, by their entries
        self.overflowed = self.deleted = absent = 0
        for slots, overflow in words_of(table):
            self.words[sum(slot >= HMAP_FULL for slot in slots)] += 1
            self.deleted += slots.count(HMAP_DELETED)
            absent += slots.count(HMAP_ABSENT)
            self.overflowed += overflow != 0
        self.slots = sum(self.words) * HMAP_WORD_SLOTS - absent
        self.entries = sum(nr * words for nr, words in enumerate(self.words))
        self.blocks = self.block_bytes()

    def block_bytes(self):
        """Bytes of blocks, those of deleted slots included."""
        if not self.table.flags & HMAP_TABLE_UNITS:
            return 0
        words = self.table.words.address_of_().value_()
        sums = Object(self.table.prog_, "struct hmap_block_sums",
                      address=words + 8 * self.table.nr_words.value_())
        return (sums.used.value_() + sums.dead.value_()) * HMAP_BLOCK_UNIT


class Summary:
    """What hmap_count() and hmap_memory() say of a map, and of what it is made up."""

    def __init__(self, what):
        self.map = map_of(what)
        tables, self.dirs = tables_of(self.map)
        self.tables = [Table(table) for table in tables]
        self.object = None
        root = root_of(self.map)
        if root and root & HMAP_ROOT_TAGS == HMAP_ROOT_OBJECT:
            self.object = root - HMAP_ROOT_OBJECT
        self.entries = sum(table.entries for table in self.tables) + (self.object is not None)
        self.dir_bytes = sum(dir_bytes(bits) for bits in self.dirs)
        self.block_bytes = sum(table.blocks for table in self.tables)
        self.table_bytes = sum(table.bytes for table in self.tables)
        self.bytes = self.table_bytes + self.dir_bytes + self.block_bytes


# Entries

def pointer_at(prog, address):
    return prog.read_u64(address)


def key_in(prog, a_type, base):
    base += a_type.key_offset.value_()
    return pointer_at(prog, base) if a_type.flags & HMAP_KEY_POINTER else base


def key_and_entry(prog, a_type, slot):
    """The address of a slot's key; and of its value, or the pointer or object that it is."""
    flags = a_type.flags.value_()
    value = pointer_at(prog, slot) if flags & HMAP_VALUE_INDIRECT else slot
    value += a_type.value_offset.value_()
    base = pointer_at(prog, slot) if flags & (HMAP_OBJECT | HMAP_KEY_INDIRECT) else slot
    return key_in(prog, a_type, base), pointer_at(prog, value) if flags & HMAP_POINTER else value


def slots_of(table, a_type):
    """The addresses of the full ones."""
    start = table.words.address_of_().value_() + 8 * table.nr_words.value_()
    if a_type.flags & HMAP_INDIRECT:
        start += 8
    size = a_type.slot_size.value_()
    for nr, (slots, _) in enumerate(words_of(table)):
        for index, slot in enumerate(slots):
            if slot >= HMAP_FULL:
                yield start + (nr * HMAP_WORD_SLOTS + index) * size


def for_each(what, a_type=None):
    """For each entry the address of its key, and that of its value, or what the caller's pointer
    is, or the address of the object. Of an object that is in the header, the key is None where
    a_type (a struct hmap_type, or a pointer to one) is not given."""
    a_map = map_of(what)
    prog = a_map.prog_
    root = root_of(a_map)
    if root and root & HMAP_ROOT_TAGS == HMAP_ROOT_OBJECT:
        an_object = root - HMAP_ROOT_OBJECT
        yield key_in(prog, a_type, an_object) if a_type is not None else None, an_object
        return
    tables, _ = tables_of(a_map)
    if tables and a_type is None:
        a_type = type_of(a_map)
        if not a_type:
            raise ValueError("which type the map is of has to be said: its tally is that of others")
    for table in tables:
        for slot in slots_of(table, a_type):
            yield key_and_entry(prog, a_type, slot)


# Showing

def name_of(a_type):
    """The name, and that of the module."""
    if not a_type:
        return "a type that has no tally"
    owner = a_type.owner.name.string_().decode() if a_type.owner else "-"
    return f"type {a_type.name.string_().decode()} ({owner})"


def percent(part, whole):
    return f"{100 * part / whole:.0f}%" if whole else "-"


def print_tables(tables):
    """Those of the same depth and size in one line."""
    print(f"{'depth':>5}{'size':>8}{'tables':>8}{'entries':>10}{'deleted':>9}{'full':>6}")
    kinds = sorted({(table.depth, table.bytes) for table in tables})
    for depth, size in kinds:
        those = [table for table in tables if (table.depth, table.bytes) == (depth, size)]
        entries = sum(table.entries for table in those)
        print(f"{depth:>5}{size:>8}{len(those):>8}{entries:>10}"
              f"{sum(table.deleted for table in those):>9}"
              f"{percent(entries, sum(table.slots for table in those)):>6}")


def print_words(tables):
    words = [sum(column) for column in zip(*(table.words for table in tables))]
    print("words by their entries: "
          + ", ".join(f"{nr}: {count}" for nr, count in enumerate(words)))
    print(f"overflowed: {percent(sum(table.overflowed for table in tables), sum(words))} of words")


def print_map(what):
    """A map: a variable, a member, or a pointer to one."""
    summary = Summary(what)
    a_map = summary.map
    print(f"map {a_map.address_of_().value_():#x}: "
          + (name_of(type_of(a_map)) if summary.tables else
             f"one object in the header, {summary.object:#x}" if summary.object else "empty"))
    print(f"entries {summary.entries}, bytes {summary.bytes}: "
          f"tables {summary.table_bytes}, directories {summary.dir_bytes}, "
          f"blocks {summary.block_bytes}")
    if summary.dirs:
        root = Object(a_map.prog_, "struct hmap_dir *",
                      (root_of(a_map) & ~HMAP_DIR_TAGS)
                      - a_map.prog_.type("struct hmap_dir").member("refs").offset)
        print(f"directories {len(summary.dirs)}, the first has {1 << summary.dirs[0]} references "
              f"and counts {root.count.value_()} entries")
    if summary.tables:
        print_tables(summary.tables)
        print_words(summary.tables)


def string_at(prog, address):
    return Object(prog, "char *", address).string_()


def shown(prog, a_type, address):
    """A key: a string, a number, or bytes."""
    if address is None:
        return "?"
    if a_type.flags & HMAP_STRING:
        return repr(string_at(prog, address).decode(errors="backslashreplace"))
    data = prog.read(address, a_type.key_size.value_())
    if len(data) in (1, 2, 4, 8):
        return str(int.from_bytes(data, sys.byteorder))
    return data.hex()


def print_entries(what):
    """A line for each: its key, and the address of the value or object, or the pointer."""
    a_map = map_of(what)
    a_type = type_of(a_map)
    for key, entry in for_each(a_map):
        print(f"{shown(a_map.prog_, a_type, key)} {entry:#x}")


def local(counter):
    """The number in a local_t: ppc64 has it there, other machines in an atomic_long_t."""
    try:
        return counter.v.value_()
    except AttributeError:
        return counter.a.counter.value_()


class Usage:
    """What /sys/kernel/debug/hmap/types has of a type."""

    def __init__(self, tally):
        parts = [per_cpu_ptr(tally.cpu, cpu) for cpu in for_each_possible_cpu(tally.prog_)]
        self.allocated = sum(sum(map(local, part.allocated)) for part in parts)
        self.sizes = [sum(local(part.allocated[nr]) - local(part.freed[nr]) for part in parts)
                      for nr in range(len(parts[0].allocated))]
        self.tables = sum(self.sizes)
        self.bytes = tally.bytes.counter.value_() + sum(local(part.bytes) for part in parts)
        self.peak = max(tally.peak.value_(), self.bytes)


def usages(prog):
    """Of each type that is counted by itself, a pointer to it and its usage; at last NULL, and
    that of all others."""
    tallies = prog["hmap_tallies"]
    last = len(tallies) - 1
    for nr, tally in enumerate(tallies):
        if nr == last or (tally.type and tally.cpu != tallies[last].cpu):
            yield tally.type, Usage(tally)


def print_types(prog):
    print(f"{'tables':>8}{'bytes':>12}{'peak':>12}  type (module)")
    for a_type, usage in usages(prog):
        if a_type or usage.peak:
            print(f"{usage.tables:>8}{usage.bytes:>12}{usage.peak:>12}  "
                  + (name_of(a_type).removeprefix("type ") if a_type else "(others)"))


# The command line

def find(prog, text, file):
    """A map by the name of its variable, or by its address."""
    if text[:1].isdigit():
        return Object(prog, "struct hmap", address=int(text, 0))
    return prog.variable(text, file)


def main(prog):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    parser = argparse.ArgumentParser(prog="hmap.py", description="Maps of hmap, for drgn")
    parser.add_argument("what", choices=("types", "map", "entries"))
    parser.add_argument("map", nargs="?", help="a variable, or the address of a struct hmap")
    parser.add_argument("--file", help="the file that has this variable, if several have one")
    options = parser.parse_args()
    if (options.map is None) != (options.what == "types"):
        parser.error("map and entries want a map, types does not")
    try:
        prog.type("struct hmap_table")
    except LookupError:
        sys.exit("hmap.py: no debug information of hmap: give drgn -s hmap.ko, built with -g "
                 "and not stripped")
    try:
        if options.what == "types":
            print_types(prog)
        elif options.what == "map":
            print_map(find(prog, options.map, options.file))
        else:
            print_entries(find(prog, options.map, options.file))
    except (LookupError, ValueError) as error:
        sys.exit(f"hmap.py: {error}")
    except FaultError as error:
        sys.exit(f"hmap.py: no map is there, or its memory is damaged or not in the dump: {error}")


if __name__ == "__main__":
    # drgn gives its script a program.
    prog: Program
    main(prog)    # pylint: disable=used-before-assignment
