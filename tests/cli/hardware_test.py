"""Tests joulecast hardware: lookup by reported name, a user's GPU file, and one clear line for unknown names."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest


def joulecast(*arguments):
    return subprocess.run([os.environ["JOULECAST"], "hardware", *arguments], capture_output=True, text=True)


class Hardware(unittest.TestCase):
    def test_finds_a_gpu_by_its_driver_name(self):
        answer = joulecast("NVIDIA GeForce RTX 3090", "--json", "-")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        gpu = json.loads(answer.stdout)
        self.assertEqual((gpu["kind"], gpu["name"], gpu["tdp_w"], gpu["cores"]), ("gpu", "RTX 3090", 350, 10496))
        self.assertIsNone(gpu["idle_w"])
        self.assertTrue(gpu["source"] and gpu["date"])

    def test_finds_a_cpu_by_its_model_name(self):
        answer = joulecast("AMD Ryzen Threadripper 1950X 16-Core Processor")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertRegex(answer.stdout, r"tdp_w +180")

    def test_lists_every_gpu(self):
        listed = json.loads(joulecast("--json", "-").stdout)
        self.assertGreater(len(listed["gpus"]), 100)
        self.assertGreater(listed["cpu_count"], 4000)
        self.assertIn("RTX 3090", joulecast().stdout)

    def test_a_name_of_several_boards_shows_them_all(self):
        answer = joulecast("A100")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for board in ("A100-PCIE-40GB", "A100-SXM4-80GB", "A100 80GB PCIe"):
            self.assertIn(board, answer.stdout)
        self.assertNotIn("A10 ", answer.stdout)
        names = [gpu["name"] for gpu in json.loads(joulecast("Tesla V100", "--json", "-").stdout)["gpus"]]
        self.assertIn("Tesla V100-SXM2-16GB", names)

    def test_unknown_is_one_line_with_the_nearest(self):
        answer = joulecast("RTX 3091")
        self.assertEqual(answer.returncode, 2)
        self.assertEqual(answer.stdout, "")
        self.assertEqual(answer.stderr.count("\n"), 1)
        self.assertIn("RTX 3090", answer.stderr)

    def test_takes_the_users_own_gpu(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "mine.json")
            file.write_text(json.dumps({"name": "Mine 1", "tdp_w": 99, "memory_gb": 8, "memory_bandwidth_gb_s": 100,
                                        "fp32_tflops": 3}))
            self.assertIn("99", joulecast("mine1", "--gpu-file", str(file)).stdout)
            file.write_text('{"name": "Mine 1"}')
            answer = joulecast("--gpu-file", str(file))
            self.assertEqual(answer.returncode, 2)
            self.assertIn(f"{file}: a GPU needs tdp_w", answer.stderr)


if __name__ == "__main__":
    unittest.main()
