"""Runs the examples of docs/python/index.md, in order and in one store, and looks at all pages' for figures that may be unknown."""
import os
import pathlib
import re
import unittest

from support import JOULECAST, PackageTest

PAGES = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[2])) / "docs/python"


def examples(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


class Docs(PackageTest):
    def run_all(self, allowed=(), **how):
        shown = examples(PAGES / "index.md")
        self.assertEqual(len(shown), 3)
        for number, example in enumerate(shown):
            with self.subTest(number, **how):
                done = self.run_program(example, **how)
                warned = [line for line in done.stderr.splitlines() if "Warning" in line]
                self.assertEqual((done.returncode, warned[len(allowed):]), (0, []), done.stderr)
                for line, text in zip(warned, allowed):
                    self.assertIn(text, line)
                self.assertTrue(done.stdout)

    def test_the_examples_run_wherever_they_stand(self):
        self.run_all()
        self.run_all(allowed=["nothing is measured in rank 1"], LOCAL_RANK="1")  # nothing is known to a rank that finds no measurement
        self.run_all(allowed=["name, tags of this block are left out"], under=(JOULECAST, "run", "--quiet", "--"))

    def test_no_example_computes_or_formats_what_may_be_unknown(self):
        for page in sorted(PAGES.glob("*.md")):
            for example in examples(page):
                with self.subTest(page=page.name):
                    self.assertNotRegex(example, r"energy\.total_\w+ *[:/*+-]|_j\.value")


if __name__ == "__main__":
    unittest.main()
