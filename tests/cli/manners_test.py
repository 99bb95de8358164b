"""How every command treats wrong words, closed pipes, full disks and missing files."""
import os
import pathlib
import subprocess
import unittest

from support import JOULECAST, CommandTest


class Manners(CommandTest):
    def refused(self, *arguments, **options):
        """One line on standard error, nothing on standard output, status 2."""
        done = self.call(*arguments, expect=2, **options)
        self.assertEqual(done.stdout, "", arguments)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("joulecast: "), done.stderr)
        return done.stderr

    def test_wrong_words_are_named_and_help_is_pointed_at(self):
        self.assertIn("joulecast --help", self.refused())
        self.assertIn("'bogus'", self.refused("bogus"))
        self.assertIn("RUN is required", self.refused("rm"))
        self.assertIn("joulecast rm --help", self.refused("rm"))
        self.assertIn("--nonsense", self.refused("list", "--nonsense"))
        self.assertIn("joulecast evaluate --help", self.refused("evaluate"))

    def test_an_input_that_is_not_there_is_unusable(self):
        for arguments in (["import", "F"], ["stabilise", "F"], ["compare", "F", "--group", "a"],
                          ["tradeoff", "F", "--quality", "a"], ["recommend", "F"], ["project", "F"], ["model", "F.onnx"],
                          ["hardware", "--gpu-file", "F"], ["predict", "F.onnx", "--gpu", "RTX 3090"],
                          ["evaluate", "online", "F"], ["evaluate", "offline", "F"], ["show", "--store", "F"],
                          ["export", "--store", "F", "--csv", "out.csv"]):
            missing = str(self.folder / "missing")
            with self.subTest(arguments=arguments):
                self.assertIn("missing", self.refused(*[word.replace("F", missing, 1) if word.startswith("F") else word
                                                        for word in arguments]))

    def test_a_file_that_may_not_be_read_is_unusable(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        secret = self.folder / "secret.csv"
        secret.write_text("a,b\n1,2\n")
        secret.chmod(0)
        self.refused("compare", secret, "--group", "a")

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        for arguments in (["model", "vgg16", "--json", "-"], ["model", "densenet201"], ["hardware"]):
            with self.subTest(arguments=arguments):
                done = subprocess.run(["sh", "-c", '"$0" "$@" | head -1', JOULECAST, *arguments], env=self.environment,
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.stderr, "")

    def test_output_that_cannot_be_written_is_a_failure(self):
        if not pathlib.Path("/dev/full").exists():
            self.skipTest("no /dev/full here")
        for arguments in (["list"], ["list", "--json", "-"], ["hardware"], ["doctor"], ["model", "densenet201"]):
            with self.subTest(arguments=arguments), open("/dev/full", "w") as full:
                done = subprocess.run([JOULECAST, *arguments], env=self.environment, stdout=full, stderr=subprocess.PIPE,
                                      text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertIn("No space left", done.stderr)

    def test_json_is_not_written_over_something_else(self):
        table = self.folder / "runs.csv"
        table.write_text("gpu,energy_j\nA,1\nA,2\nB,3\nB,4\n")
        self.assertIn("holds no JSON", self.refused("hardware", "--json", table))
        self.assertIn("energy_j", table.read_text())
        target = self.folder / "figures.txt"
        for _ in range(2):  # the second time it may replace its own output of the first
            self.call("hardware", "--json", target)

    def test_json_without_a_file_goes_to_standard_output(self):
        for arguments in (["list"], ["hardware", "RTX 3090"], ["doctor"], ["model", "alexnet"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.call(*arguments, "--json").stdout, self.call(*arguments, "--json", "-").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
