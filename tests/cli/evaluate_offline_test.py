"""Tests joulecast evaluate offline as a user calls it."""
import json
import pathlib
import os
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
HEADER = "source,config_id,architecture,gpu,power_limit_w,batch_size,train_samples,epoch_time_s,mean_gpu_w\n"


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True, timeout=120)


def made_table(folder, rows=None):
    """Three networks on two GPUs at four batch sizes; the times are invented."""
    lines = []
    for i, network in enumerate(["resnet18", "resnet50", "vgg16"]):
        for gpu, speed in [("RTX 3090", 2.0), ("RTX 3070", 1.0)]:
            for batch in [8, 16, 32, 64]:
                time = (i + 1) * (20 + 400 / batch) / speed
                lines.append(f"made,c{len(lines)},{network},{gpu},,{batch},50000,{time:.2f},{100 + 20 * i + batch:.1f}\n")
    path = os.path.join(folder, "table.csv")
    with open(path, "w") as file:
        file.write(HEADER + "".join(rows if rows is not None else lines))
    return path


class EvaluateOffline(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_json_holds_every_method_and_target(self):
        table = made_table(self.folder.name)
        result = joulecast("evaluate", "offline", table, "--split", "configuration", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        self.assertEqual(figures["split"], "configuration")
        self.assertEqual(figures["test_rows"], 24)
        found = {(m["name"], m["target"]) for m in figures["methods"]}
        for pair in [("pre-power", "power"), ("pre-energy", "epoch_energy"), ("physics", "epoch_time"),
                     ("flops", "epoch_energy"), ("green-algorithms", "power"), ("mlco2", "epoch_energy")]:
            self.assertIn(pair, found)
        for method in figures["methods"]:
            for key in ["rows", "median_ape", "mean_ape", "p90_ape", "rmse", "r2", "coverage", "interval_width"]:
                self.assertIn(key, method)
        self.assertEqual({g["seen"] for g in figures["groups"]}, {"architecture"})
        self.assertEqual({(g["source"], g["gpu"]) for g in figures["groups"]}, {("made", "RTX 3090"), ("made", "RTX 3070")})

    def test_a_second_table_is_tested(self):
        table = made_table(self.folder.name)
        with tempfile.TemporaryDirectory() as other:
            test = made_table(other, ["made,new,resnet34,RTX 3090,,16,50000,30,150\n"])
            result = joulecast("evaluate", "offline", table, "--test", test, "--method", "physics", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        self.assertEqual((figures["train_rows"], figures["test_rows"]), (24, 1))
        self.assertEqual(figures["groups"][0]["seen"], "family")

    def test_rows_of_an_unknown_gpu_are_left_out_and_said_so(self):
        rows = [f"made,{name}{batch},{name},RTX 3090,,{batch},50000,{time},{power}\n"
                for name, time, power in [("resnet18", 10, 100), ("resnet34", 20, 150)] for batch in (8, 16)]
        table = made_table(self.folder.name, rows + ["made,z,resnet18,RTX 9999,,8,50000,10,100\n"])
        result = joulecast("evaluate", "offline", table, "--method", "physics", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["test_rows"], 4)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1)
        for part in ("1 row left out", "table.csv:6", "RTX 9999"):
            self.assertIn(part, result.stderr)
        described = pathlib.Path(self.folder.name, "gpu.json")
        described.write_text(json.dumps({"name": "RTX 9999", "tdp_w": 400, "memory_gb": 32,
                                         "memory_bandwidth_gb_s": 1500, "fp32_tflops": 50}))
        result = joulecast("evaluate", "offline", table, "--method", "physics", "--gpu-file", described, "--json", "-")
        self.assertEqual((result.stderr, json.loads(result.stdout)["test_rows"]), ("", 5))

    def test_one_regression_stands_for_the_best_of_four(self):
        table = made_table(self.folder.name)

        def figures(*more):
            result = joulecast("evaluate", "offline", table, "--method", "pre-power", "--json", "-", *more)
            self.assertEqual(result.returncode, 0, result.stderr)
            return json.loads(result.stdout)["methods"]
        self.assertNotEqual(figures("--regression", "linear"), figures("--regression", "kernel-ridge"))

    def assert_unusable(self, result, *parts):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_bad_input_is_one_line(self):
        good = "made,a,resnet18,RTX 3090,,8,50000,10,100\n"
        table = made_table(self.folder.name, [good, "made,b,resnet18,RTX 3090,,8,many,10,100\n"])
        self.assert_unusable(joulecast("evaluate", "offline", table), "table.csv:3", "train_samples", "many")
        table = made_table(self.folder.name, [good, "made,b,resnet18,RTX 9999,,8,50000,10,100\n"])
        self.assert_unusable(joulecast("evaluate", "offline", table), "table.csv:3", "RTX 9999")
        table = made_table(self.folder.name, [good, "made,b\n"])
        self.assert_unusable(joulecast("evaluate", "offline", table), "table.csv:3")
        table = made_table(self.folder.name)
        self.assert_unusable(joulecast("evaluate", "offline", table, "--split", "moon"), "--split", "moon")
        self.assert_unusable(joulecast("evaluate", "offline", table, "--shots", "5"), "--shots")
        self.assert_unusable(joulecast("evaluate", "offline", table, "--regression", "forest"), "kernel-ridge", "forest")
        self.assert_unusable(joulecast("evaluate", "offline", table, "--method", "oracle"), "oracle")


if __name__ == "__main__":
    unittest.main()
