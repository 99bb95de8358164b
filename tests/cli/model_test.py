"""Tests joulecast model: tables and JSON of named networks, ONNX and description files, and one clear line for errors."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

FIXTURES = pathlib.Path(os.environ["JOULECAST_SOURCE"], "tests", "fixtures", "onnx")


def joulecast(*arguments):
    return subprocess.run([os.environ["JOULECAST"], "model", *map(str, arguments)], capture_output=True, text=True)


def as_json(*arguments):
    answer = joulecast(*arguments, "--json", "-")
    if answer.returncode != 0:
        raise AssertionError(answer.stderr)
    return json.loads(answer.stdout)


class Model(unittest.TestCase):
    def test_named_network(self):
        network = as_json("resnet50", "--batch", "32", "--optimizer", "adam")
        self.assertEqual(network["totals"]["parameters"], 25557032)
        self.assertAlmostEqual(network["totals"]["macs"] / 4.09e9, 1, delta=0.01)
        self.assertEqual(sum(layer["parameters"] for layer in network["layers"]), 25557032)
        memory = network["training_step"]["peak_memory_bytes"]
        self.assertEqual(memory["optimiser"], 2 * 4 * 25557032)
        self.assertEqual(network["uncounted_share"], 0)

    def test_input_and_classes(self):
        network = as_json("resnet50", "--input", "3x128x128", "--classes", "10")
        self.assertEqual(network["inputs"][0]["shape"], [1, 3, 128, 128])
        self.assertEqual(network["layers"][-1]["output_shape"], [1, 10])

    def test_table(self):
        answer = joulecast("vgg16", "--batch", "8")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for part in ("138,357,544", "15.5 GMACs", "8x64x224x224", "convolution"):
            self.assertIn(part, answer.stdout)
        self.assertNotIn("8x64x224x224", joulecast("vgg16", "--batch", "8", "--totals").stdout)

    def test_onnx_file(self):
        network = as_json(FIXTURES / "encoder_opset17.onnx", "--dimension", "tokens=20")
        self.assertGreater(network["summary"]["attention_share"], 0)
        again = as_json(FIXTURES / "encoder_opset17.onnx", "--input", "ids=1x20")
        self.assertEqual(again["totals"], network["totals"])

    def test_what_is_not_counted_is_said(self):
        self.assertIn("Not counted: 66.7 % of the nodes", joulecast(FIXTURES / "custom.onnx").stdout)
        self.assertIn("lab::Magic", joulecast(FIXTURES / "custom.onnx").stdout)

    def test_own_description(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "own.txt")
            file.write_text("network own classes=2\ninput 4\ndense classes\nend\n")
            self.assertEqual(as_json(file, "--classes", "3")["totals"]["parameters"], 15)
            file.write_text("network own\ninput 4\ndance 2\nend\n")
            answer = joulecast(file)
            self.assertEqual((answer.returncode, answer.stderr),
                             (2, f"joulecast: {file}:3: 'dance' is neither an operation nor a block\n"))

    def test_lists_names(self):
        self.assertIn("mobilenet_v2\n", joulecast().stdout)
        self.assertIn("bert_base", as_json()["names"])

    def test_bad_input_is_one_line(self):
        for arguments, reason in ((["resnet51"], "nearest: resnet51q, resnet50"), (["resnet50", "--input", "3x"], "not a shape"),
                                  ([FIXTURES / "cyclic.onnx"], "cycle"), (["resnet50", "--optimizer", "sdg"], "unknown optimiser"),
                                  ([FIXTURES / "generate.py"], "not an ONNX model"),
                                  ([FIXTURES / "dense.onnx", "--classes", "3"], "fixes its number of classes"),
                                  (["vgg16", "--dimension", "a=3"], "for ONNX files"),
                                  (["vgg16", "--dimension", "a"], "not name=size")):
            answer = joulecast(*arguments)
            self.assertEqual(answer.returncode, 2, arguments)
            self.assertEqual(answer.stdout, "", arguments)
            self.assertEqual(answer.stderr.count("\n"), 1, arguments)
            self.assertIn(reason, answer.stderr)


if __name__ == "__main__":
    unittest.main()
