"""Tests the tracker in real loops of Accelerate."""
import unittest

import libraries

libraries.require("torch", "accelerate")
import joulecast
from accelerate import Accelerator
from support import PackageTest

from joulecast.integrations.accelerate import EnergyTracker


class Tracker(PackageTest):
    def accelerator(self, tracker, **configuration):
        accelerator = Accelerator(cpu=True, log_with=tracker)
        accelerator.init_trackers("project", config=configuration)
        return accelerator

    def test_a_run_of_its_own(self):
        accelerator = self.accelerator(EnergyTracker(name="own"), max_train_steps=20, lr=0.1)
        for step in range(1, 21):
            libraries.pause()
            if step % 5 == 0:
                accelerator.log({"train_loss": 1 / step, "note": "text"}, step=step)
        accelerator.end_training()
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "step", 20, 20)])

    def test_a_resumed_loop_has_its_own_steps_only(self):
        accelerator = self.accelerator(EnergyTracker(steps=1000))
        for step in range(901, 1001):
            if step % 10 == 0:
                libraries.pause()
                accelerator.log({"train_loss": 1 / step}, step=step)
        accelerator.end_training()
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "step", 100, 100)])

    def test_loops_of_the_run_tell_the_progress(self):
        with joulecast.track() as run:
            accelerator = self.accelerator(EnergyTracker(), max_train_steps=99)
            for epoch in run.epochs(range(2)):
                for _ in run.steps(range(3)):
                    libraries.pause()
                accelerator.log({"train_loss": 0.5, "epoch": epoch}, step=3 * epoch)
            accelerator.end_training()
            self.assertEqual(run.status, "running")
            self.assertIs(accelerator.get_tracker("joulecast", unwrap=True), run)
        stored = self.one_run()
        self.assertEqual(libraries.progress_of(stored), [("train", "epoch", 2, 2)])
        self.assertEqual([epoch.metrics for epoch in stored.epochs], [{"train_loss": 0.5}] * 2)

    def test_a_step_that_is_the_epoch_is_none(self):
        accelerator = self.accelerator(EnergyTracker())
        for epoch in range(3):
            accelerator.log({"accuracy": 0.5, "epoch": epoch}, step=epoch)
        accelerator.end_training()
        self.assertEqual([phase.work for phase in self.one_run().phases if phase.work], [])

    def test_processes_on_one_node_are_one_run(self):
        done = self.run_program(f"""
            import sys
            sys.path.insert(0, {str(libraries.SOURCE / "tests" / "integrations")!r})
            from accelerate import notebook_launcher

            def train():
                from accelerate import Accelerator
                from joulecast.integrations.accelerate import EnergyTracker
                import time
                accelerator = Accelerator(cpu=True, log_with=EnergyTracker(name="ranks"))
                accelerator.init_trackers("project", config={{"max_steps": 10}})
                for step in range(1, 11):
                    time.sleep(0.03)
                    accelerator.wait_for_everyone()
                    accelerator.log({{"loss": 1.0}}, step=step)
                accelerator.end_training()

            notebook_launcher(train, num_processes=2, use_port="29611")
            """, ACCELERATE_USE_CPU="1", timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "step", 10, 10)])

    def test_the_example(self):
        done = libraries.run_example(self, "accelerate")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "epoch", 3, 3)])


if __name__ == "__main__":
    unittest.main()
