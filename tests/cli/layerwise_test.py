"""joulecast layerwise, as a user calls it."""
import json
import os
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True, timeout=120)


class Layerwise(unittest.TestCase):
    def test_the_layers_add_up_to_the_step(self):
        result = joulecast("layerwise", "resnet18", "--cpu", "raptorlake", "--batch", "64", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        figures = json.loads(result.stdout)
        self.assertAlmostEqual(sum(layer["share"] for layer in figures["layers"]), 1, places=9)
        self.assertAlmostEqual(sum(layer["forward_j"] for layer in figures["layers"]), figures["forward_j"], places=9)
        self.assertGreater(figures["backward_j"], 0)
        self.assertIn("batch_norm", figures["not_counted"])

    def test_people_see_what_is_left_out(self):
        result = joulecast("layerwise", "alexnet", "--cpu", "broadwell-ep")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("not counted", result.stdout)
        self.assertIn("one step", result.stdout)

    def test_learns_from_a_table(self):
        with tempfile.TemporaryDirectory() as folder:
            table = os.path.join(folder, "layers.csv")
            with open(table, "w") as file:
                file.write("cpu,layer,batch_size,shape,forward_energy_uj,backward_energy_uj\n")
                for i in range(1, 31):
                    flops = 2 * 32 * 100 * i * 200
                    file.write(f"mine,linear,32,in_size={100 * i};out_size=200,{1000 + flops / 500:.0f},{flops / 200:.0f}\n")
            output = os.path.join(folder, "model.json")
            result = joulecast("layerwise", "--table", table, "-o", output, "--source", "own")
            self.assertEqual(result.returncode, 0, result.stderr)
            result = joulecast("layerwise", "alexnet", "--fitted", output, "--cpu", "mine", "--json", "-")
            self.assertEqual({layer["operation"] for layer in json.loads(result.stdout)["layers"]}, {"dense"})

    def test_bad_input_is_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = os.path.join(folder, "bad.json")
            with open(bad, "w") as file:
                file.write('{"format": "joulecast layerwise model", "version": 99}')
            for arguments, words in [(["resnet18", "--cpu", "abacus"], "abacus"),
                                     (["resnet18", "--cpu", "raptorlake", "--fitted", bad], "version 99"),
                                     ([], "MODEL")]:
                result = joulecast("layerwise", *arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(len(result.stderr.strip().splitlines()), 1)
                self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main()
