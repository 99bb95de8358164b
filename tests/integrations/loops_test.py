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


class Rounds(PackageTest):
    def test_figures_that_only_some_rounds_have_are_kept(self):
        from joulecast.integrations._follow import Follower

        follower = Follower(None, {"name": "rounds"})
        follower.begin_fit("round", 10)
        for done in range(1, 11):  # much faster than they are told
            follower.round(done, {"auc": done / 10} if done % 3 == 1 else {}, 10)
        follower.end_fit()
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "round", 10, 10)])
        self.assertEqual({round.index: round.metrics["auc"] for round in run.epochs if round.metrics}, {0: 0.1, 3: 0.4, 6: 0.7, 9: 1.0})


if __name__ == "__main__":
    unittest.main()
