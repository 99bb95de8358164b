"""Tests joulecast fit and joulecast predict as a user calls them."""
import json
import os
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
GPUS = {"RTX 3090": 2.0, "RTX 3070": 1.0, "Tesla V100-PCIE-32GB": 1.5}


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True, timeout=120)


def made_table(path):
    """Twelve workloads on three GPUs; the times are invented."""
    networks = ["resnet18", "resnet34", "resnet50", "vgg16"]
    with open(path, "w") as file:
        file.write("source,framework,dataset,architecture,gpu,batch_size,train_samples,epoch_time_s,mean_gpu_w\n")
        for i, network in enumerate(networks):
            for gpu, speed in GPUS.items():
                for batch in [8, 16, 32, 64]:
                    time = (i + 1) * (20 + 400 / batch) / speed
                    file.write(f"lab,pytorch,cifar10,{network},{gpu},{batch},50000,{time:.2f},{100 + 20 * i + batch}\n")


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.table = os.path.join(cls.folder.name, "table.csv")
        cls.model = os.path.join(cls.folder.name, "model.json")
        made_table(cls.table)
        cls.fitted = joulecast("fit", cls.table, "-o", cls.model, "--source", "lab=our own bench, CC0", "--json", "-")

    def predict(self, *arguments):
        result = joulecast("predict", "--fitted", self.model, *arguments, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["predictions"]

    def test_fit_writes_a_versioned_file_with_its_sources(self):
        self.assertEqual(self.fitted.returncode, 0, self.fitted.stderr)
        with open(self.model) as file:
            model = json.load(file)
        self.assertEqual(model["version"], 3)
        self.assertEqual(model["sources"], [{"name": "lab", "note": "our own bench, CC0"}])
        self.assertEqual(set(model["methods"]), {"physics", "pre-power", "pre-energy"})
        self.assertTrue(any(s["split"] == "configuration" for s in model["scores"]))
        self.assertIn("scores", json.loads(self.fitted.stdout))

    def test_a_known_configuration_is_predicted_with_an_interval(self):
        (one,) = self.predict("resnet50", "--input", "3x32x32", "--gpu", "RTX 3090", "--batch", "32", "--epochs", "10",
                              "--samples", "50000", "--like", "lab", "--dataset", "cifar10", "--intensity", "100")
        truth = 3 * (20 + 400 / 32) / 2.0
        self.assertLess(abs(one["epoch_time_s"]["value"] / truth - 1), 0.3)
        self.assertLess(one["epoch_time_s"]["low"], one["epoch_time_s"]["value"])
        self.assertAlmostEqual(one["total_energy_j"]["value"], 10 * one["epoch_energy_j"]["value"], delta=1)
        self.assertAlmostEqual(one["co2e_g"], one["total_energy_j"]["value"] / 3.6e6 * 100, delta=1e-6 * one["co2e_g"])
        self.assertTrue(one["memory"]["fits"])
        self.assertEqual(one["novelty"], "near")
        self.assertIn("resnet50 on RTX 3090", one["nearest"][0])

    def test_several_are_sorted_cheapest_first(self):
        many = self.predict("resnet18", "vgg16", "--input", "3x32x32", "--gpu", "RTX 3090", "--gpu", "RTX 3070",
                            "--batch", "16", "--batch", "64", "--samples", "50000", "--epochs", "2")
        self.assertEqual(len(many), 8)
        costs = [p["total_energy_j"]["value"] for p in many]
        self.assertEqual(costs, sorted(costs))
        text = joulecast("predict", "--fitted", self.model, "resnet18", "vgg16", "--gpu", "RTX 3090", "--samples", "10")
        self.assertIn("epoch time", text.stdout)

    def test_outside_the_training_range_is_said(self):
        (one,) = self.predict("resnet50", "--gpu", "RTX 3090", "--batch", "4096", "--samples", "50000")
        self.assertTrue(any("batch_size" in warning for warning in one["warnings"]), one["warnings"])
        self.assertFalse(one["memory"]["fits"])

    def test_without_samples_there_is_no_time(self):
        (one,) = self.predict("resnet50", "--gpu", "RTX 3090")
        self.assertIsNone(one["epoch_time_s"])
        self.assertIsNone(one["total_energy_j"])
        self.assertGreater(one["power_w"]["value"], 0)

    def test_the_model_that_comes_with_joulecast_answers(self):
        result = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--dataset", "imagenet", "--epochs", "90")
        self.assertEqual(result.returncode, 0, result.stderr)
        for word in ["power", "epoch time", "total", "model-based", "fits", "nearest"]:
            self.assertIn(word, result.stdout)

    def assert_unusable(self, result, *parts):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_bad_input_is_one_line(self):
        base = ["predict", "resnet50", "--fitted", self.model]
        self.assert_unusable(joulecast(*base, "--gpu", "RTX 9999"), "RTX 9999")
        self.assert_unusable(joulecast(*base, "--gpu", "RTX 3090", "--epochs", "-3"), "--epochs")
        self.assert_unusable(joulecast(*base, "--gpu", "RTX 3090", "--like", "nobody"), "nobody", "lab")
        self.assert_unusable(joulecast("predict", "resnet5o", "--gpu", "RTX 3090"), "resnet5o")
        self.assert_unusable(joulecast(*base, "--gpu", "name=x,tdp_w=-5,memory_gb=8,memory_bandwidth_gb_s=100,fp32_tflops=5"))
        with open(self.model) as file:
            model = json.load(file)
        broken = os.path.join(self.folder.name, "broken.json")
        for change, words in [(lambda m: m.update(version=99), ["version 99"]),
                              (lambda m: m.update(format="else"), ["not a joulecast model"]),
                              (lambda m: m["methods"]["physics"]["model"].pop("parameters"), ["broken.json"])]:
            copy = json.loads(json.dumps(model))
            change(copy)
            with open(broken, "w") as file:
                json.dump(copy, file)
            self.assert_unusable(joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--fitted", broken), *words)
        with open(broken, "w") as file:
            file.write('{"format": ')
        self.assert_unusable(joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--fitted", broken), "not JSON")

    def test_a_failed_fit_leaves_nothing(self):
        table = os.path.join(self.folder.name, "bad.csv")
        output = os.path.join(self.folder.name, "never.json")
        with open(table, "w") as file:
            file.write("architecture,gpu,batch_size,epoch_time_s\nresnet18,RTX 3090,8,soon\n")
        self.assert_unusable(joulecast("fit", table, "-o", output), "bad.csv:2", "soon")
        # An output that cannot be written is reported before the work.
        self.assert_unusable(joulecast("fit", "/nonexistent.csv", "-o", self.folder.name), self.folder.name)
        self.assert_unusable(joulecast("fit", self.table, "-o", os.path.join(self.folder.name, "no", "such")), "such")
        self.assertFalse(os.path.exists(output))


class Steps(unittest.TestCase):
    """How a step is set up, with a model fitted to invented speeds."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        epochs, speeds = (os.path.join(cls.folder.name, name) for name in ("epochs.csv", "speeds.csv"))
        cls.model = os.path.join(cls.folder.name, "model.json")
        made_table(epochs)
        with open(speeds, "w") as file:
            file.write("source,architecture,framework,gpu,gpu_count,precision,batch_size_per_gpu,input_shape,"
                       "samples_per_s,mode,notes\n")
            for network, rate in [("resnet18", 1000), ("resnet34", 600), ("resnet50", 400), ("vgg16", 200)]:
                for precision, gain in [("tf32", 1), ("amp-fp16", 2)]:
                    for gpus in (1, 4):
                        file.write(f"bench,{network},pytorch,RTX 3090,{gpus},{precision},64,3x224x224,"
                                   f"{rate * gain * gpus * 0.9},train,\n")
        fitted = joulecast("fit", epochs, speeds, "-o", cls.model, "--json", "-")
        assert fitted.returncode == 0, fitted.stderr

    def one(self, *arguments, batch="64"):
        result = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--batch", batch, "--samples", "1000", "--fitted",
                           self.model, "--like", "bench", *arguments, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["predictions"]

    def test_precision_changes_the_time(self):
        (full,), (mixed,) = self.one(), self.one("--precision", "amp-fp16")
        self.assertEqual((full["setup"]["precision"], mixed["setup"]["precision"]), ("fp32", "amp-fp16"))
        self.assertLess(abs(full["step_time_s"]["value"] / (64 / 360) - 1), 0.1)
        self.assertLess(abs(full["step_time_s"]["value"] / mixed["step_time_s"]["value"] / 2 - 1), 0.1)
        self.assertAlmostEqual(full["epoch_time_s"]["value"] / full["step_time_s"]["value"], 1000 / 64)

    def test_four_gpus_share_the_batch(self):
        (one,), (four,) = self.one(), self.one("--gpus", "4", batch="256")
        self.assertLess(abs(one["epoch_time_s"]["value"] / four["epoch_time_s"]["value"] / 4 - 1), 0.1)

    def test_checkpointing_takes_time(self):
        (plain,), (checked,) = self.one(), self.one("--checkpointing")
        self.assertGreater(checked["step_time_s"]["value"], plain["step_time_s"]["value"])

    def test_a_model_without_speeds_says_so(self):
        epochs, model = (os.path.join(self.folder.name, name) for name in ("epochs.csv", "epochs.json"))
        self.assertEqual(joulecast("fit", epochs, "-o", model).returncode, 0)
        result = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--fitted", model, "--precision", "bf16")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--precision", result.stderr)

    def test_power_limits_are_compared(self):
        limits = self.one("--power-limit", "200:300:50")
        self.assertEqual(sorted(p["power_limit_w"] for p in limits), [200, 250, 300])
        times = {p["power_limit_w"]: p["epoch_time_s"]["value"] for p in limits}
        self.assertGreaterEqual(times[200], times[300])
        text = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--samples", "1000", "--fitted", self.model,
                         "--power-limit", "200:300:50").stdout
        self.assertIn("least energy at", text)
        self.assertIn("least energy x delay at", text)

    def test_the_text_says_what_was_assumed(self):
        text = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--fitted", self.model).stdout
        self.assertIn("setup        fp32 with TF32 in convolutions, nchw, sgd, all weights trained, no accumulation, no checkpointing, not compiled", text)

    def test_what_is_frozen_costs_less(self):
        whole, = self.one()
        head, = self.one("--freeze", "backbone")
        self.assertEqual(whole["parameters"], whole["trained_parameters"])
        self.assertEqual(head["trained_parameters"], 2048 * 1000 + 1000)
        for key in ("step_time_s", "power_w", "epoch_energy_j"):
            self.assertLess(head[key]["value"], whole[key]["value"], key)
        self.assertLess(head["memory"]["needed_gb"], whole["memory"]["needed_gb"])
        self.assertGreater(head["memory"]["largest_batch"], 2 * whole["memory"]["largest_batch"])
        text = joulecast("predict", "gpt2", "--gpu", "RTX 3090", "--fitted", self.model, "--lora", "8").stdout
        self.assertIn("LoRA of rank 8 on dense layers (", text)

    def step(self, *arguments):
        """Seconds, of the model that is shipped."""
        result = joulecast("predict", *arguments, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["predictions"][0]["step_time_s"]["value"]

    def test_a_power_limit_lengthens_a_step_of_a_training_of_any_length(self):
        asked = ["resnet50", "--gpu", "T4", "--batch", "128"]
        limited = self.step(*asked, "--power-limit", "35")
        self.assertGreater(limited, 1.2 * self.step(*asked))
        self.assertAlmostEqual(limited / self.step(*asked, "--power-limit", "35", "--steps", "100"), 1, 6)

    def test_unasked_only_convolutions_use_tf32(self):
        for network, least in [("resnet50", 1.0), ("vit_l_16", 1.5)]:
            asked = [network, "--gpu", "A100-SXM4-80GB", "--batch", "64"]
            unasked, tf32, fp32 = (self.step(*asked, *more) for more in ([], ["--precision", "tf32"], ["--precision", "fp32"]))
            self.assertGreaterEqual(unasked, least * tf32, network)
            self.assertEqual(unasked, fp32)

    def test_gpus_that_stand_apart_are_no_faster(self):
        asked = ["llama-2-7b", "--gpu", "H100 SXM", "--gpus", "8", "--batch", "64", "--shard", "3", "--precision", "amp-bf16"]
        together, apart = (self.step(*asked, "--nodes", nodes) for nodes in ("1", "8"))
        self.assertGreaterEqual(apart, together)

    def test_tensor_parallel_over_slow_links_costs_time(self):
        asked = ["llama-2-7b", "--gpu", "RTX 4090", "--gpus", "8", "--batch", "8", "--precision", "amp-bf16"]
        self.assertGreater(self.step(*asked, "--tensor-parallel", "8", "--interconnect", "pcie"), self.step(*asked, "--tensor-parallel", "8", "--interconnect", "nvlink"))

    def test_gpus_that_share_a_model_share_its_batch(self):
        asked = ["llama-2-70b", "--sequence", "512", "--gpu", "H100 SXM", "--gpus", "8", "--precision", "bf16", "--steps", "1"]
        self.assertGreater(self.step(*asked, "--tensor-parallel", "8", "--batch", "1"), 0)
        for field, more in [("batch", ["--batch", "3", "--tensor-parallel", "2"]),
                            ("accumulate", ["--batch", "8", "--accumulate", "2"])]:
            result = joulecast("predict", *asked, *more)
            self.assertEqual(result.returncode, 2)
            self.assertIn(f"--{field}", result.stderr)

    def test_a_unit_that_the_board_lacks_is_named(self):
        for gpu, precision in [("Tesla V100-SXM2-16GB", "tf32"), ("A100-SXM4-80GB", "fp8"), ("H100 SXM", "nvfp4"), ("H100 SXM", "mxfp8")]:
            result = joulecast("predict", "gpt2", "--gpu", gpu, "--precision", precision)
            self.assertEqual(result.returncode, 2, gpu)
            self.assertRegex(result.stderr, f"--precision: the .* has no units for {precision}\n")
        self.assertGreater(self.step("gpt2", "--gpu", "H100 SXM", "--precision", "fp8"), 0)
        self.assertGreater(self.step("gpt2", "--gpu", "Tesla V100-SXM2-16GB", "--precision", "bf16"), 0)

    def test_an_empty_value_is_refused(self):
        for field in ("tokens", "epochs", "power-limit", "lora", "like", "dataset", "pue"):
            for words in ([f"--{field}", ""], [f"--{field}="]):
                result = joulecast("predict", "gpt2", "--gpu", "T4", *words)
                self.assertEqual(result.returncode, 2, words)
                self.assertEqual(len(result.stderr.splitlines()), 1)
                self.assertIn(f"--{field}: the value is empty", result.stderr)

    def test_networks_of_timm_are_known_by_name(self):
        self.assertGreater(self.step("timm/resnest50d.in1k", "--gpu", "RTX 3090", "--batch", "64"), self.step("resnet50", "--gpu", "RTX 3090", "--batch", "64"))

    def test_a_wrong_value_is_one_line_that_names_the_field(self):
        for field, value in [("precision", "fp17"), ("power-limit", "0:1"), ("power-limit", "nan"), ("nodes", "3"),
                             ("interconnect", "string"), ("memory-format", "x"), ("accumulate", "0"),
                             ("lora", "0"), ("freeze", "half"), ("freeze", "100000")]:
            result = joulecast("predict", "resnet50", "--gpu", "RTX 3090", "--gpus", "8", f"--{field}", value)
            self.assertEqual(result.returncode, 2, field)
            self.assertEqual(len(result.stderr.splitlines()), 1)
            self.assertIn(f"--{field}", result.stderr)


if __name__ == "__main__":
    unittest.main()
