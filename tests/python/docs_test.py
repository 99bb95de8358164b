"""Runs the examples of docs/python/index.md, in order and in one store."""
import os
import pathlib
import re
import unittest

from support import PackageTest

SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[2]))


class Docs(PackageTest):
    def test_the_examples_run(self):
        page = (SOURCE / "docs/python/index.md").read_text()
        examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(examples), 3)
        for number, example in enumerate(examples):
            with self.subTest(number):
                done = self.run_program(example)
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                self.assertTrue(done.stdout)


if __name__ == "__main__":
    unittest.main()
