#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# test-hmapstat.py FILES
#
# Test tools/hmapstat. FILES has directories that look like debugfs, with what a guest has
# printed: fresh (nothing happened yet), filled (a module has maps of type numbers), names (one
# has maps of type names), left (it has gone, and left one behind).
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")
FILES = sys.argv.pop()

ODD_FILE, USAGE, NO_DEBUGFS, NOT_LOADED, NOT_PERMITTED = 1, 2, 3, 4, 5
SIZES = ["64", "128", "256", "512", "1024", "2048", "4096", "more"]
GAUGES = ("bytes_in_use", "bytes_peak")


def stats_of(name):
    with open(f"{FILES}/{name}/hmap/stats", encoding="utf-8") as file:
        return {line.split()[0]: int(line.split()[1]) for line in file}


def types_of(name):
    with open(f"{FILES}/{name}/hmap/types", encoding="utf-8") as file:
        columns, *lines = [line.split() for line in file]
    return [dict(zip(columns, line)) for line in lines]


class Test(unittest.TestCase):
    def setUp(self):
        # Where another user gets to, too.
        self.dir = tempfile.mkdtemp()
        os.chmod(self.dir, 0o755)
        self.program = shutil.copy(f"{TOOLS}/hmapstat", self.dir)
        self.debugfs = f"{self.dir}/debug"
        os.mkdir(self.debugfs)
        self.running = []

    def tearDown(self):
        for process in self.running:
            process.kill()
            process.communicate()
        shutil.rmtree(self.dir)

    def use(self, name):
        """What is loaded now."""
        shutil.copytree(f"{FILES}/{name}/hmap", f"{self.debugfs}/hmap")

    def change(self, name):
        """Its files have changed, and it is loaded as before."""
        for file in ("stats", "types"):
            new = shutil.copy(f"{FILES}/{name}/hmap/{file}", f"{self.dir}/new")
            os.replace(new, f"{self.debugfs}/hmap/{file}")

    def edit(self, file, pattern, new):
        path = f"{self.debugfs}/hmap/{file}"
        with open(path, encoding="utf-8") as old:
            text = old.read()
        edited = re.sub(pattern, new, text, flags=re.M)
        self.assertNotEqual(text, edited)
        with open(f"{self.dir}/new", "w", encoding="utf-8") as out:
            out.write(edited)
        os.replace(f"{self.dir}/new", path)

    def command(self, *args):
        return [self.program, "--debugfs", self.debugfs, *args]

    def run_it(self, *args, status=0, **kwargs):
        done = subprocess.run(self.command(*args), capture_output=True, encoding="utf-8",
                              check=False, **kwargs)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(done.returncode, status, done.stderr)
        if status:
            self.assertEqual(done.stdout, "")
            self.assertIn("hmapstat: ", done.stderr)
        return done.stderr if status else done.stdout

    def start(self, *args):
        process = subprocess.Popen(self.command(*args), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, encoding="utf-8")
        self.running.append(process)
        return process

    def names(self, *args):
        """Of the types, in the order shown."""
        lines = self.run_it(*args).splitlines()
        heading = next(nr for nr, line in enumerate(lines) if line.endswith("type (module)"))
        name = re.compile(r"\d  ([^\d\s].*) \(\S+\)$")
        return [name.search(line).group(1) for line in lines[heading + 1:]]

    # What a guest printed

    def test_totals(self):
        self.use("filled")
        stats = stats_of("filled")
        out = self.run_it()
        in_use = stats["tables_allocated"] - stats["tables_freed"]
        self.assertRegex(out, rf"Tables in use.*: {in_use} / {stats['tables_allocated']}\n")
        self.assertRegex(out, rf"Bytes in use.*: {stats['bytes_in_use'] / 1024:.1f}K / ")
        self.assertRegex(out, rf"Splits.*: {stats['splits']} / {stats['splits_refused']} / "
                              rf"{stats['merges']}\n")
        self.assertGreater(stats["splits"], 0)

    def test_a_type(self):
        self.use("filled")
        [numbers] = types_of("filled")
        columns = [numbers["allocated"], numbers["tables"], f"{int(numbers['bytes']) / 1024:.1f}K",
                   f"{int(numbers['peak']) / 1024:.1f}K"] + [numbers[size] for size in SIZES]
        line = self.run_it().splitlines()[-1]
        self.assertEqual(line.split(), columns + ["numbers", "(hmap_memory)"])

    def test_json_is_what_the_files_have(self):
        for name in ("fresh", "filled", "names", "left"):
            with self.subTest(name):
                self.use(name)
                report = json.loads(self.run_it("--json"))
                self.assertEqual(report["stats"], stats_of(name))
                self.assertEqual([{key: str(value) for key, value in a_type.items()}
                                  for a_type in report["types"]], types_of(name))
                shutil.rmtree(f"{self.debugfs}/hmap")

    def test_sums(self):
        for name in ("filled", "names", "left"):
            with self.subTest(name):
                self.use(name)
                report = json.loads(self.run_it("--json"))
                types = report["types"]
                self.assertEqual(sum(a_type["bytes"] for a_type in types),
                                 report["stats"]["bytes_in_use"])
                self.assertGreater(report["stats"]["bytes_in_use"], 0)
                for a_type in types:
                    self.assertEqual(sum(a_type[size] for size in SIZES), a_type["tables"])
                shutil.rmtree(f"{self.debugfs}/hmap")

    def test_what_was_left_behind(self):
        self.use("left")
        self.assertIn("(others) (-)", self.run_it())

    def test_nothing_yet(self):
        self.use("fresh")
        out = self.run_it()
        self.assertRegex(out, r"Bytes in use.*: 0 / 0\n")
        self.assertNotIn("type (module)", out)

    # Sorting

    def add_types(self):
        """Beside the real one, which has more of everything."""
        self.use("filled")
        with open(f"{self.debugfs}/hmap/types", "a", encoding="utf-8") as file:
            file.write("bytes m 1 1 800 900 1 0 0 0 0 0 0 0\n")
            file.write("a tab m 1 3 600 900 3 0 0 0 0 0 0 0\n")
            file.write("peak m 1 2 700 1000 2 0 0 0 0 0 0 0\n")

    def test_sorts(self):
        self.add_types()
        for how, names in (("bytes", ["numbers", "bytes", "peak", "a tab"]),
                           ("tables", ["numbers", "a tab", "peak", "bytes"]),
                           ("peak", ["numbers", "peak", "bytes", "a tab"]),
                           ("name", ["a tab", "bytes", "numbers", "peak"])):
            self.assertEqual(self.names("--sort", how), names)
        self.assertEqual(self.names(), self.names("--sort", "bytes"))

    def test_first_lines(self):
        self.add_types()
        self.assertEqual(self.names("-n", "2"), ["numbers", "bytes"])
        self.assertNotIn("numbers", self.run_it("-n", "0"))

    def test_sort_by_rate(self):
        self.add_types()
        out = self.start("--sort", "rate", "0.5").stdout
        self.read_until(out, "a tab")
        self.edit("types", "^(a tab m) 1", r"\1 2000")
        for line in itertools.islice(out, 100):
            if line.endswith("type (module)\n"):
                first = next(out)
                if not first.startswith("       0.0"):
                    break
        self.assertTrue(first.endswith(" a tab (m)\n"), first)

    # Intervals

    def read_until(self, lines, text):
        for line in lines:
            if text in line:
                return
        self.fail(f"{text} was not shown")

    def reports(self, process):
        for line in process.stdout:
            yield json.loads(line)

    def test_rates(self):
        """In sum, what was counted between the first report and the last."""
        self.use("fresh")
        reports = self.reports(self.start("--json", "0.3"))
        first = next(reports)
        self.assertEqual(set(first["rates"].values()), {0})
        self.change("filled")
        rates = {}
        types = 0
        for report in reports:
            for name, value in report["rates"].items():
                rates[name] = rates.get(name, 0) + value * report["interval"]
            for a_type in report["types"]:
                types += a_type["allocated_rate"] * report["interval"]
            if report["types"] and report["stats"] == stats_of("filled"):
                break
        wanted = {name: value for name, value in stats_of("filled").items() if name not in GAUGES}
        self.assertEqual({name: round(value) for name, value in rates.items()}, wanted)
        self.assertEqual(round(types), int(types_of("filled")[0]["allocated"]))

    def test_count(self):
        self.use("filled")
        start = time.monotonic()
        lines = self.run_it("-n", "0", "0.2", "3").splitlines()
        self.assertGreaterEqual(time.monotonic() - start, 0.6)
        self.assertEqual(len(lines), 1 + 3)
        self.assertRegex(lines[0], "alloc/s +free/s +rebuild/s +split/s +merge/s +fail/s")
        self.assertEqual(lines[3].split()[3:], ["0.0"] * 6)

    def load_another(self, name):
        """Another hmap is in the place of the one before, or of none, at once."""
        new = f"{self.dir}/{time.monotonic_ns()}"
        shutil.copytree(f"{FILES}/{name}/hmap", new)
        os.symlink(new, f"{self.dir}/link")
        os.replace(f"{self.dir}/link", f"{self.debugfs}/hmap")

    def test_loaded_anew(self):
        self.load_another("filled")
        process = self.start("--json", "1")
        reports = self.reports(process)
        next(reports)
        self.load_another("names")
        report = next(reports)
        wanted = stats_of("names")["tables_allocated"]
        self.assertEqual(round(report["rates"]["tables_allocated"] * report["interval"]), wanted)
        self.assertIn("loaded anew", process.stderr.readline())

    def test_loaded_anew_while_it_is_read(self):
        """Numbers of two are not mixed."""
        self.load_another("filled")
        types = os.path.realpath(f"{self.debugfs}/hmap/types")
        os.unlink(types)
        os.mkfifo(types)
        process = self.start()
        with open(types, "w", encoding="utf-8") as file:    # waits until it is read
            self.load_another("names")
            file.write("type module allocated\n")
        out, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (NOT_LOADED, ""), errors)

    def test_gone_and_back(self):
        self.load_another("filled")
        process = self.start("--json", "0.2")
        reports = self.reports(process)
        next(reports)
        os.unlink(f"{self.debugfs}/hmap")
        os.mkdir(f"{self.debugfs}/else")
        self.assertIn("not loaded any more", process.stderr.readline())
        self.load_another("names")
        self.assertIn("loaded again", process.stderr.readline())
        while next(reports)["stats"] != stats_of("names"):
            pass

    # Other versions

    def test_more_than_is_known(self):
        self.use("filled")
        self.edit("stats", r"\Z", "new_counter 5\n")
        self.edit("types", "peak 64", "peak new 8192 64")
        self.edit("types", r"(numbers hmap_memory \d+ \d+ \d+ \d+) ", r"\1 77 1 ")
        report = json.loads(self.run_it("--json"))
        self.assertEqual(report["stats"]["new_counter"], 5)
        self.assertEqual(report["types"][0]["new"], 77)
        self.assertIn("8K", self.run_it())
        self.run_it("0.1", "1")

    def test_less_than_is_known(self):
        self.use("filled")
        self.edit("stats", "^(splits|tables_freed|alloc_failures) .*\n", "")
        self.edit("types", " allocated", "")
        self.edit("types", r"(numbers hmap_memory) \d+", r"\1")
        out = self.run_it()
        self.assertRegex(out, r"Splits.*: - / \d+ / \d+\n")
        self.assertRegex(out, r"Tables.*: - / \d+\n")
        self.assertRegex(self.run_it("0.1", "1"), r" - +\d+ .*numbers \(")

    def test_no_types(self):
        self.use("filled")
        os.unlink(f"{self.debugfs}/hmap/types")
        self.assertEqual(json.loads(self.run_it("--json"))["types"], [])
        self.run_it()
        self.run_it("0.1", "1")

    def test_not_to_be_understood(self):
        for file, pattern, new in (("stats", "^splits .*", "splits many"),
                                   ("stats", "^splits .*", "1 2 3"),
                                   ("types", "^type ", "kind "),
                                   ("types", "(?s).*", ""),
                                   ("types", "^numbers.*", "numbers hmap_memory 1"),
                                   ("types", "^numbers hmap_memory .*? ",
                                    "numbers hmap_memory x ")):
            with self.subTest(file + new):
                self.use("filled")
                self.edit(file, pattern, new)
                self.assertIn(f"hmap/{file} has a line", self.run_it(status=ODD_FILE))
                shutil.rmtree(f"{self.debugfs}/hmap")

    def test_a_directory(self):
        os.makedirs(f"{self.debugfs}/hmap/stats")
        self.assertIn("Is a directory", self.run_it(status=ODD_FILE))

    # Where there is nothing to show

    def test_no_debugfs(self):
        self.assertIn("mount -t debugfs", self.run_it(status=NO_DEBUGFS))
        os.rmdir(self.debugfs)
        self.assertIn("mount -t debugfs", self.run_it(status=NO_DEBUGFS))
        self.run_it("--reset-peaks", status=NO_DEBUGFS)
        self.run_it("1", status=NO_DEBUGFS)

    def test_not_loaded(self):
        os.mkdir(f"{self.debugfs}/bdi")
        self.assertIn("hmap is not loaded", self.run_it(status=NOT_LOADED))
        self.run_it("--reset-peaks", status=NOT_LOADED)
        self.run_it("1", status=NOT_LOADED)

    def test_no_permission(self):
        self.use("filled")
        os.chmod(self.debugfs, 0o700)
        user = {"user": 65534} if os.geteuid() == 0 else {}
        if not user:
            os.chmod(self.debugfs, 0)
        for args in ((), ("--reset-peaks",), ("1",)):
            self.assertIn("this is for root", self.run_it(*args, status=NOT_PERMITTED, **user))
        os.chmod(self.debugfs, 0o700)

    def test_wrong_arguments(self):
        self.use("filled")
        for args in (("0",), ("-1",), ("x",), ("1", "0"), ("1", "1.5"), ("nan",), ("1e10",),
                     ("--sort", "colour"), ("--sort", "rate"), ("-n", "-1"), ("--nothing",)):
            with self.subTest(args):
                self.run_it(*args, status=USAGE)

    # Ends

    def test_interrupt(self):
        self.use("filled")
        process = self.start("-n", "0", "0.1")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors), (-signal.SIGINT, ""))

    def test_nobody_reads(self):
        self.use("filled")
        process = self.start("0.1")
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), -signal.SIGPIPE)
        self.assertEqual(process.stderr.read(), "")

    # Peaks

    def test_reset_peaks(self):
        """Written before anything is read."""
        self.use("filled")
        stats = f"{self.debugfs}/hmap/stats"
        os.unlink(stats)
        os.mkfifo(stats)
        process = self.start("--json", "--reset-peaks")
        with open(stats, encoding="utf-8") as file:
            self.assertNotEqual(file.read(), "")
        with open(stats, "w", encoding="utf-8") as file:
            file.write("bytes_peak 7\n")
        out, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors), (0, ""))
        self.assertEqual(json.loads(out)["stats"], {"bytes_peak": 7})

    def test_reset_peaks_of_a_copy(self):
        """It is refused, and stays as it is."""
        self.use("filled")
        with open(f"{self.debugfs}/hmap/stats", encoding="utf-8") as file:
            before = file.read()
        self.assertIn("is a copy", self.run_it("--reset-peaks", status=ODD_FILE))
        with open(f"{self.debugfs}/hmap/stats", encoding="utf-8") as file:
            self.assertEqual(file.read(), before)

    # Manual

    def test_manual_has_each_option(self):
        with open(f"{TOOLS}/hmapstat.8", encoding="utf-8") as file:
            manual = file.read().replace("\\-", "-")
        for option in set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", self.run_it("--help"))):
            self.assertIn(option, manual)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    bad = len(result.failures) + len(result.errors)
    # Of a test with parts, several may have failed.
    print(f"{max(result.testsRun - bad, 0)} passed, {bad} failed")
    sys.exit(bad > 0)
