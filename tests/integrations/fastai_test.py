"""Tests the callback in real fits of fastai."""
import gc
import unittest
import warnings

import libraries

libraries.require("torch", "fastai")
import joulecast
import torch
from fastai.callback.core import Callback
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.callback.schedule import *  # noqa: F403  adds fine_tune and lr_find to Learner
from support import PackageTest

from joulecast.integrations.fastai import EnergyCallback


class Slow(Callback):
    def __init__(self, breaks_at=None):
        self.left = breaks_at

    def before_batch(self):
        libraries.pause()
        if self.left == 0:
            raise RuntimeError("of the training")
        self.left = self.left and self.left - 1


class Follows(PackageTest):
    def learner(self, **arguments):
        x = torch.randn(32, 4)
        data = torch.utils.data.TensorDataset(x, x.sum(1, keepdim=True))
        loaders = DataLoaders.from_dsets(data, data, bs=8, device="cpu")
        splitter = lambda model: [list(model[0].parameters()), list(model[1].parameters())]  # noqa: E731
        model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 1))
        return Learner(loaders, model, loss_func=torch.nn.functional.mse_loss, splitter=splitter, path=self.folder, **arguments)

    def fit(self, epochs, callback, *others, **arguments):
        learner = self.learner()
        with learner.no_bar(), learner.no_logging():
            learner.fit(epochs, cbs=[callback, *others], **arguments)

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own", interval=0.05)
        self.fit(2, callback, Slow())
        self.assertEqual(callback.energy_run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 2, 2)])
        for epoch in run.epochs:
            self.assertEqual(set(epoch.metrics), {"train_loss", "val_loss"})
        self.assertEqual(libraries.windows_of(run), ["validation"] * 2)
        for window, epoch in zip(run.windows, run.epochs):
            self.assertLessEqual(epoch.start_s, window.start_s)
            self.assertLessEqual(window.end_s, epoch.end_s)

    def test_fine_tuning_is_two_phases(self):
        with joulecast.track("block"):
            learner = self.learner(cbs=EnergyCallback())
            with learner.no_bar(), learner.no_logging():
                learner.fine_tune(2)
                learner.get_preds()
        self.assertEqual([row[1:] for row in libraries.progress_of(self.one_run())], [("epoch", 1, 1), ("epoch", 2, 2)])

    def test_looking_for_a_rate_is_no_training(self):
        learner = self.learner(cbs=EnergyCallback())
        with learner.no_bar(), learner.no_logging():
            learner.lr_find(num_it=5, show_plot=False)
        self.assertEqual(libraries.runs(), [])

    def test_a_later_start_has_its_own_epochs_only(self):
        self.fit(5, EnergyCallback(), start_epoch=3)
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 2, 2)])
        self.assertEqual([epoch.index for epoch in run.epochs], [3, 4])

    def test_a_failed_fit_ends_its_run(self):
        with self.assertRaisesRegex(RuntimeError, "of the training"):
            self.fit(2, EnergyCallback(), Slow(breaks_at=10))
        gc.collect()
        run = self.one_run()
        self.assertEqual((run.status, libraries.progress_of(run)), ("failed", [("train", "epoch", 1.5, 2)]))

    def test_a_limit_ends_the_fit(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.fit(100, EnergyCallback(), Slow())
        self.assertEqual(self.one_run().status, "stopped")

    def test_the_example(self):
        done = libraries.run_example(self, "fastai")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 3, 3)])


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="fastai")
    unittest.main()
