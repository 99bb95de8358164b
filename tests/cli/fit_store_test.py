"""Tests joulecast fit --store: from a user's own recorded runs to a model that predict uses."""
import json
import os
import pathlib
import unittest

from support import CommandTest

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
EPOCHS = "for i in 1 2 3; do sleep 0.4; echo Epoch $i/3; done"


class FitStore(CommandTest):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "model.json"

    def bundle(self, name, time_s, watts, **keys):
        """A run of four epochs. The first takes three times as long; the steady epochs' time is known."""
        folder = self.folder / "bundles" / name
        folder.mkdir(parents=True)
        info = {"id": name, "source": "lab", "gpu": "NVIDIA GeForce RTX 3090", "gpu_count": 1, "architecture": "resnet18",
                "framework": "pytorch", "dataset": "cifar10", "batch_size": 32}
        info.update(keys)
        (folder / "run.json").write_text(json.dumps({key: value for key, value in info.items() if value is not None}))
        power, end = ["time_s,gpu0_w"], 6 * time_s
        power += [f"{end * i / 60:.4f},{watts}" for i in range(61)]
        (folder / "power.csv").write_text("\n".join(power) + "\n")
        epochs, start = ["epoch,start_s,end_s"], 0.0
        for number, length in enumerate([3 * time_s, time_s, time_s, time_s]):
            epochs.append(f"{number},{start},{start + length}")
            start += length
        (folder / "epochs.csv").write_text("\n".join(epochs) + "\n")
        return folder

    def made_bundles(self):
        """Three networks on two GPUs at three batch sizes; the times are invented."""
        for i, network in enumerate(["resnet18", "resnet34", "vgg16"]):
            for gpu, speed in {"NVIDIA GeForce RTX 3090": 2.0, "NVIDIA GeForce RTX 3070": 1.0}.items():
                for batch in [16, 32, 64]:
                    self.bundle(f"{network}-{gpu[-4:]}-{batch}", (i + 1) * (20 + 400 / batch) / speed, 100 + 20 * i + batch,
                                architecture=network, gpu=gpu, batch_size=batch)

    def fitted(self, *arguments):
        return json.loads(self.call("fit", *arguments, "-o", self.model, "--json", "-").stdout)

    def assert_unusable(self, done, *parts):
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertFalse(self.model.exists())

    def test_imported_runs_are_learned_and_used(self):
        self.made_bundles()
        self.bundle("nameless", 10, 100, architecture=None)
        self.bundle("nobatch", 10, 100, batch_size=None)
        self.call("import", self.folder / "bundles", "--store", self.store)
        done = self.call("fit", "--store", self.store, "-o", self.model)
        self.assertIn("2 of 20 runs left out: 1 without a batch size, 1 without an architecture", done.stderr)
        self.assertIn("joulecast tag RUN", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("Learned from 18 rows", done.stdout)
        self.assertIn("--like lab", done.stdout)
        with open(self.model) as file:
            self.assertEqual(json.load(file)["sources"], [{"name": "lab", "note": "18 recorded runs"}])
        (one,) = self.json("predict", "--fitted", self.model, "resnet34", "--input", "3x32x32", "--gpu", "RTX 3090", "--batch",
                           "32", "--samples", "50000", "--epochs", "10", "--like", "lab", "--dataset", "cifar10")["predictions"]
        self.assertLess(abs(one["epoch_time_s"]["value"] / (2 * (20 + 400 / 32) / 2) - 1), 0.3)
        self.assertLess(abs(one["power_w"]["value"] / 152 - 1), 0.2)
        self.assertEqual(one["novelty"], "near")

    def test_the_users_own_runs_are_told_by_tags(self):
        script = self.folder / "gpus.txt"
        self.environment.update(JOULECAST_NVML_LIBRARY=str(BUILD / "fakes" / "libnvidia-ml.so.1"),
                                JOULECAST_FAKE_NVML=str(script))
        for batch, watts in ((32, 200), (64, 260)):
            script.write_text(f"gpu uuid=GPU-a arch=9 name=NVIDIA_GeForce_RTX_3090\npower 0:{watts}\n")
            self.call("run", "-q", "--interval", "50ms", "--name", f"b{batch}", "--tag", "architecture=resnet50", "--tag",
                      "train_samples=400", "--tag", f"batch_size={batch}", "--", "sh", "-c", EPOCHS)
        self.call("run", "-q", "--interval", "50ms", "--name", "later", "--", "sh", "-c", EPOCHS)
        done = self.call("fit", "--store", "-o", self.model)  # the usual store
        self.assertIn("1 of 3 runs left out: 1 without an architecture and a batch size", done.stderr)
        self.assertIn("--like here", done.stdout)
        self.call("tag", "later", "architecture=resnet50", "batch_size=128", "train_samples=400")
        figures = self.fitted("--store")
        self.assertEqual(figures["runs"], {"used": 3, "left_out": 0})
        (one,) = self.json("predict", "--fitted", self.model, "resnet50", "--gpu", "RTX 3090", "--batch", "32", "--samples",
                           "400", "--like", "here")["predictions"]
        self.assertLess(abs(one["power_w"]["value"] / 200 - 1), 0.3)
        self.assertLess(abs(one["epoch_time_s"]["value"] / 0.4 - 1), 0.5)

    def test_a_table_and_own_runs_together(self):
        table = self.folder / "table.csv"
        table.write_text("source,architecture,gpu,batch_size,train_samples,epoch_time_s,mean_gpu_w\n"
                         "bench,resnet18,RTX 3090,32,50000,20,150\nbench,resnet18,RTX 3090,64,50000,15,170\n")
        self.bundle("one", 30, 120)
        self.call("import", self.folder / "bundles")
        figures = self.fitted(table, "--store", "--source", "bench=ours, CC0")
        self.assertEqual(figures["rows"], 3)
        with open(self.model) as file:
            notes = {source["name"]: source["note"] for source in json.load(file)["sources"]}
        self.assertEqual(notes, {"bench": "ours, CC0", "lab": "1 recorded run"})

    def test_a_processor_that_was_described_is_a_device(self):
        cpu = "AMD EPYC 8024P 8-Core Processor"
        for batch in [16, 32, 64]:
            folder = self.bundle(f"cpu{batch}", 50 + batch, 70 + batch / 8, batch_size=batch, gpu=None, gpu_count=None,
                                 joulecast={"host": {"cpu_model": cpu}})
            power = (folder / "power.csv").read_text().replace("gpu0_w", "cpu0_w")
            (folder / "power.csv").write_text(power)
        self.call("import", self.folder / "bundles")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, expect=2), "3 of 3", "--gpu-file")
        device = self.folder / "device.json"
        device.write_text(json.dumps({"name": cpu, "tdp_w": 90, "memory_gb": 64, "memory_bandwidth_gb_s": 100,
                                      "fp32_tflops": 0.6}))
        self.assertEqual(self.fitted("--store", "--gpu-file", device)["rows"], 3)
        (one,) = self.json("predict", "--fitted", self.model, "resnet18", "--input", "3x32x32", "--gpu", device, "--batch",
                           "32", "--dataset", "cifar10", "--like", "lab")["predictions"]
        self.assertLess(abs(one["epoch_time_s"]["value"] / 82 - 1), 0.5)
        self.assertLess(abs(one["power_w"]["value"] / 74 - 1), 0.2)

    def test_a_network_of_the_users_own_is_given_by_its_file(self):
        own = self.folder / "own.txt"
        own.write_text("network mine classes=10\n  input 3x32x32\n  conv 64 3\n  relu\n  global_pool\n  dense classes\nend\n")
        for batch in [16, 32]:
            self.bundle(f"own{batch}", 50 + batch, 70 + batch, architecture="mine", batch_size=batch)
        self.call("import", self.folder / "bundles")
        self.fitted("--store", "--network", f"mine={own}")
        with open(self.model) as file:
            (group,) = json.load(file)["measured"]
        self.assertGreater(group["gmacs"], 0)
        self.model.unlink()
        for wrong in ("mine", "=x", "mine=", "mine=resnet5o"):
            self.assert_unusable(self.call("fit", "--store", "-o", self.model, "--network", wrong, expect=2))

    def test_what_cannot_be_used_is_one_line(self):
        self.assert_unusable(self.call("fit", "-o", self.model, expect=2), "TABLE", "--store")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, expect=2), "no run")
        self.bundle("bad", 10, 100, batch_size=None)
        self.bundle("unknown", 10, 100, gpu="Riva 128")
        self.call("import", self.folder / "bundles")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, expect=2), "2 of 2 runs left out",
                             "1 without a batch size", "Riva 128")
        self.call("tag", "bad", "batch_size=lots")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, expect=2), "batch_size=lots")
        text = self.folder / "text.db"
        text.write_text("no store\n")
        self.assert_unusable(self.call("fit", "--store", text, "-o", self.model, expect=2), "text.db")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, "--gpu-file", text, expect=2), "text.db")
        self.assert_unusable(self.call("fit", "--store", "-o", self.model, "--source", "lab", expect=2), "--source")


if __name__ == "__main__":
    unittest.main()
