"""Tests the callback in real fits of Lightning."""
import logging
import unittest
import warnings

import libraries

libraries.require("torch", "lightning")
import joulecast
import lightning
import torch
from support import PackageTest

from joulecast.integrations.lightning import EnergyCallback

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="lightning")


class Regression(lightning.LightningModule):
    def __init__(self, breaks_at=None):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        self.breaks_at = breaks_at

    def loss_of(self, batch):
        libraries.pause()
        return torch.nn.functional.mse_loss(self.layer(batch), batch.sum(1, keepdim=True))

    def training_step(self, batch):
        if self.global_step == self.breaks_at:
            raise RuntimeError("of the training")
        loss = self.loss_of(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch):
        self.log("val_loss", self.loss_of(batch))

    test_step = validation_step

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)


class Stream(torch.utils.data.IterableDataset):
    def __iter__(self):
        return iter(torch.randn(16, 4))


class Stops(lightning.Callback):
    """Early, after the second epoch."""

    def on_train_epoch_end(self, trainer, pl_module):
        trainer.should_stop = trainer.current_epoch == 1


class Callback(PackageTest):
    def trainer(self, *callbacks, **arguments):
        wanted = {"max_epochs": 2, "accelerator": "cpu", "logger": False, "enable_checkpointing": False,
                  "enable_progress_bar": False, "enable_model_summary": False, "default_root_dir": self.folder}
        return lightning.Trainer(callbacks=list(callbacks), **{**wanted, **arguments})

    def data(self, samples=16):
        return torch.utils.data.DataLoader(torch.randn(samples, 4), batch_size=4)

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own", interval=0.05)
        self.trainer(callback).fit(Regression(), self.data(), self.data(8))
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 2, 2)])
        self.assertEqual([epoch.index for epoch in run.epochs], [0, 1])
        for epoch in run.epochs:
            self.assertEqual(set(epoch.metrics), {"train_loss", "val_loss"})
        self.assertEqual(libraries.windows_of(run), ["sanity check", "validation", "validation"])
        for window, epoch in zip(run.windows[1:], run.epochs):
            self.assertLessEqual(epoch.start_s, window.start_s)
            self.assertLessEqual(window.end_s, epoch.end_s)

    def test_several_fits_and_a_test_in_a_block(self):
        with joulecast.track("block") as run:
            for _ in range(2):
                trainer = self.trainer(EnergyCallback())
                trainer.fit(model := Regression(), self.data())
            trainer.test(model, self.data(8), verbose=False)
            self.assertEqual(run.status, "running")
        stored = self.one_run()
        self.assertEqual([row[1:] for row in libraries.progress_of(stored)], [("epoch", 2, 2)] * 2)
        self.assertEqual(libraries.windows_of(stored), ["test"])

    def test_a_resumed_fit_has_its_own_epochs_only(self):
        first = self.trainer(max_epochs=2)
        first.fit(Regression(), self.data())
        first.save_checkpoint(self.folder / "two.ckpt")
        self.trainer(EnergyCallback(), max_epochs=5).fit(Regression(), self.data(), ckpt_path=self.folder / "two.ckpt", weights_only=False)
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 3, 3)])
        self.assertEqual([epoch.index for epoch in run.epochs], [2, 3, 4])

    def test_a_fit_resumed_within_an_epoch_has_its_own_steps_only(self):
        saves = lightning.pytorch.callbacks.ModelCheckpoint(self.folder, filename="{step}", every_n_train_steps=3, save_top_k=-1)
        self.trainer(saves, enable_checkpointing=True, max_epochs=1).fit(Regression(), self.data())
        self.trainer(EnergyCallback(), max_epochs=2).fit(Regression(), self.data(), ckpt_path=self.folder / "step=3.ckpt", weights_only=False)
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "step", 5, 5)])
        self.assertEqual([epoch.index for epoch in run.epochs], [0, 1])

    def test_an_epoch_without_validation_has_no_metric_of_one(self):
        self.trainer(EnergyCallback(), max_epochs=4, check_val_every_n_epoch=2).fit(Regression(), self.data(), self.data())
        told = [set(epoch.metrics) for epoch in self.one_run().epochs]
        self.assertEqual(told, [{"train_loss"}, {"train_loss", "val_loss"}] * 2)

    def test_a_fit_of_steps(self):
        self.trainer(EnergyCallback(), max_epochs=-1, max_steps=6).fit(Regression(), self.data())
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "step", 6, 6)])
        self.assertEqual([epoch.index for epoch in run.epochs], [0, 1])

    def test_a_stream_of_unknown_length(self):
        self.trainer(EnergyCallback()).fit(Regression(), torch.utils.data.DataLoader(Stream(), batch_size=4))
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 2, 2)])

    def test_an_early_stop(self):
        self.trainer(Stops(), EnergyCallback(), max_epochs=10).fit(Regression(), self.data())
        run = self.one_run()
        self.assertEqual((run.status, libraries.progress_of(run)), ("finished", [("train", "epoch", 2, 10)]))

    def test_after_an_early_stop_no_more_is_expected(self):
        with joulecast.track() as run:
            self.trainer(Stops(), EnergyCallback(), max_epochs=10).fit(Regression(), self.data())
            self.assertEqual((run.projection.share, run.projection.ready), (1, False))
            self.assertIn("left", run.doubt)

    def test_the_forecast_is_there_in_the_first_epoch(self):
        seen = []

        class Looks(lightning.Callback):
            def on_train_batch_end(self, trainer, pl_module, *_):
                if trainer.current_epoch == 0:
                    seen.append(joulecast.current().projection)

        with joulecast.track(interval=0.02):
            self.trainer(EnergyCallback(), Looks()).fit(Regression(), self.data(240))
        self.assertIsNotNone(seen[-1])
        self.assertLess(seen[-1].share, 0.51)

    def test_a_failed_fit(self):
        with self.assertRaisesRegex(RuntimeError, "of the training"):
            self.trainer(EnergyCallback()).fit(Regression(breaks_at=6), self.data())
        run = self.one_run()
        self.assertEqual(run.status, "failed")
        self.assertEqual(libraries.progress_of(run)[0], ("train", "epoch", 1.5, 2))

    def test_a_limit_ends_the_fit(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.trainer(EnergyCallback(), max_epochs=100).fit(Regression(), self.data())
        self.assertEqual(self.one_run().status, "stopped")

    def test_processes_on_one_node_are_one_run(self):
        with joulecast.track("ranks"):
            self.trainer(EnergyCallback(), strategy="ddp_fork", devices=2).fit(Regression(), self.data(32), self.data(8))
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", 2, 2)])
        self.assertEqual(len(run.epochs), 2)

    def test_the_example(self):
        done = libraries.run_example(self, "lightning")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 3, 3)])


if __name__ == "__main__":
    unittest.main()
