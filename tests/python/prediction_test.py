"""Predictions by how a step is set up: precision, sharding, several GPUs, limits of power."""
import unittest

import joulecast


def predict(**setup):
    (prediction,) = joulecast.predict("resnet50", "A100-SXM4-80GB", batch=256, samples=100_000, epochs=2, **setup).predictions
    return prediction


class Prediction(unittest.TestCase):
    def test_says_what_a_step_was_set_up_with(self):
        unasked = predict()
        self.assertEqual(unasked.setup.precision, "fp32")
        self.assertEqual(unasked.setup.memory_format, "nchw")
        self.assertFalse(unasked.setup.compile)
        mixed = predict(precision="amp-bf16", memory_format="nhwc", compile=True)
        self.assertEqual((mixed.setup.precision, mixed.setup.memory_format, mixed.setup.compile), ("amp-bf16", "nhwc", True))
        self.assertLess(mixed.step_time_s.value, unasked.step_time_s.value)
        self.assertLess(mixed.step_time_s.low, mixed.step_time_s.value)
        self.assertLess(mixed.step_time_s.value, mixed.step_time_s.high)
        self.assertLess(mixed.total_energy_j.value, unasked.total_energy_j.value)

    def test_knows_a_language_model_on_several_nodes(self):
        (prediction,) = joulecast.predict("llama-3-8b", "H100 SXM", batch=64, sequence=4096, tokens=1e9, gpus=16, nodes=2, shard=3,
                                          precision="amp-bf16", optimizer="adamw", checkpointing=True).predictions
        self.assertEqual(prediction.setup.nodes, 2)
        self.assertTrue(prediction.fits)
        self.assertGreater(prediction.largest_batch, 16)
        self.assertGreater(prediction.total_energy_j.value, 1e7)

    def test_knows_what_is_not_trained(self):
        whole, head = predict(), predict(freeze="backbone")
        self.assertEqual(whole.trained_parameters, whole.parameters)
        self.assertEqual(head.parameters, whole.parameters)
        self.assertEqual(head.trained_parameters, 2048 * 1000 + 1000)  # ResNet-50's head
        self.assertIn("backbone frozen", head.frozen)
        self.assertLess(head.memory_needed_gb, whole.memory_needed_gb)
        self.assertLess(head.total_energy_j.value, whole.total_energy_j.value)
        self.assertLess(predict(freeze=3).trained_parameters, whole.parameters)
        (adapted,) = joulecast.predict("llama-3-8b", "A100-SXM4-80GB", batch=8, sequence=512, tokens=1e6, lora=16, precision="bf16").predictions
        self.assertLess(adapted.trained_parameters, 0.02 * adapted.parameters)
        self.assertLess(joulecast.describe("resnet50", batch=8, freeze="backbone").step_flops, joulecast.describe("resnet50", batch=8).step_flops)

    def test_names_the_argument_that_cannot_be(self):
        for name, wrong in (("precision", "fp7"), ("memory_format", "chwn"), ("interconnect", "string"), ("shard", 4), ("nodes", 0), ("accumulate", 0),
                            ("tensor_parallel", -1), ("pipeline_parallel", 0), ("nodes", 3)):
            with self.subTest(**{name: wrong}), self.assertRaisesRegex(ValueError, name):
                predict(**{name: wrong})
        for name, wrong in (("precision", 16), ("compile", "yes"), ("shard", 1.5)):
            with self.subTest(**{name: wrong}), self.assertRaisesRegex((TypeError, ValueError), name):
                predict(**{name: wrong})


if __name__ == "__main__":
    unittest.main()
