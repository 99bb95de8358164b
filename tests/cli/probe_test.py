"""Tests joulecast probe: it ends a training, and says what the whole would cost or what is missing."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from support import JOULECAST, CommandTest

EPOCHS = "import time\nfor i in range(1, 1001):\n    time.sleep(0.05); print(f'Epoch {i}/1000', flush=True)\n"


class Probe(CommandTest):
    def probe(self, *arguments, expect=None, **options):
        """The figures, what was told, and the exit status."""
        done = self.call("probe", "--interval", "50ms", "--json", "-", *arguments, expect=expect, **options)
        return json.loads(done.stdout), done

    def train(self, *options, script=EPOCHS, **more):
        return self.probe(*options, "--", sys.executable, "-c", script, **more)

    def test_a_training_is_ended_and_its_whole_is_told(self):
        figures, done = self.train("--for", "4s", "--intensity", "100", "--price", "0.3EUR")
        self.assertEqual(done.returncode, 0 if figures["ready"] else 1)
        self.assertIn("the command will be ended", done.stderr.splitlines()[0])
        self.assertIn("asking the command to end (SIGTERM)", done.stderr)
        self.assertIn("Epoch 3/1000", done.stderr)  # standard output has the figures alone
        self.assertLessEqual(figures["low_j"], figures["total_j"])
        self.assertGreaterEqual(figures["high_j"], figures["total_j"])
        self.assertGreater(figures["total_j"], figures["probe"]["energy_j"])  # how much depends on what else the machine does
        self.assertGreater(figures["duration_s"], 45)
        self.assertAlmostEqual(figures["emissions"]["co2e_g"], figures["total_j"] / 3.6e6 * 100)
        self.assertAlmostEqual(figures["money"]["amount"], figures["total_j"] / 3.6e6 * 0.3)
        run = self.json("show", figures["probe"]["run_id"])
        self.assertEqual(run["status"], "stopped")
        self.assertTrue(run["projections"])
        # what the record ends with is what the probe told, however the command went down
        self.assertEqual(run["projections"][-1]["ready"], figures["ready"])
        self.assertIn("stopped, a probe", self.call("list").stdout)

    def test_what_is_missing_is_said(self):
        figures, done = self.train("--for", "1s", script=EPOCHS.replace("/1000", ""), expect=1)
        self.assertEqual(figures["reason"], "no total known: give --epochs or --steps")
        self.assertIsNone(figures["total_j"])
        figures, done = self.train("--for", "3s", "--epochs", "500", script=EPOCHS.replace("/1000", ""))
        self.assertGreater(figures["total_j"], figures["probe"]["energy_j"])
        figures, done = self.probe("--for", "0.5s", "--", "sleep", "30", expect=1)
        self.assertIn("no epoch or step was heard", figures["reason"])

    def test_steps_of_another_form_are_heard(self):
        script = EPOCHS.replace("Epoch {i}/1000", "<<{i} of 1000>>")
        figures, _ = self.train("--for", "3s", "--step-regex", r"<<(\d+) of (\d+)>>", script=script)
        self.assertEqual(figures["probe"]["unit"], "step")
        self.assertEqual(figures["probe"]["total_work"], 1000)

    def test_steps_without_epochs_are_said_to_be_taken_for_the_whole(self):
        """They may be those of one epoch of many."""
        for script, said in [(EPOCHS.replace("Epoch {i}/1000", "step {i}/1000 loss {1 / i}"), True), (EPOCHS, False)]:
            done = self.call("probe", "--interval", "50ms", "--for", "2s", "--", sys.executable, "-c", script, expect=None)
            self.assertEqual("whole is   the 1,000 steps that the command counts; if they are those of one epoch" in done.stdout + done.stderr, said)

    def test_a_training_that_ends_by_itself_has_its_true_cost(self):
        figures, _ = self.probe("--", "sh", "-c", "for i in 1 2; do sleep 0.3; echo Epoch $i/2; done", expect=0)
        self.assertEqual(figures["verdict"], "whole")
        self.assertEqual(figures["total_j"], figures["probe"]["energy_j"])
        self.assertIsNone(figures["low_j"])
        figures, _ = self.probe("--", "sh", "-c", "exit 4", expect=1)
        self.assertEqual(figures["probe"]["exit_status"], 4)
        self.assertIn("exit status 4", figures["reason"])

    def test_one_that_does_not_end_is_killed(self):
        figures, done = self.train("--for", "1s", "--grace", "0.5s", script="import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + EPOCHS)
        self.assertTrue(figures["probe"]["killed"])
        self.assertEqual(figures["probe"]["exit_status"], 137)
        self.assertIn("did not end within 500 ms; ending it (SIGKILL)", done.stderr)

    def test_the_output_belongs_to_the_command(self):
        file = self.folder / "figures.json"
        done = self.call("probe", "--json", file, "--", "echo", "hello")
        self.assertEqual(done.stdout, "hello\n")
        self.assertIn("What the training did cost", done.stderr)
        self.assertEqual(json.loads(file.read_text())["verdict"], "whole")

    def test_bad_usage_is_one_line(self):
        for words in (["--for", "0", "--", "true"], ["--for", "soon", "--", "true"], ["--for", "-1s", "--", "true"], ["--for", "2000h", "--", "true"],
                      ["--grace", "never", "--", "true"], ["--price", "cheap", "--", "true"], ["--steps", "0", "--", "true"],
                      ["--intensity", "-1", "--", "true"], ["--epoch-regex", "(", "--", "true"], []):
            done = self.call("probe", *words, expect=2)
            self.assertEqual(len([line for line in done.stderr.splitlines() if "a probe:" not in line]), 1, words)
        done = self.call("probe", "--", "no-such-command-here", expect=2)
        self.assertIn("no-such-command-here: command not found", done.stderr)

    def test_an_interrupt_ends_it_at_once(self):
        child = subprocess.Popen([JOULECAST, "probe", "--", sys.executable, "-c", EPOCHS], env=self.environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "Epoch 1/1000\n")
        child.send_signal(2)
        _, err = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 1)
        self.assertIn("signal 2 ended the command", err)

    def test_other_boards_are_told_too(self):
        script = self.folder / "gpus.txt"
        script.write_text("gpu uuid=GPU-a name=NVIDIA_GeForce_RTX_3090 arch=8\npower 0:300\n")
        for name in ("sys", "dev"):
            (self.folder / name).mkdir()
        self.environment.update(JOULECAST_SYSFS=str(self.folder / "sys"), JOULECAST_DEVFS=str(self.folder / "dev"))
        words = ["--for", "2s", "--gpu", "A40", "--gpu", "Tesla P100-PCIE-16GB"]
        done = self.call("probe", *words, "--", "true", expect=2)
        self.assertIn("--model: this machine has no GPU", done.stderr)
        self.assertNotIn("a probe:", done.stderr)  # nothing was started
        build = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
        self.environment.update(JOULECAST_NVML_LIBRARY=str(build / "fakes" / "libnvidia-ml.so.1"), JOULECAST_FAKE_NVML=str(script))
        (self.folder / "dev" / "nvidia0").touch()
        boards = self.train(*words)[0]["boards"]
        self.assertEqual((boards["here"]["gpu"], boards["here"]["basis"]), ("RTX 3090", "measured"))
        self.assertAlmostEqual(boards["here"]["gpu_power_w"]["value"], 300, delta=30)
        self.assertEqual({board["gpu"] for board in boards["others"]}, {"A40", "Tesla P100-PCIE-16GB"})
        known = self.train(*words, "--model", "resnet18", "--batch", "32")[0]["boards"]["others"]
        for wide in boards["others"]:
            narrow = next(board for board in known if board["gpu"] == wide["gpu"])
            self.assertEqual((wide["basis"], narrow["basis"]), ("figures", "network"))
            ratio = [board["gpu_energy_j"]["high"] / board["gpu_energy_j"]["low"] for board in (narrow, wide)]
            self.assertLess(*ratio)
        for wrong in (["--gpu", "no such board"], ["--gpu", "A40", "--model", "nonsense"], ["--model", "resnet18"],
                      ["--gpu", "A40", "--precision", "fp3"], ["--gpu", "A40", "--batch", "0"]):
            done = self.call("probe", *wrong, "--", "true", expect=2)
            self.assertEqual(len(done.stderr.splitlines()), 1, wrong)


if __name__ == "__main__":
    unittest.main()
