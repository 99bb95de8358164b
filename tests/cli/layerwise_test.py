"""Tests joulecast layerwise as a user calls it."""
import json
import os
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
COLUMNS = "cpu,layer,batch_size,shape,forward_energy_uj,forward_time_us,backward_energy_uj,backward_time_us\n"


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True, timeout=120)


def dense_layers(cpu, seconds_per_flop, watts=50):
    """Sixty dense layers with a fixed cost per FLOP, and twice that cost backward."""
    rows = ""
    for i in range(1, 61):
        inputs, outputs = 20 * i, 40 * (1 + i % 7)
        forward_us = 1e6 * seconds_per_flop * 2 * 32 * inputs * outputs
        rows += (f"{cpu},linear,32,in_size={inputs};out_size={outputs},{watts * forward_us},{forward_us},"
                 f"{2 * watts * forward_us},{2 * forward_us}\n")
    return rows


class Layerwise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def test_the_layers_add_up_to_the_step(self):
        result = joulecast("layerwise", "resnet18", "--cpu", "raptorlake", "--batch", "64", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        self.assertAlmostEqual(sum(layer["share"] for layer in figures["layers"]), 1, places=9)
        self.assertAlmostEqual(sum(layer["forward_j"] for layer in figures["layers"]), figures["forward_j"], places=9)
        self.assertAlmostEqual(figures["forward_j"] + figures["backward_j"], figures["step_j"], places=9)
        low, high = figures["interval_j"]
        self.assertLess(low, figures["step_j"])
        self.assertGreater(high, figures["step_j"])
        by_operation = {layer["operation"]: layer["basis"] for layer in figures["layers"]}
        self.assertEqual(by_operation["conv"], "measured kind")
        self.assertEqual(by_operation["batch_norm"], "bytes moved")

    def test_people_see_what_it_rests_on(self):
        result = joulecast("layerwise", "alexnet", "--cpu", "broadwell-ep")
        self.assertEqual(result.returncode, 0, result.stderr)
        for words in ["one step", "model-based", "measured alone on broadwell-ep", "extrapolation", "bytes moved"]:
            self.assertIn(words, result.stdout)

    def test_learns_from_a_table(self):
        table = self.file("layers.csv", COLUMNS + dense_layers("mine", 1e-9))
        output = os.path.join(self.folder, "model.json")
        result = joulecast("layerwise", "--table", table, "-o", output, "--source", "own")
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(output) as file:
            self.assertEqual(json.load(file)["source"], "own")
        network = self.file("one.txt", "network one\n  input 400\n  dense 120\nend\n")
        result = joulecast("layerwise", network, "--fitted", output, "--cpu", "mine", "--batch", "32", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        expected = 50 * 1e-9 * 2 * 32 * 400 * 120
        self.assertAlmostEqual(json.loads(result.stdout)["forward_j"] / expected, 1, delta=0.05)

    def test_says_how_right_it_is(self):
        table = self.file("layers.csv", COLUMNS + dense_layers("slow", 2e-9) + dense_layers("fast", 1e-9))
        networks = self.file("networks.csv", "cpu,network,batch_size,image_side,forward_energy_uj,backward_energy_uj\n"
                                             "slow,alexnet,8,64,1000000,2000000\n")
        result = joulecast("layerwise", "--table", table, "--evaluate", "--networks", networks, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        for row in figures["held_out_shapes"]:
            self.assertLess(row["median_ape"], 5)
        factors = {row["fitted_on"]: row["factor"] for row in figures["other_cpu"]}
        self.assertAlmostEqual(factors["slow"], 0.5, delta=0.02)
        self.assertAlmostEqual(factors["fast"], 2, delta=0.05)
        self.assertEqual(figures["networks"][0]["step_j"]["measured"], 3)
        text = joulecast("layerwise", "--table", table, "--evaluate", "--networks", networks).stdout
        self.assertIn("Whole networks", text)

    def test_bad_input_is_one_line(self):
        old = self.file("old.json", '{"format": "joulecast layerwise model", "version": 1}')
        broken = self.file("broken.csv", COLUMNS + "a,conv,32,in_chan=1,5,5,5,5\n")
        few = self.file("few.csv", COLUMNS + "".join(dense_layers("mine", 1e-9).splitlines(True)[:5]))
        for arguments, words in [(["resnet18", "--cpu", "abacus"], "abacus"),
                                 (["resnet18"], "raptorlake"),
                                 (["resnet18", "--cpu", "raptorlake", "--fitted", old], "version 1"),
                                 (["no-such-net", "--cpu", "raptorlake"], "no-such-net"),
                                 (["--table", broken, "--evaluate"], "broken.csv:2"),
                                 (["--table", few, "--evaluate"], "needs 10"),
                                 ([], "MODEL")]:
            result = joulecast("layerwise", *arguments)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
            self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main()
