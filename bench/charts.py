#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""charts.py RESULTS.csv DIR: a gnuplot program that draws the kernel's part.

Each chart comes as SVG, for documents, and as PNG, for where SVG is not shown.
"""
import sys

from results import FEW, Results

COLORS = {"hmap": "#c1272d", "rhashtable": "#0000a7", "hlist": "#008176",
          "xarray": "#eecc16", "floor": "#b3b3b3", "hmap_norcu": "#e59090",
          "rhashtable_kfree": "#8080d0", "hmap_doubling": "#000000",
          "hmap_object": "#7a0010", "list": "#e67e22", "rbtree": "#7d3c98",
          "hmap_reserved": "#000000"}
PEERS = ["hmap", "hmap_object", "rhashtable", "hlist", "xarray", "floor"]
SIZES = ["8", "1k", "100k", "1M"]
NUMBERS = [8, 1000, 100000, 1000000]


def in_both(directory, name, program, panels=1):
    """The same drawing on both terminals. It is wider for several panels."""
    width = 360 * (panels + 1)
    for terminal, ending in [
            (f"svg size {width},420 dynamic noenhanced background 'white' font 'sans,12'", "svg"),
            (f"pngcairo size {width * 4 // 3},560 noenhanced font 'sans,11'", "png")]:
        print("reset")
        print(f"set terminal {terminal}")
        print(f"set output '{directory}/{name}.{ending}'")
        print("set border 3\nset tics nomirror out\nset grid ytics lc rgb '#dddddd'")
        print("set key left top reverse Left samplen 2")
        print(program)
        print("unset output")


def data(rows):
    return "$data << EOD\n" + "\n".join(" ".join(map(str, row)) for row in rows) + "\nEOD"


def bars(results, directory, op, title):
    """Times by number of entries, a group of bars each; logarithmic."""
    impls = [impl for impl in PEERS if impl != "floor" and results.curve(impl, op)]
    rows = [[size] + [results.value(impl, op, n) or "NaN" for impl in impls]
            for size, n in zip(SIZES, NUMBERS)]
    least = min(value for row in rows for value in row[1:] if value != "NaN")
    plots = [f"$data using {i + 2}:xtic(1) title '{impl}' lc rgb '{COLORS[impl]}'"
             for i, impl in enumerate(impls)]
    in_both(directory, f"kernel-{op}", "\n".join([
        data(rows), f"set title '{title}'", "set ylabel 'ns per entry'",
        "set xlabel 'entries'", "set logscale y", f"set yrange [{1 if least >= 1 else 0.5}:]",
        "set style data histograms", "set style histogram gap 1", "set style fill solid noborder",
        "set boxwidth 0.9", "plot " + ", ".join(plots)]))


def lines(results, directory, name, op, unit, program, impls):
    """Curves over the number of entries."""
    blocks, plots = [], []
    for i, impl in enumerate(impls):
        curve = results.curve(impl, op, unit)
        if curve:
            blocks.append(data(curve).replace("$data", f"$data{i}", 1))
            plots.append(f"$data{i} using 1:2 title '{impl}' with lines "
                         f"lw 2 lc rgb '{COLORS[impl]}'")
    if plots:
        in_both(directory, name, "\n".join(
            blocks + [program, "set xlabel 'entries'", "set logscale x",
                      "set format x '%.0s%c'",
                      "plot " + ", ".join(plots)]))


def empty(results, directory):
    """Time and bytes of a map that stays empty, side by side."""
    impls = [impl for impl in PEERS
             if impl != "hmap_object" and results.value(impl, "empty")]
    rows = [[i, results.value(impl, "empty"), results.value(impl, "empty", 0, "bytes"),
             int(COLORS[impl][1:], 16), impl] for i, impl in enumerate(impls)]
    panel = ("set title '{}'\nset ylabel '{}'\nplot $data using 1:{}:(0.6):4:xtic(5) "
             "with boxes lc rgb variable notitle, $data using 1:{}:{} with labels "
             "offset 0,0.6 notitle")
    in_both(directory, "kernel-empty", "\n".join([
        data(rows), "set style fill solid noborder", "set logscale y",
        "set multiplot layout 1,2", "set xrange [-0.5:" + str(len(impls) - 0.5) + "]",
        "set yrange [10:1000]",
        panel.format("create and destroy an empty map", "ns", 2, 2, "(sprintf('%.0f', $2))"),
        "set yrange [4:3000]",
        panel.format("memory of an empty map", "bytes", 3, 3, "(sprintf('%.0f', $3))"),
        "unset multiplot"]), 2)


def few_panel(results, kind, op, unit):
    """Curves of one kind of entries; the colours are those of the peers that it is made of."""
    blocks, plots = [], []
    for i, impl in enumerate(FEW[kind]):
        curve = results.curve(impl, op, unit)
        color = COLORS[impl.replace("_object", "").replace("_string", "")]
        if curve:
            blocks.append(data(curve).replace("$data", f"$data{i}", 1))
            plots.append(f"$data{i} using 1:2 title '{impl}' with linespoints pt 7 ps 0.4 "
                         f"lw 2 lc rgb '{color}'")
    return blocks + [f"set title '{kind}'", "plot " + ", ".join(plots)]


def few(results, directory, name, op, unit, title, scale):
    """Maps of few entries, a panel for each kind."""
    lines_of_all = [line for kind in FEW for line in few_panel(results, kind, op, unit)]
    in_both(directory, f"kernel-few-{name}", "\n".join(
        ["set xrange [0:16]", scale, "set xlabel 'entries' offset 0,0.7", f"set ylabel '{unit}'",
         "set key below center maxrows 3",
         f"set multiplot layout 1,{len(FEW)} title '{title}'"] + lines_of_all +
        ["unset multiplot"]), len(FEW))


def all_few(results, directory):
    few(results, directory, "life", "life", "ns", "fill a map and destroy it",
        "set logscale y\nset yrange [1:2000]")
    few(results, directory, "bytes", "life", "bytes", "memory of a map, header included",
        "set logscale y\nset yrange [5:3000]")
    few(results, directory, "hit", "few_hit", "ns", "lookups that find their key",
        "set yrange [0:]")
    few(results, directory, "miss", "few_miss", "ns", "lookups of absent keys", "set yrange [0:]")


def main():
    results, directory = Results(sys.argv[1], "kernel"), sys.argv[2]
    for op, title in [("hit", "lookups that find their key"),
                      ("miss", "lookups of absent keys"),
                      ("insert", "insert all entries, from empty"),
                      ("delete", "remove all entries"),
                      ("iterate", "visit all entries"),
                      ("churn", "remove, insert and look up, in turn")]:
        if results.curve("hmap", op):
            bars(results, directory, op, title)
    lines(results, directory, "kernel-bytes", "bytes", "bytes",
          "set title 'memory per entry, 16 of its bytes being key and value (hmap_object: an "
          "object of 32)'\n"
          "set ylabel 'bytes'\nset yrange [0:160]\nset xrange [4:]\nset key right top",
          ["hmap", "hmap_object", "rhashtable", "rhashtable_kfree", "hlist"])
    lines(results, directory, "kernel-tail", "max", "ns",
          "set title 'the slowest single insert on the way to so many entries'\n"
          "set ylabel 'ns'\nset logscale y",
          ["hmap", "rhashtable", "hlist", "floor", "hmap_doubling"])
    if results.value("hmap", "empty"):
        empty(results, directory)
    if results.curve("hmap", "life"):
        all_few(results, directory)


main()
