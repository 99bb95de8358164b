"""Tests joulecast calibrate as a user calls it."""
import json
import os
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
KINDS = ["idle", "copy", "matmul", "convolution", "depthwise", "elementwise"]


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True, timeout=200)


class Calibrate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.output = os.path.join(self.folder.name, "calibrated.json")

    def runs_table(self):
        """Six configurations of a machine that is three times slower than the shipped model predicts."""
        path = os.path.join(self.folder.name, "runs.csv")
        with open(path, "w") as file:
            file.write("source,framework,dataset,architecture,gpu,batch_size,train_samples,epoch_time_s,mean_gpu_w\n")
            for network in ["resnet18", "resnet50", "vgg16"]:
                for batch in [32, 64]:
                    guess = joulecast("predict", network, "--gpu", "RTX 3080", "--batch", str(batch), "--samples", "20000",
                                      "--json", "-")
                    (one,) = json.loads(guess.stdout)["predictions"]
                    file.write(f"mine,pytorch,own,{network},RTX 3080,{batch},20000,"
                               f"{3 * one['epoch_time_s']['value']:.3f},{0.8 * one['power_w']['value']:.2f}\n")
        return path

    @unittest.skipIf(os.environ.get("JOULECAST_SANITIZED"), "a sanitizer makes the processor slower than any that there is")
    def test_a_minute_on_the_processor_and_a_few_runs_update_the_model(self):
        device = os.path.join(self.folder.name, "device.json")
        result = joulecast("calibrate", "--seconds", "0.1", "--runs", self.runs_table(), "-o", self.output, "--device",
                           device, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        self.assertEqual([w["name"] for w in figures["devices"][0]["workloads"]], KINDS)
        for workload in figures["devices"][0]["workloads"][1:]:
            self.assertGreater(workload["amount"], 0)
        self.assertEqual(figures["configurations"], 6)
        self.assertGreater(figures["before"]["epoch_time"], 50)
        self.assertLess(figures["after"]["epoch_time"], 0.5 * figures["before"]["epoch_time"])
        self.assertIn(figures["runs_followed"], ["in part", "fully"])
        predicted = joulecast("predict", "resnet50", "--gpu", "RTX 3080", "--batch", "32", "--samples", "20000", "--like",
                              "mine", "--framework", "pytorch", "--dataset", "own", "--fitted", self.output)
        self.assertEqual(predicted.returncode, 0, predicted.stderr)
        on_cpu = joulecast("predict", "resnet18", "--gpu", device, "--samples", "100", "--fitted", self.output)
        self.assertEqual(on_cpu.returncode, 0, on_cpu.stderr)

    def test_recorded_runs_count_as_a_table_of_them_does(self):
        store = os.path.join(self.folder.name, "runs.db")
        for batch in [16, 32, 64]:
            bundle = os.path.join(self.folder.name, f"b{batch}")
            os.mkdir(bundle)
            with open(os.path.join(bundle, "run.json"), "w") as file:
                json.dump({"id": f"b{batch}", "source": "run", "gpu": "NVIDIA GeForce RTX 3080", "architecture": "resnet18",
                           "dataset": "cifar10", "batch_size": batch, "total_work": 2, "work_unit": "epoch",
                           "epoch_bounds": "not recorded"}, file)
            with open(os.path.join(bundle, "power.csv"), "w") as file:
                file.write("time_s,gpu0_w\n" + "".join(f"{t},{150 + batch}\n" for t in range(101)))
        self.assertEqual(joulecast("import", self.folder.name, "--store", store).returncode, 0)
        tagged = joulecast("tag", "b16", "batch_size=none", "--store", store)
        self.assertEqual(tagged.returncode, 0, tagged.stderr)
        result = joulecast("calibrate", "--seconds", "0.05", "--store", store, "--source", "mine", "-o", self.output)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("1 of 3 runs left out", result.stderr)
        self.assertIn("too few to judge", result.stdout)
        self.assertIn("--like mine", result.stdout)
        with open(self.output) as file:
            self.assertIn("mine", [group["source"] for group in json.load(file)["measured"]])

    def test_without_runs_no_source_is_promised(self):
        result = joulecast("calibrate", "--seconds", "0.05", "-o", self.output)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("--like", result.stdout)

    def test_a_gpu_runs_the_users_command(self):
        command = "echo {workload} {seconds} > " + self.folder.name + "/called; echo 1e12 > {output}"
        result = joulecast("calibrate", "--seconds", "0.1", "--gpu", "RTX 3080", "--gpu-command", command, "-o",
                           self.output, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        gpu = json.loads(result.stdout)["devices"][1]
        self.assertEqual(gpu["name"], "RTX 3080")
        self.assertEqual(gpu["workloads"][2]["amount"], 1e12)
        with open(os.path.join(self.folder.name, "called")) as file:
            self.assertEqual(file.read().split(), ["elementwise", "0.1"])

    def test_bad_input_is_one_line_and_leaves_nothing(self):
        empty = os.path.join(self.folder.name, "empty.csv")
        with open(empty, "w") as file:
            file.write("architecture,gpu,batch_size\nresnet18,RTX 3080,none\n")
        for arguments, words in [(["--runs", empty], "empty.csv:2"), (["--gpu", "RTX 3080"], "--gpu-command"),
                                 (["--gpu", "RTX 3080", "--gpu-command", "false"], "exit status"),
                                 (["--store", empty], "empty.csv"),
                                 (["--gpu", "RTX 3080", "--gpu-command", "true"], "no positive number")]:
            result = joulecast("calibrate", "--seconds", "0.1", "-o", self.output, *arguments)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
            self.assertIn(words, result.stderr)
            self.assertFalse(os.path.exists(self.output))


if __name__ == "__main__":
    unittest.main()
