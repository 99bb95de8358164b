"""Tests the callback in real fits of Keras, on PyTorch unless $KERAS_BACKEND says otherwise."""
import gc
import os
import unittest

import libraries

os.environ.setdefault("KERAS_BACKEND", "torch")
libraries.require("keras", os.environ["KERAS_BACKEND"])
import joulecast
import keras
import numpy
from support import JOULECAST, PackageTest

from joulecast.integrations.keras import EnergyCallback


class Slow(keras.callbacks.Callback):
    """Takes its time in each step, and breaks the training after so many."""

    def __init__(self, breaks_at=None):
        super().__init__()
        self.left = breaks_at

    def on_train_batch_begin(self, batch, logs=None):
        libraries.pause()
        if self.left == 0:
            raise RuntimeError("of the training")
        self.left = self.left and self.left - 1

    def on_test_batch_begin(self, batch, logs=None):
        libraries.pause()


class Stops(keras.callbacks.Callback):
    """Early, after the second epoch."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 1


class Callback(PackageTest):
    def setUp(self):
        super().setUp()
        self.x = numpy.random.rand(32, 4)
        self.model = keras.Sequential([keras.layers.Dense(1)])
        self.model.compile(optimizer="sgd", loss="mse", metrics=["mae"])

    def fit(self, *callbacks, data=None, breaks_at=None, **arguments):
        data = {"x": self.x, "y": self.x.sum(axis=1), "batch_size": 8} if data is None else {"x": data}
        return self.model.fit(**{**data, "epochs": 2, "verbose": 0, **arguments}, callbacks=[*callbacks, Slow(breaks_at)])

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own", interval=0.05)
        self.fit(callback, validation_data=(self.x, self.x.sum(axis=1)), validation_batch_size=8)
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 2, 2)])
        self.assertEqual([epoch.index for epoch in run.epochs], [0, 1])
        for epoch in run.epochs:
            self.assertEqual(set(epoch.metrics), {"train_loss", "train_mae", "val_loss", "val_mae"})
        self.assertEqual(libraries.windows_of(run), ["validation"] * 2)
        for window, epoch in zip(run.windows, run.epochs):
            self.assertLessEqual(epoch.start_s, window.start_s)
            self.assertLessEqual(window.end_s, epoch.end_s)

    def test_several_fits_and_an_evaluation_in_a_block(self):
        callback = EnergyCallback()
        with joulecast.track("block") as run:
            self.fit(callback)
            self.fit(callback, epochs=5, initial_epoch=2)
            self.model.evaluate(self.x, self.x.sum(axis=1), verbose=0, callbacks=[callback])
            self.model.predict(self.x, verbose=0, callbacks=[callback])
            self.assertEqual(run.status, "running")
        stored = self.one_run()
        self.assertEqual([row[1:] for row in libraries.progress_of(stored)], [("epoch", 2, 2), ("epoch", 3, 3)])
        self.assertEqual([epoch.index for epoch in stored.epochs], [0, 1, 2, 3, 4])
        self.assertEqual(libraries.windows_of(stored), ["evaluation", "prediction"])

    def test_each_fit_is_a_run_without_a_block(self):
        callback = EnergyCallback()
        self.fit(callback)
        self.fit(callback)
        self.assertEqual([run.status for run in libraries.runs()], ["finished"] * 2)

    def test_a_generator_of_unknown_length(self):
        def batches():
            for _ in range(100):
                yield self.x[:8], self.x[:8].sum(axis=1)

        self.fit(EnergyCallback(), data=batches(), steps_per_epoch=5)
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 2, 2)])

    def test_an_early_stop(self):
        self.fit(EnergyCallback(), Stops(), epochs=10)
        run = self.one_run()
        self.assertEqual((run.status, libraries.progress_of(run)), ("finished", [("train", "epoch", 2, 10)]))

    def test_after_an_early_stop_no_more_is_expected(self):
        with joulecast.track() as run:
            self.fit(EnergyCallback(), Stops(), epochs=10)
            self.assertEqual((run.projection.share, run.projection.ready), (1, False))
            self.assertIn("left", run.doubt)

    def test_the_forecast_is_there_in_the_first_epoch(self):
        seen = []

        class Looks(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                seen.append(joulecast.current().projection)

        with joulecast.track(interval=0.02):
            self.x = numpy.random.rand(64, 4)
            self.fit(EnergyCallback(), Looks(), batch_size=1)
        self.assertIsNotNone(seen[63])
        self.assertLess(seen[63].share, 0.51)

    def test_a_failed_fit_ends_its_run(self):
        with self.assertRaisesRegex(RuntimeError, "of the training"):
            self.fit(EnergyCallback(), breaks_at=6)
        gc.collect()
        run = self.one_run()
        self.assertEqual((run.status, libraries.progress_of(run)), ("failed", [("train", "epoch", 1.5, 2)]))

    def test_a_limit_ends_the_fit(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.fit(EnergyCallback(), epochs=100)
        self.assertEqual(self.one_run().status, "stopped")

    def test_does_not_make_keras_wait_for_metrics(self):
        self.assertTrue(keras.callbacks.CallbackList([EnergyCallback()])._async_train)

    def test_under_joulecast_run_there_is_one_run(self):
        done = self.run_program(libraries.example("keras"), under=(JOULECAST, "run", "--quiet", "--name", "outer", "--"), timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.one_run()
        self.assertEqual((run.name, libraries.progress_of(run)), ("outer", [("train", "epoch", 3, 3)]))
        self.assertLessEqual({"train_loss", "val_loss"}, set(run.epochs[-1].metrics))
        self.assertEqual(libraries.windows_of(run), ["validation"] * 3)

    def test_the_example(self):
        done = libraries.run_example(self, "keras")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 3, 3)])


if __name__ == "__main__":
    unittest.main()
