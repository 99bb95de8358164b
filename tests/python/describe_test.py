"""Describes files and known networks, and refuses what it cannot describe; live models are in tests/integrations."""
import pathlib
import unittest

import joulecast
from support import PackageTest

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"


class Described(PackageTest):
    def test_a_known_network_has_its_published_figures(self):
        network = joulecast.describe("resnet50", batch=32, optimizer="adam")
        self.assertEqual((network.name, network.parameters, network.batch), ("resnet50", 25_557_032, 32))
        self.assertAlmostEqual(network.macs / 1e9, 4.089, places=3)
        self.assertEqual(sum(layer.parameters for layer in network.layers), network.parameters)
        self.assertEqual(network.depth, 50)

    def test_input_and_classes_change_it(self):
        self.assertEqual(joulecast.describe("resnet50", classes=10).parameters, 25_557_032 - 990 * 2049)
        larger = joulecast.describe("resnet50", input_shape="3x448x448")
        self.assertAlmostEqual(larger.macs / joulecast.describe("resnet50").macs, 4, delta=0.01)
        self.assertEqual(larger.macs, joulecast.describe("resnet50", input_shape=(3, 448, 448)).macs)

    def test_memory_of_a_setup(self):
        plain = joulecast.describe("resnet50", batch=64, optimizer="adam")
        self.assertEqual(plain.memory_bytes, sum(plain.memory_parts.values()))
        self.assertEqual(plain.memory_parts["optimizer"], 2 * 4 * plain.parameters)
        self.assertIsNone(plain.largest_batch)
        half = joulecast.describe("resnet50", batch=64, optimizer="adam", precision="bf16")
        self.assertEqual(half.memory_parts["weights"], plain.memory_parts["weights"] / 2)
        shared = joulecast.describe("resnet50", batch=64, optimizer="adam", gpus=4, shard=3)
        self.assertEqual(shared.memory_parts["weights"], plain.memory_parts["weights"] / 4)
        self.assertEqual(shared.memory_parts["activations"], plain.memory_parts["activations"] / 4)
        fitted = joulecast.describe("resnet50", batch=64, gpu="A100-SXM4-80GB")
        self.assertEqual((fitted.gpu, fitted.gpu_memory_bytes), ("A100-SXM4-80GB", 80e9))
        self.assertLessEqual(joulecast.describe("resnet50", batch=fitted.largest_batch).memory_bytes, 80e9)
        self.assertGreater(joulecast.describe("resnet50", batch=fitted.largest_batch + 1).memory_bytes, 80e9)

    def test_a_description_of_ones_own(self):
        path = self.folder / "own.txt"
        path.write_text("network own\n  input 8\n  dense 4\nend\n")
        for given in (path, str(path)):
            self.assertEqual(joulecast.describe(given).macs, 32)

    def test_predict_takes_what_it_returns_beside_names(self):
        found = joulecast.predict([joulecast.describe("resnet50"), "vgg16"], "A100-SXM4-80GB", batch=64)
        self.assertEqual({one.architecture for one in found.predictions}, {"resnet50", "vgg16"})
        alone = joulecast.predict(joulecast.describe("resnet50"), "A100-SXM4-80GB", batch=64).predictions
        named = joulecast.predict("resnet50", "A100-SXM4-80GB", batch=64).predictions
        self.assertEqual([one.power_w.value for one in alone], [one.power_w.value for one in named])

    def test_what_no_rule_counts_is_said_and_refused_above_a_tenth(self):
        model = FIXTURES / "onnx" / "custom.onnx"
        with self.assertRaisesRegex(joulecast.InvalidError, "allow_uncounted"):
            joulecast.predict(model, "RTX 3090", samples=1000)
        (allowed,) = joulecast.predict(model, "RTX 3090", samples=1000, allow_uncounted=True).predictions
        self.assertGreater(allowed.uncounted_share, 0.1)
        self.assertTrue(allowed.uncounted)
        (whole,) = joulecast.predict("resnet50", "RTX 3090", samples=1000).predictions
        self.assertEqual((whole.uncounted, whole.uncounted_share), ({}, 0))

    def test_a_training_may_be_told_in_steps(self):
        (one,) = joulecast.predict("resnet50", "RTX 3090", batch=32, steps=100).predictions
        (other,) = joulecast.predict("resnet50", "RTX 3090", batch=32, epochs=1, samples=3200).predictions
        self.assertEqual(one.steps, 100)
        self.assertAlmostEqual(one.total_energy_j.value, other.total_energy_j.value)
        with self.assertRaisesRegex(joulecast.InvalidError, "steps|epochs"):
            joulecast.predict("resnet50", "RTX 3090", steps=100, epochs=3)

    def test_its_looks(self):
        network = joulecast.describe("alexnet")
        self.assertIn("parameters", repr(network))
        self.assertIn("61.1 M parameters", network._repr_html_())
        self.assertEqual(network._repr_html_().count("<tr>"), len(network.layers) + 1)
        self.assertIn("conv", network.table())

    def test_no_library_is_imported(self):
        done = self.run_program("""
            import sys, joulecast
            joulecast.describe("resnet50")
            print([name for name in ("torch", "keras", "jax", "numpy") if name in sys.modules])
            """)
        self.assertEqual(done.stdout.strip(), "[]", done.stderr)


class Refused(unittest.TestCase):
    def test_each_says_which_argument(self):
        for error, text, model, given in (
                (TypeError, "^model must be", 3, {"input_shape": 8}),
                (TypeError, "^model must be", None, {"input_shape": 8}),
                (joulecast.InvalidError, "resnet50", "resnet5O", {}),
                (joulecast.InvalidError, "^inputs: ", "resnet50", {"inputs": 3}),
                (joulecast.InvalidError, "^batch: ", "resnet50", {"batch": 0}),
                (joulecast.InvalidError, "^batch: 1.5 is not a whole number", "resnet50", {"batch": 1.5}),
                (TypeError, "^batch must be a number", "resnet50", {"batch": "many"}),
                (joulecast.InvalidError, "^input_shape: .*empty", "resnet50", {"input_shape": ()}),
                (joulecast.InvalidError, "^input_shape: ", "resnet50", {"input_shape": "3xbig"}),
                (joulecast.InvalidError, "^input_shape: ", "resnet50", {"input_shape": (3, -1, 4)}),
                (TypeError, "^input_shape must be", "resnet50", {"input_shape": 1.5}),
                (joulecast.UnavailableError, "missing.onnx", pathlib.Path("missing.onnx"), {})):
            with self.subTest(text=text, given=given), self.assertRaisesRegex(error, text):
                joulecast.describe(model, **given)


if __name__ == "__main__":
    unittest.main()
