"""Tests the example of the page on integrations: a loop without any."""
import unittest

import libraries
from support import PackageTest


class Loop(PackageTest):
    def test_the_example(self):
        done = libraries.run_example(self, "integrations")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 3, 3)])
        self.assertEqual(libraries.windows_of(run), ["validation"] * 3)
        self.assertIn("val_loss", run.epochs[-1].metrics)


if __name__ == "__main__":
    unittest.main()
