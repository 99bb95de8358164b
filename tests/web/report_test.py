"""The page of `joulecast report` in a real browser: opened from the disk, wide and on a phone, dark, and printed."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import browser
from support import CommandTest

BUNDLES = pathlib.Path(__file__).resolve().parents[1] / "golden" / "inputs"
PHONE = 360
DESK = 1000


class ReportPage(CommandTest):
    def page(self, *runs, folder="bundles", options=()):
        self.call("import", BUNDLES / folder)
        target = self.folder / "report.html"
        self.call("report", *runs, "-o", target, *options)
        return target

    def assert_fits(self, seen):
        self.assertEqual(seen["console"], [])
        self.assertLessEqual(seen["content"], seen["width"], "the page is wider than the window")
        for picture in seen["pictures"]:
            with self.subTest(picture["title"]):
                self.assertEqual(picture["overlaps"], [])
                self.assertEqual(picture["outside"], [])
                self.assertGreater(picture["marks"], 0, "an empty picture")
                self.assertGreater(picture["size"], 0.93)  # text of its full size, but for a scroll bar

    def test_everything_that_a_run_has_is_drawn(self):
        page = self.page("steady", options=["--budget", "10Wh", "--price", "0.25 EUR", "--country", "ESP"])
        for width in (DESK, PHONE):
            seen = browser.look(page, width)
            self.assert_fits(seen)
            titles = [picture["title"] for picture in seen["pictures"]]
            self.assertEqual(titles, ["Where the figure comes from", "Power over time", "Forecasts while it ran",
                                      "Energy and correctness by epoch", "Energy used against the budget",
                                      "Utilisation against power", "Energy of other choices, predicted"])
            self.assertEqual(seen["tables"], len(titles))

    def test_several_gpus_and_gaps(self):
        for run in ("counters", "gap", "nodes", "plateau"):
            page = self.page(run)
            for width in (DESK, PHONE):
                self.assert_fits(browser.look(page, width))

    def test_what_a_run_lacks_is_no_empty_picture(self):
        seen = browser.look(self.page("energy_only"), PHONE)
        self.assert_fits(seen)
        self.assertNotIn("Power over time", [picture["title"] for picture in seen["pictures"]])
        self.assertIn("Power over time", seen["headings"])  # says why instead

    def test_runs_compared(self):
        self.call("import", BUNDLES / "groups")
        ids = [line.split()[0] for line in self.call("list").stdout.splitlines()[1:]]
        page = self.folder / "report.html"
        self.call("report", *ids, "-o", page, "--group", "architecture")
        for width in (DESK, PHONE):
            seen = browser.look(page, width)
            self.assert_fits(seen)
            self.assertIn("Energy by architecture", [picture["title"] for picture in seen["pictures"]])

    def test_follows_the_readers_dark_setting(self):
        page = self.page("steady")
        light = browser.look(page, DESK)["background"]
        dark = browser.look(page, DESK, "--blink-settings=preferredColorScheme=0")["background"]
        self.assertEqual({light, dark}, {"rgb(255, 255, 255)", "rgb(20, 24, 29)"})

    def test_prints(self):
        pdf = browser.print_to_pdf(self.page("steady"))
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertGreater(len(pdf), 20_000)

    def test_a_hostile_name_is_only_text(self):
        self.call("import", BUNDLES / "bundles")
        name = "<img src=x onerror=alert(1)><script>console.error(1)</script>"
        self.call("tag", "steady", f"note={name}")
        page = self.folder / "report.html"
        self.call("report", "steady", "-o", page)
        self.assert_fits(browser.look(page, PHONE))
        self.assertIn("&lt;script&gt;", page.read_text())


if __name__ == "__main__":
    if browser.CHROMIUM is None:
        print("skipped: chromium is not installed")
        sys.exit(77)
    unittest.main()
