"""Tests the logger with real writers, and reads what they wrote with TensorBoard."""
import unittest

import libraries

libraries.require("tensorboard", "tensorboardX")
import joulecast
from support import PackageTest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter

from joulecast.integrations.tensorboard import EnergyLogger


class Logs(PackageTest):
    def scalars(self, folder="logs"):
        events = EventAccumulator(str(self.folder / folder))
        events.Reload()
        return {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}

    def follow(self, writer_class, **arguments):
        with writer_class(str(self.folder / "logs")) as writer, joulecast.track(interval=0.05) as run:
            EnergyLogger(writer=writer, every=0.2, **arguments)
            for _ in run.epochs(range(30)):
                libraries.pause()
        return run

    def test_figures_are_scalars(self):
        run = self.follow(SummaryWriter)
        total = self.scalars()["energy/total_kwh"]
        self.assertGreater(len(total), 2)
        self.assertAlmostEqual(total[-1].value, run.energy.total_kwh, delta=1e-6 * run.energy.total_kwh)

    def test_steps_of_the_training(self):
        self.follow(SummaryWriter, step=lambda: 17)
        self.assertEqual({scalar.step for scalar in self.scalars()["energy/total_kwh"]}, {17})

    def test_the_writer_of_torch(self):
        try:
            from torch.utils.tensorboard import SummaryWriter as TorchWriter
        except ImportError as error:
            self.skipTest(str(error))
        self.follow(TorchWriter)
        self.assertIn("energy/power_w", self.scalars())

    def test_what_is_no_writer(self):
        with joulecast.track(), self.assertRaisesRegex(TypeError, "writer"):
            EnergyLogger(writer="logs")

    def test_the_example(self):
        libraries.run_example(self, "tensorboard")
        self.assertIn("energy/total_kwh", self.scalars())


if __name__ == "__main__":
    unittest.main()
