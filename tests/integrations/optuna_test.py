"""Tests the recipe for Optuna."""
import unittest

import libraries

libraries.require("optuna")
from support import PackageTest


class Recipe(PackageTest):
    def test_each_trial_is_a_phase(self):
        done = libraries.run_example(self, "optuna")
        self.assertEqual(len(done.stdout.splitlines()), 4)
        self.assertEqual(libraries.progress_of(self.one_run()), [(f"trial {number}", "epoch", 5, 5) for number in range(4)])


if __name__ == "__main__":
    unittest.main()
