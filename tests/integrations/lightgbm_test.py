"""Tests the callback in real trainings of LightGBM."""
import gc
import unittest

import libraries

libraries.require("numpy", "lightgbm")
import joulecast
import lightgbm
from boosting import ROUNDS, BoostingTest, slowly

from joulecast.integrations.lightgbm import EnergyCallback


class Callback(BoostingTest):
    def train(self, *callbacks, rounds=ROUNDS, **arguments):
        data = lightgbm.Dataset(self.x, self.y)
        valid = lightgbm.Dataset(self.x, self.y, reference=data)
        return lightgbm.train({"objective": "binary", "verbose": -1}, data, rounds, valid_sets=[data, valid], callbacks=list(callbacks), **arguments)

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own")
        self.train(callback, slowly)
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status, len(run.epochs)), ("own", "finished", ROUNDS))
        self.assert_followed(run, "training_binary_logloss")

    def test_an_estimator(self):
        lightgbm.LGBMClassifier(n_estimators=ROUNDS, verbose=-1).fit(self.x, self.y, eval_X=(self.x,), eval_y=(self.y,), callbacks=[EnergyCallback()])
        self.assert_followed(self.one_run(), "valid_0_binary_logloss")

    def test_a_cross_validation(self):
        lightgbm.cv({"objective": "binary", "verbose": -1}, lightgbm.Dataset(self.x, self.y), ROUNDS, nfold=3, callbacks=[EnergyCallback()])
        self.assert_followed(self.one_run(), "valid_binary_logloss")

    def test_a_training_that_goes_on_and_several_in_a_block(self):
        callback = EnergyCallback()
        with joulecast.track("block") as run:
            first = self.train(callback)
            self.train(callback, rounds=5, init_model=first)
            self.assertEqual(run.status, "running")
        self.assertEqual([row[1:] for row in libraries.progress_of(self.one_run())], [("round", ROUNDS, ROUNDS), ("round", 5, 5)])

    def test_an_early_stop_ends_its_run(self):
        self.train(EnergyCallback(), lightgbm.early_stopping(2, min_delta=10.0, verbose=False), slowly, rounds=500)
        gc.collect()
        run = self.one_run()
        self.assertEqual((run.status, run.phases[0].total_work), ("finished", 500))
        self.assertLess(run.phases[0].work, 10)

    def test_a_limit_ends_the_training(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.train(EnergyCallback(), slowly, rounds=1000)
        self.assertEqual(self.one_run().status, "stopped")

    def test_the_example(self):
        done = libraries.run_example(self, "lightgbm")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assert_followed(self.one_run(), "valid_0_binary_logloss", 200, 200)


if __name__ == "__main__":
    unittest.main()
