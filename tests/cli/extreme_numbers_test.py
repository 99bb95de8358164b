"""Bundles with numbers that no meter and no training gives: a note or one line, and never a crash, a hang or a figure that is none."""
import json
import re
import unittest

from support import CommandTest

EXTREME = ("1e308", "5e-324", "1e400", "-1", "0", "9223372036854775808", "nan", "")
# Where a number stands: a file of the bundle, a line of it (0 = the header), and the line with {} for the number.
PLACES = (
    ("power.csv", 3, "{},200"), ("power.csv", 3, "2,{}"), ("power.csv", 1, "{},200"), ("power.csv", -1, "{},200"),
    ("epochs.csv", 3, "{},10,15,1"), ("epochs.csv", 3, "3,{},15,1"), ("epochs.csv", 3, "3,10,{},1"), ("epochs.csv", 3, "3,10,15,{}"),
    ("epochs.csv", -1, "12,55,60,{}"), ("progress.csv", 3, "{},0.4"), ("progress.csv", 3, "2,{}"), ("progress.csv", -1, "59,{}"),
    ("run.json", "total_work", None), ("run.json", "run_start_s", None), ("run.json", "run_stop_s", None), ("run.json", "gpu_count", None),
)
# In quotes it is what stood in a file.
NO_FIGURE = re.compile(r"(?<![A-Za-z\"'])(nan|inf(inity)?)(?![A-Za-z])", re.IGNORECASE)


class ExtremeNumbers(CommandTest):
    def write(self, changes):
        """A bundle of a minute: 12 of 20 epochs."""
        bundle = self.folder / "bundle"
        bundle.mkdir(exist_ok=True)
        description = {"id": "extreme", "source": "test", "gpu_count": 1, "total_work": 20, "work_unit": "epoch",
                       "run_start_s": 0, "run_stop_s": 60, "status": "interrupted"}
        files = {"power.csv": ["time_s,gpu0_w"] + [f"{i},{200 + i % 3}" for i in range(61)],
                 "epochs.csv": ["epoch,start_s,end_s,work"] + [f"{i + 1},{i * 5},{i * 5 + 5},1" for i in range(12)],
                 "progress.csv": ["time_s,work"] + [f"{i},{i / 5}" for i in range(60)]}
        keys = {}
        for (file, at, line), number in changes:
            if file == "run.json":
                description.pop(at, None)
                keys[at] = number if number not in ("nan", "inf", "") else json.dumps(number)
            else:
                files[file][at] = line.format(number)
        text = json.dumps(description)[:-1] + "".join(f', "{key}": {number}' for key, number in keys.items()) + "}"
        (bundle / "run.json").write_text(text)
        for name, lines in files.items():
            (bundle / name).write_text("\n".join(lines) + "\n")
        return bundle

    def expect_sound(self, *arguments):
        done = self.call(*arguments, expect=None)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        if done.returncode == 2:
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIsNone(NO_FIGURE.search(done.stdout), done.stdout)

    def test_each_place(self):
        for place in PLACES:
            for number in EXTREME:
                with self.subTest(place=place, number=number):
                    bundle = self.write([(place, number)])
                    self.expect_sound("project", bundle)
                    self.expect_sound("import", bundle, "--dry-run")

    def test_every_unit_of_work_at_once(self):
        for number in EXTREME:
            for total in ("1e308", "5e-324", "20"):
                with self.subTest(number=number, total=total):
                    bundle = self.write([(("epochs.csv", i + 1, f"{i + 1},{i * 5},{i * 5 + 5},{{}}"), number) for i in range(12)]
                                        + [(("run.json", "total_work", None), total)])
                    self.expect_sound("project", bundle, "--json", "-")

    def test_a_stored_run_is_projected_too(self):
        for number in ("1e308", "5e-324", "9223372036854775808"):
            bundle = self.write([(("epochs.csv", 3, "3,10,15,{}"), number), (("power.csv", 3, "2,{}"), number)])
            self.expect_sound("import", bundle)
            self.expect_sound("project", "extreme")
            self.expect_sound("show", "extreme")
            self.call("rm", "extreme", expect=None)

    def test_a_report_has_no_figure_that_is_none(self):
        for place in PLACES:
            for number in ("1e308", "5e-324", "-1", ""):
                with self.subTest(place=place, number=number):
                    bundle = self.write([(place, number)])
                    if self.call("import", bundle, expect=None).returncode != 0:
                        continue
                    for options in (["-o", "-"], ["--format", "text", "--budget", "1Wh"], ["--format", "csv"]):
                        self.expect_sound("report", "extreme", *options)
                    self.call("rm", "extreme", expect=None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
