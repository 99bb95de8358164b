"""Tests the callback in real trainings of CatBoost."""
import gc
import unittest

import libraries

libraries.require("numpy", "catboost")
import catboost
import joulecast
from boosting import ROUNDS, BoostingTest, slowly

from joulecast.integrations.catboost import EnergyCallback


class Slow:
    def after_iteration(self, info):
        slowly()
        return True


class Callback(BoostingTest):
    def fit(self, *callbacks, iterations=ROUNDS, **arguments):
        model = catboost.CatBoostClassifier(iterations=iterations, verbose=False, allow_writing_files=False, **arguments)
        return model.fit(self.x, self.y, eval_set=(self.x, self.y), callbacks=list(callbacks))

    def test_a_block(self):
        with joulecast.track("block"):
            self.fit(EnergyCallback(), Slow())
        self.assert_followed(self.one_run(), "learn_Logloss")

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own")
        self.fit(callback, Slow())
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "round", ROUNDS, ROUNDS)])

    def test_several_fits_in_a_block(self):
        callback = EnergyCallback()
        with joulecast.track():
            self.fit(callback)
            self.fit(callback, iterations=5)
        self.assertEqual([row[1:] for row in libraries.progress_of(self.one_run())], [("round", ROUNDS, ROUNDS), ("round", 5, 5)])

    def test_an_early_stop_ends_its_run(self):
        class Stops:
            def after_iteration(self, info):
                return info.iteration < 7

        self.fit(EnergyCallback(), Slow(), Stops(), iterations=500)
        gc.collect()
        run = self.one_run()
        self.assertEqual((run.status, run.phases[0].work, run.phases[0].total_work), ("finished", 7, 500))

    def test_a_limit_ends_the_training(self):
        with joulecast.track(interval=0.01) as run:
            run.stop_if(projected_j=0.001)
            with self.assertWarnsRegex(joulecast._warn.JoulecastWarning, "ends this training early"):
                model = self.fit(EnergyCallback(), Slow(), iterations=1000)
        self.assertLess(model.tree_count_, 1000)

    def test_the_example(self):
        done = libraries.run_example(self, "catboost")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assert_followed(self.one_run(), "learn_Logloss", 200, 200)


if __name__ == "__main__":
    unittest.main()
