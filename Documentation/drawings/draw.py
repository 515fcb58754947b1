#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""draw.py CONSTANTS DIR: header.svg, table.svg and directory.svg.

No size or tag stands here: CONSTANTS has them, from Documentation/drawings/constants.c.
"""
import sys

COLORS = {"head": "#dce6f2", "rcu": "#b9cde5", "word": "#fbe0d6", "overflow": "#f4b183",
          "slot": "#e2f0d9", "none": "#f2f2f2", "ref": "#fff2cc"}


class Svg:
    """A drawing, a string an element."""

    def __init__(self, width, height):
        self.size = width, height
        self.parts = []

    def text(self, x, y, text, anchor="start", size=13, bold=False, mono=False):
        """A line of text, its baseline at y."""
        family = "DejaVu Sans Mono, monospace" if mono else "DejaVu Sans, sans-serif"
        weight = ' font-weight="bold"' if bold else ""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        self.parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" '
                          f'font-family="{family}"{weight}>{text}</text>')

    def box(self, x, y, width, height, color, *lines, size=12):
        """A rectangle with its lines of text in the middle."""
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" '
                          f'fill="{COLORS[color]}" stroke="#404040"/>')
        first = y + height / 2 - (len(lines) - 1) * size * 0.62 + size * 0.36
        for i, line in enumerate(lines):
            self.text(x + width / 2, first + i * size * 1.24, line, "middle", size)

    def arrow(self, *points):
        """A line through the points, with a head at its end."""
        path = "M" + " L".join(f"{x} {y}" for x, y in points)
        self.parts.append(f'<path d="{path}" fill="none" stroke="#404040" '
                          'stroke-width="1.5" marker-end="url(#head)"/>')

    def write(self, name):
        """To a file."""
        width, height = self.size
        with open(name, "w", encoding="utf-8") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
                       f'height="{height}" viewBox="0 0 {width} {height}">\n'
                       '<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" '
                       'refY="4" orient="auto"><path d="M0 0 L9 4 L0 8 z" fill="#404040"/>'
                       '</marker></defs>\n<rect width="100%" height="100%" fill="white"/>\n'
                       + "\n".join(self.parts) + "\n</svg>\n")


def bits(value):
    """The two lowest bits, as they are tested."""
    return f"{value & 3:02b}"


def draw_header(c):
    """What the root may be."""
    svg = Svg(880, 300)
    states = [("no entry, no table", "none", "NULL", []),
              ("one object, of a map of objects", "slot", f"address | {c['HMAP_ROOT_OBJECT']}",
               [("slot", "the caller's object", "with its key")]),
              ("one table", "head", "address",
               [("head", "a table", f"{c['smallest']} to {c['largest']} bytes")]),
              ("more", "ref", f"address | {c['HMAP_REF_DIR']} | size",
               [("ref", "a directory", f"{1 << c['HMAP_DIR_MIN_BITS']} to "
                 f"{1 << c['HMAP_DIR_MAX_BITS']} references"),
                ("head", "tables", "and directories")])]
    svg.text(250, 28, f"root ({c['sizeof_hmap']} bytes)", "middle", bold=True)
    svg.text(380, 28, "low bits", "middle", bold=True)
    tags = ["", bits(c["HMAP_ROOT_OBJECT"]), "00", "." + str(c["HMAP_REF_DIR"])]
    for i, (name, color, root, behind) in enumerate(states):
        y = 44 + i * 64
        svg.text(10, y + 26, name.split(", of")[0])
        if ", of" in name:
            svg.text(10, y + 42, "(" + name.split(", ")[1] + ")", size=11)
        svg.box(170, y, 160, 42, color, root, size=13)
        svg.text(380, y + 26, tags[i], "middle", mono=True)
        for j, (fill, *lines) in enumerate(behind):
            x = 460 + j * 220
            svg.arrow((410 if j == 0 else 640, y + 21), (x, y + 21))
            svg.box(x, y, 180, 42, fill, *lines)
    return svg


def draw_bytes(svg, c, scale, x, y):
    """The smallest table, to scale."""
    head, word = c["sizeof_hmap_table"], 8
    end = head + word + c["smallest.slots"] * c["slot"]
    parts = [(0, c["hmap_table.rcu.size"], "rcu", ["for the writer: live, room, pins ...;",
                                                   "RCU's list head, once retired"]),
             (c["hmap_table.bytes"], head - c["hmap_table.bytes"], "head",
              ["for readers:", "bytes, words,", "depth, flags"]),
             (head, word, "word", ["control", "word"])]
    for i in range(c["smallest.slots"]):
        parts.append((head + word + i * c["slot"], c["slot"], "slot", [f"slot {i}:", "key, value"]))
    for at, size, color, lines in parts:
        svg.box(x + at * scale, y, size * scale, 62, color, *lines)
        svg.text(x + at * scale, y + 78, str(at), "middle", 11)
    svg.text(x + end * scale, y + 78, str(end), "middle", 11)


def draw_word(svg, c, x, y):
    """A control word, byte by byte."""
    full = f"{c['HMAP_FULL']:#04x} | tag"
    for i in range(c["HMAP_WORD_SLOTS"]):
        svg.box(x + i * 92, y, 92, 44, "word", f"slot {i}")
    svg.box(x + c["HMAP_WORD_SLOTS"] * 92, y, 200, 44, "overflow",
            f"{c['overflow_bits']} overflow bits")
    states = [(full, f"full; the tag is {c['tag_bits']} bits of the hash"),
              (f"{c['HMAP_EMPTY']:#04x}", "empty"), (f"{c['HMAP_DELETED']:#04x}", "deleted"),
              (f"{c['HMAP_ABSENT']:#04x}", "absent: there is no such slot")]
    for i, (value, meaning) in enumerate(states):
        svg.text(x, y + 70 + i * 20, value, mono=True)
        svg.text(x + 110, y + 70 + i * 20, meaning)
    svg.text(x + 430, y + 70, "An overflow bit: an entry of such a hash did not find")
    svg.text(x + 430, y + 90, "room in this word, and is in one of the next.")


def draw_table(c):
    """The bytes of a table, and of a control word."""
    svg = Svg(880, 330)
    svg.text(10, 24, f"A table of {c['smallest']} bytes, u64 -> u64: {c['smallest.slots']} slots",
             bold=True)
    draw_bytes(svg, c, 13.4, 12, 38)
    svg.text(10, 160, f"A control word: {c['HMAP_WORD_SLOTS']} bytes for "
             f"{c['HMAP_WORD_SLOTS']} slots, and one more", bold=True)
    draw_word(svg, c, 12, 174)
    return svg


def draw_hash(svg, c, x, y):
    """Which bits of a hash lead where."""
    scale = 13.4
    low = 64 - c["HMAP_MAX_DEPTH"]
    svg.box(x, y, c["HMAP_MAX_DEPTH"] * scale, 34, "ref",
            f"directories: {c['HMAP_DIR_MIN_BITS']} to {c['HMAP_DIR_MAX_BITS']} bits each, "
            "from the top")
    svg.box(x + c["HMAP_MAX_DEPTH"] * scale, y, (low - c["tag_bits"]) * scale, 34, "word",
            "control word, by its upper bits")
    svg.box(x + (64 - c["tag_bits"]) * scale, y, c["tag_bits"] * scale, 34, "overflow", "tag")
    for bit in (63, low, c["tag_bits"]):
        svg.text(x + (64 - bit) * scale - (13 if bit == 63 else 0), y + 50, str(bit),
                 "start" if bit == 63 else "middle", 11)
    svg.text(x + 64 * scale, y + 50, "0", "end", 11)


def draw_tree(svg, c, x, y):
    """A directory, and what it refers to."""
    few = 1 << c["HMAP_DIR_MIN_BITS"]
    svg.box(x, y + 20, 60, 40, "ref", "root")
    svg.arrow((x + 60, y + 40), (x + 100, y + 40))
    svg.box(x + 100, y, 110, 58, "rcu", "head:", f"{c['hmap_dir.refs']} bytes",
            "count of entries", size=11)
    for i in range(few):
        svg.box(x + 100, y + 58 + i * 24, 110, 24, "ref", f"{i:0{c['HMAP_DIR_MIN_BITS']}b}",
                size=11)
    least, most = c["HMAP_DIR_TABLE_MIN"], c["largest"]
    svg.arrow((x + 210, y + 70), (x + 300, y + 30))
    svg.arrow((x + 210, y + 94), (x + 300, y + 34))
    svg.box(x + 300, y + 8, 230, 44, "head", "a table: two references, since",
            "it is one bit less deep", size=11)
    svg.arrow((x + 210, y + 118), (x + 300, y + 92))
    svg.box(x + 300, y + 70, 230, 44, "head", f"a table: {least} to {most} bytes,",
            f"at most {c['largest.slots']} slots u64 -> u64", size=11)
    svg.arrow((x + 210, y + 166), (x + 300, y + 154))
    svg.box(x + 300, y + 132, 230, 44, "ref", "a directory, where tables need",
            "more bits than this one has", size=11)
    svg.arrow((x + 530, y + 154), (x + 600, y + 154))
    svg.box(x + 600, y + 132, 130, 44, "head", "tables", size=11)
    svg.text(x + 300, y + 206, f"A directory has {few} to {1 << c['HMAP_DIR_MAX_BITS']} "
             "references,", size=12)
    svg.text(x + 300, y + 224, "so that none is larger than the largest table.", size=12)


def draw_directory(c):
    """The bits of a hash, and the tree that they lead through."""
    svg = Svg(880, 392)
    svg.text(10, 24, "The 64 bits of a hash", bold=True)
    draw_hash(svg, c, 12, 36)
    svg.text(10, 118, "A map that has outgrown one table", bold=True)
    draw_tree(svg, c, 12, 132)
    return svg


def main():
    """All three."""
    with open(sys.argv[1], encoding="utf-8") as file:
        constants = {name: int(value) for name, value in (line.split() for line in file)}
    for draw in (draw_header, draw_table, draw_directory):
        draw(constants).write(f"{sys.argv[2]}/{draw.__name__[5:]}.svg")


main()
