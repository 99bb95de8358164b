"""Tests the callback in real trainings of XGBoost."""
import copy
import gc
import pickle
import unittest

import libraries

libraries.require("numpy", "xgboost")
import joulecast
import xgboost
from boosting import ROUNDS, BoostingTest, slowly

from joulecast.integrations.xgboost import EnergyCallback


class Slow(xgboost.callback.TrainingCallback):
    def __init__(self, breaks_at=None):
        super().__init__()
        self.breaks_at = breaks_at

    def before_iteration(self, model, epoch, evals_log):
        slowly()
        if epoch == self.breaks_at:
            raise RuntimeError("of the training")
        return False


class Callback(BoostingTest):
    def train(self, *callbacks, rounds=ROUNDS, **arguments):
        data = xgboost.DMatrix(self.x, self.y)
        return xgboost.train({"objective": "binary:logistic"}, data, rounds, evals=[(data, "train")], verbose_eval=False,
                             callbacks=list(callbacks), **arguments)

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own")
        self.train(callback, Slow())
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status, len(run.epochs)), ("own", "finished", ROUNDS))
        self.assert_followed(run, "train_logloss")

    def test_an_estimator(self):
        xgboost.XGBClassifier(n_estimators=ROUNDS, callbacks=[EnergyCallback()]).fit(self.x, self.y, eval_set=[(self.x, self.y)], verbose=False)
        self.assert_followed(self.one_run(), "validation_0_logloss")

    def test_a_cross_validation(self):
        xgboost.cv({"objective": "binary:logistic"}, xgboost.DMatrix(self.x, self.y), ROUNDS, nfold=3, callbacks=[EnergyCallback()])
        self.assert_followed(self.one_run(), "test_logloss")

    def test_a_training_that_goes_on(self):
        first = self.train()
        with joulecast.track():
            self.train(EnergyCallback(), rounds=5, xgb_model=first)
        self.assert_followed(self.one_run(), "train_logloss", 5, 5)

    def test_an_early_stop(self):
        stops = xgboost.callback.EarlyStopping(rounds=2, min_delta=10.0)
        self.train(EnergyCallback(), stops, rounds=500)
        run = self.one_run()
        self.assertEqual((run.status, run.phases[0].total_work), ("finished", 500))
        self.assertLess(run.phases[0].work, 10)

    def test_a_failed_training_ends_its_run(self):
        with self.assertRaisesRegex(RuntimeError, "of the training"):
            self.train(EnergyCallback(), Slow(breaks_at=5))
        gc.collect()
        self.assertEqual(self.one_run().status, "failed")

    def test_copies_follow_trainings_of_their_own(self):
        callback = EnergyCallback(name="copied")
        self.train(callback)
        for copied in (copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):
            self.assertIsNone(copied.run)
            self.train(copied)
        self.assertEqual([run.name for run in libraries.runs()], ["copied"] * 3)

    def test_a_limit_ends_the_training(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.train(EnergyCallback(), Slow(), rounds=1000)
        self.assertEqual(self.one_run().status, "stopped")

    def test_the_example(self):
        done = libraries.run_example(self, "xgboost")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assert_followed(self.one_run(), "validation_0_logloss", 200, 200)


if __name__ == "__main__":
    unittest.main()
