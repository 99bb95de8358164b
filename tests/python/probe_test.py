"""Tests joulecast.probe: a training that is measured until its forecast is ready, and then ended."""
import os
import pathlib
import signal
import subprocess
import sys
import unittest
import unittest.mock

import joulecast
from support import PackageTest, SteadyMeter

TRAINING = """
import pathlib, signal, sys, time
def end(number, frame):
    pathlib.Path("saved").touch()
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
for epoch in range(1, 101):
    time.sleep(0.05)
    print(f"Epoch {epoch}/100 loss 0.1", flush=True)
"""


class Probe(PackageTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(SteadyMeter(self.folder).stop)
        os.environ["JOULECAST_SENSORS"] = "powercap"
        here = os.getcwd()
        self.addCleanup(lambda: os.chdir(here))
        os.chdir(self.folder)
        self.script = self.folder / "train.py"
        self.script.write_text(TRAINING)

    def probe(self, **options):
        return joulecast.probe([sys.executable, self.script], interval=0.05, **{"seconds": 30, **options})

    def test_a_training_is_ended_once_its_forecast_is_ready(self):
        result = self.probe(name="half", tags={"team": "a"}, country="DE", price="0.3EUR")
        self.assertEqual((result.verdict, result.exit_status, result.killed), ("ready", 3, False), result)
        self.assertTrue(pathlib.Path("saved").exists(), "it was not asked to end")
        self.assertLess(result.used.total_j, result.energy_j.value)
        self.assertLessEqual(result.energy_j.low, result.energy_j.value)
        self.assertLessEqual(result.energy_j.value, result.energy_j.high)
        self.assertAlmostEqual(result.energy_j.value / result.duration_s.value, 50, delta=10)
        self.assertGreater(result.emissions_g.value, 0)
        self.assertAlmostEqual(result.cost.value, 0.3 * result.energy_j.value / 3.6e6)
        self.assertTrue(result.projection.ready)
        self.assertIn("What the whole training would cost", str(result))
        self.assertIn("<pre>", result._repr_html_())
        stored = joulecast.load(result.run_id)
        self.assertEqual((stored.name, stored.status, stored.tags["team"]), ("half", "stopped", "a"))
        self.assertIn("joulecast.probe", stored.tags)
        self.assertLess(stored.phases[0].work, 100)

    def test_a_training_that_ends_by_itself_is_told_as_it_was(self):
        result = joulecast.probe([sys.executable, "-c", "import time; time.sleep(1)"], interval=0.05)
        self.assertEqual((result.verdict, result.exit_status), ("whole", 0))
        self.assertEqual((result.energy_j.low, result.energy_j.high), (None, None))
        self.assertEqual(result.energy_j.value, result.used.total_j)

    def test_what_cannot_be_said_is_none_and_its_reason_is_told(self):
        result = joulecast.probe([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1, interval=0.05)
        self.assertEqual((result.verdict, result.energy_j, result.projection), ("not_ready", None, None))
        self.assertIn("run.epochs and run.steps", result.why)

    def test_a_command_that_does_not_end_is_killed(self):
        result = joulecast.probe(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], seconds=0.5, grace=0.5, interval=0.05)
        self.assertTrue(result.killed)
        self.assertEqual(result.exit_status, 128 + signal.SIGKILL)

    def test_a_loop_of_the_package_within_the_command_is_heard(self):
        self.script.write_text("import joulecast, time\nwith joulecast.track() as run:\n  for epoch in run.epochs(range(50)):\n"
                               "    for step in run.steps(range(20)):\n      time.sleep(0.005)\n")
        result = self.probe()
        (phase,) = joulecast.load(result.run_id).phases
        self.assertEqual((phase.unit, phase.total_work), ("epoch", 50))

    def test_other_boards_are_predicted_by_the_network(self):
        result = self.probe(gpu=["L4", "A100 80GB PCIe"], model="resnet50", batch=64, steps=None)
        self.assertEqual({board.gpu for board in result.boards}, {"L4", "A100 80GB PCIe"})
        self.assertEqual({board.basis for board in result.boards}, {"predicted"})
        self.assertGreater(result.boards[0].power_w.value, 0)
        self.assertIn("no GPU was measured", result.boards_why)

    def test_wrong_arguments_start_nothing(self):
        command = [sys.executable, "-c", "open('started', 'w')"]
        for error, argument, given in ((TypeError, "command", {"command": "python train.py"}), (ValueError, "command", {"command": []}),
                                       (TypeError, "command", {"command": [1]}), (ValueError, "seconds", {"seconds": 0}),
                                       (ValueError, "seconds", {"seconds": float("nan")}), (ValueError, "grace", {"grace": -1}),
                                       (ValueError, "price", {"price": "dear"}), (TypeError, "price", {"price": 0.3}),
                                       (ValueError, "model", {"model": "resnet50"}), (ValueError, "batch", {"batch": 3}),
                                       (TypeError, "batches", {"gpu": "L4", "batches": 3}), (TypeError, "tokens_", {"gpu": "L4", "tokens_": 3}),
                                       (ValueError, "GPU", {"gpu": "no such board", "model": "resnet50"}), (ValueError, "interval", {"interval": 0}),
                                       (ValueError, "epochs", {"epochs": -3}), (ValueError, "pue", {"pue": 0.5})):
            with self.subTest(argument=argument, given=given), self.assertRaisesRegex(error, argument):
                joulecast.probe(**{"command": command, **given})
        self.assertFalse(pathlib.Path("started").exists())
        self.assertFalse(self.store.exists())

    def test_a_command_that_cannot_be_started_is_said(self):
        with self.assertRaisesRegex(joulecast.UnavailableError, "no-such-command: command not found"):
            joulecast.probe(["no-such-command"])
        with self.assertRaises(joulecast.DeniedError):
            joulecast.probe(["/etc/passwd"])

    def test_a_probe_within_a_tracker_is_a_run_of_its_own(self):
        with joulecast.track("outer"):
            result = self.probe(name="inner")
        self.assertEqual(joulecast.load("inner").id, result.run_id)
        self.assertEqual(joulecast.load("outer").status, "finished")
        self.assertEqual(joulecast.load("outer").phases, [])

    def test_ctrl_c_ends_the_command_and_is_raised_after_it(self):
        program = """
            import joulecast, os, signal, sys, threading
            threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()  # as a notebook's kernel gets it
            try:
                joulecast.probe([sys.executable, "train.py"], seconds=60)
            except KeyboardInterrupt:
                print("interrupted")
            """
        (self.folder / "train.py").write_text("import time\ntry:\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  open('interrupted', 'w')\n")
        done = self.run_program(program, timeout=30)
        self.assertIn("interrupted", done.stdout, done.stderr)
        self.assertTrue(pathlib.Path("interrupted").exists())
        self.assertEqual(self.one_run().status, "interrupted")

    def test_a_helper_that_is_lost_is_one_line(self):
        with unittest.mock.patch.object(sys, "executable", "/bin/false"):
            with self.assertRaisesRegex(joulecast.UnavailableError, "its process ended with status 1"):
                joulecast.probe(["true"])

    def test_a_result_of_the_measuring_process_is_sent_whole(self):
        done = subprocess.run([sys.executable, "-c", """
import pickle, sys
from joulecast import _core
options = _core.ProbeOptions()
options.command = [sys.executable, "-c", "import time\\nfor epoch in range(1, 31):\\n  print(f'Epoch {epoch}/30', flush=True); time.sleep(0.05)"]
options.set_times(0.05, 30, 5)
probed = _core.measure_for_probe(options)
texts = [str(_core.result_of_probe(one, options, "", None)) for one in (probed, pickle.loads(pickle.dumps(probed)))]
print("same" if texts[0] == texts[1] else texts, probed.__getstate__() == pickle.loads(pickle.dumps(probed)).__getstate__() or "differs")
"""], capture_output=True, text=True, check=False, timeout=60)
        self.assertIn("same", done.stdout.splitlines()[-1], done.stderr)


if __name__ == "__main__":
    unittest.main()
