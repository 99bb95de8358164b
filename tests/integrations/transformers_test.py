"""Tests the callback in real trainings of transformers.Trainer."""
import os
import subprocess
import sys
import unittest
import warnings

import libraries

libraries.require("torch", "transformers", "accelerate")
import joulecast
import torch
import transformers
from support import PackageTest

from joulecast.integrations.transformers import EnergyCallback


class Regression(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        libraries.pause()
        output = self.layer(x).squeeze(-1)
        return {"loss": torch.nn.functional.mse_loss(output, labels), "logits": output}


class Breaks(transformers.TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == 3:
            raise RuntimeError("of the training")


class Callback(PackageTest):
    def trainer(self, *callbacks, samples=16, **arguments):
        data = [{"x": torch.randn(4), "labels": torch.randn(())} for _ in range(samples)]
        wanted = {"num_train_epochs": 2, "per_device_train_batch_size": 4, "per_device_eval_batch_size": 8,
                  "save_strategy": "no", "logging_steps": 2, "report_to": [], "use_cpu": True, "disable_tqdm": True}
        arguments = transformers.TrainingArguments(str(self.folder / "out"), **{**wanted, **arguments})
        return transformers.Trainer(Regression(), arguments, train_dataset=data, eval_dataset=data, callbacks=list(callbacks))

    def test_a_run_of_its_own(self):
        callback = EnergyCallback(name="own", interval=0.05)
        self.trainer(callback, eval_strategy="epoch").train()
        self.assertEqual(callback.run.status, "finished")
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("own", "finished"))
        self.assertEqual(libraries.progress_of(run), [("train", "step", 8, 8)])
        self.assertEqual([epoch.index for epoch in run.epochs], [0, 1])
        for epoch in run.epochs:
            self.assertEqual(set(epoch.metrics), {"train_loss", "val_loss", "train_grad_norm", "train_learning_rate"})
        self.assertEqual(libraries.windows_of(run), ["validation"] * 2)
        for window, epoch in zip(run.windows, run.epochs):
            self.assertLessEqual(window.end_s, epoch.end_s)
            self.assertGreater(window.end_s - window.start_s, 0.05)

    def test_several_trainings_and_evaluations_in_a_block(self):
        with joulecast.track("block") as run:
            trainer = self.trainer(EnergyCallback())
            trainer.evaluate()
            trainer.train()
            trainer.train()
            trainer.predict(trainer.eval_dataset)
            self.assertEqual(run.status, "running")
        stored = self.one_run()
        self.assertEqual([row[1:] for row in libraries.progress_of(stored)], [("step", 8, 8)] * 2)
        self.assertEqual(libraries.windows_of(stored), ["evaluation"] * 2)

    def test_evaluations_between_steps_and_of_several_sets(self):
        trainer = self.trainer(EnergyCallback(), eval_strategy="steps", eval_steps=3, eval_on_start=True)
        trainer.eval_dataset = {"a": trainer.eval_dataset, "b": trainer.eval_dataset}
        trainer.train()
        run = self.one_run()
        evaluations = sum("eval_a_loss" in entry or "eval_b_loss" in entry for entry in trainer.state.log_history)
        self.assertGreaterEqual(evaluations, 6)
        self.assertEqual(libraries.windows_of(run), ["validation"] * evaluations)
        self.assertEqual(libraries.progress_of(run)[0][2:], (8, 8))
        self.assertIn("val_b_loss", run.epochs[-1].metrics)

    def test_a_resumed_training_has_its_own_steps_only(self):
        self.trainer(max_steps=3, save_strategy="steps", save_steps=3).train()
        self.trainer(EnergyCallback(), max_steps=8).train(resume_from_checkpoint=str(self.folder / "out" / "checkpoint-3"))
        run = self.one_run()
        self.assertEqual(libraries.progress_of(run), [("train", "step", 5, 5)])

    def test_the_forecast_is_there_in_the_first_epoch(self):
        seen = []

        class Looks(transformers.TrainerCallback):
            def on_step_end(self, args, state, control, **kwargs):
                if state.epoch < 1:
                    seen.append(joulecast.current().projection)

        with joulecast.track(interval=0.02):
            self.trainer(EnergyCallback(), Looks(), samples=50, num_train_epochs=3, per_device_train_batch_size=1).train()
        self.assertIsNotNone(seen[-1])
        self.assertLess(seen[-1].share, 0.34)

    def test_a_failed_training(self):
        trainer = self.trainer(EnergyCallback(), Breaks())
        with self.assertRaisesRegex(RuntimeError, "of the training"):
            trainer.train()
        trainer.pop_callback(Breaks)
        trainer.train()
        self.assertEqual([run.status for run in libraries.runs()], ["failed", "finished"])
        self.assertEqual(libraries.progress_of(libraries.runs()[0])[0][2:], (3, 8))

    def test_a_training_after_one_that_failed_in_its_evaluation(self):
        trainer = self.trainer(EnergyCallback(), eval_strategy="epoch")
        with joulecast.track() as run:
            trainer.compute_metrics = lambda _: 1 / 0
            with self.assertRaises(ZeroDivisionError):
                trainer.train()
            trainer.compute_metrics = None
            trainer.train()
            for _ in run.steps(range(5)):
                libraries.pause()
        self.assertEqual([row[1:] for row in libraries.progress_of(self.one_run())], [("step", 4, 8), ("step", 8, 8), ("step", 5, 5)])

    def test_a_limit_ends_the_training(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run:
                run.stop_if(projected_j=0.001)
                self.trainer(EnergyCallback(), num_train_epochs=100).train()
        self.assertEqual(self.one_run().status, "stopped")

    def test_a_failing_measurement_is_not_the_training_s(self):
        class Broken:
            def __getattr__(self, name):
                raise OSError("no measurement")

        with warnings.catch_warnings(record=True) as caught, joulecast.track() as run:
            warnings.simplefilter("always")
            teller, run._teller = run._teller, Broken()
            self.trainer(EnergyCallback(run), eval_strategy="epoch").train()
            run._teller = teller
        ours = [warning for warning in caught if "joulecast" in str(warning.message)]
        self.assertEqual(len(ours), 1)
        self.assertIn("no measurement", str(ours[0].message))

    def test_wrong_arguments_are_named(self):
        with self.assertRaisesRegex(TypeError, "run"):
            EnergyCallback("bert")
        with self.assertRaisesRegex(ValueError, "interval"):
            EnergyCallback(interval=-1)
        with self.assertRaises(TypeError):
            EnergyCallback(no_such=1)

    def test_ranks_of_a_node_are_one_run(self):
        program = self.folder / "ranks.py"
        program.write_text(libraries.example("transformers").replace("callbacks=[EnergyCallback()]", "callbacks=[EnergyCallback(name='ranks')]")
                           .replace('with joulecast.track("regression") as run:', "if True:").replace("    print(run.projection)\n", "").replace("print(run.energy)\n", ""))
        done = subprocess.run([sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=29617", str(program)],
                              cwd=self.folder, capture_output=True, text=True, timeout=180, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.one_run()
        self.assertEqual((run.name, run.status, libraries.progress_of(run)), ("ranks", "finished", [("train", "step", 12, 12)]))
        self.assertEqual(libraries.windows_of(run), ["validation"] * 3)

    def test_the_example(self):
        done = libraries.run_example(self, "transformers")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        self.assertEqual(libraries.progress_of(self.one_run()), [("train", "step", 24, 24)])


if __name__ == "__main__":
    unittest.main()
