"""Files that never end, that wait for somebody, or that are far too large: one line, soon, and in little memory."""
import os
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest

COMMANDS = (["model", "F"], ["predict", "resnet18", "--gpu", "RTX 3090", "--fitted", "F"], ["predict", "F", "--gpu", "RTX 3090"],
            ["compare", "F", "--group", "a"], ["tradeoff", "F", "--quality", "a"], ["recommend", "F"], ["import", "F"],
            ["hardware", "--gpu-file", "F"], ["evaluate", "offline", "F"], ["stabilise", "F"], ["project", "F"])
MOST_KB = 512 * 1024
SANITIZED = bool(os.environ.get("JOULECAST_SANITIZED"))


class OddInputs(CommandTest):
    def refused(self, *arguments):
        """Status 2 with one line, in seconds and in bounded memory."""
        began = time.monotonic()
        child = subprocess.Popen([JOULECAST, *map(str, arguments)], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        peak = 0
        while child.poll() is None:
            try:
                with open(f"/proc/{child.pid}/status") as status:
                    peak = max([peak, *(int(line.split()[1]) for line in status if line.startswith("VmHWM"))])
            except OSError:
                pass
            if time.monotonic() - began > 30:
                child.kill()
                self.fail(f"{arguments} waits for ever")
            time.sleep(0.01)
        output, errors = child.communicate()
        self.assertEqual((child.returncode, output), (2, b""), (arguments, errors))
        self.assertEqual(len(errors.splitlines()), 1, errors)
        if not SANITIZED:
            self.assertLess(peak, MOST_KB, arguments)
        return errors.decode()

    def for_every_command(self, path):
        for command in COMMANDS:
            with self.subTest(command=command, path=path):
                self.refused(*[str(path) if word == "F" else word for word in command])

    def test_devices(self):
        for device in ("/dev/zero", "/dev/null"):
            link = self.folder / ("link-to-" + os.path.basename(device))
            link.symlink_to(device)
            self.for_every_command(link)

    def test_words_with_brackets_are_one_file_each(self):
        for word in ("[x,y]", "[]", "{}", "++"):
            self.assertIn(f"{word}: No such file", self.refused("import", word))

    def test_a_store_is_a_regular_file(self):
        """Else a device would get the permissions of a store."""
        pipe, link = self.folder / "pipe", self.folder / "link"
        os.mkfifo(pipe, 0o644)
        pipe.chmod(0o644)
        link.symlink_to(pipe)
        for store in (pipe, link):
            for command in (["list"], ["show"], ["recover"], ["rm", "a"], ["import", __file__]):
                self.assertIn("is not a regular file, so it cannot be a store", self.refused(*command, "--store", store))
            done = self.call("run", "--store", store, "--", "sh", "-c", "exit 7", expect=7)
            self.assertIn("is not a regular file, so it cannot be a store", done.stderr)
        self.assertEqual(pipe.stat().st_mode & 0o777, 0o644)

    def test_named_pipes_that_nobody_writes_to(self):
        os.mkfifo(self.folder / "pipe")
        self.for_every_command(self.folder / "pipe")

    def test_sparse_files_of_gigabytes(self):
        for name in ("sparse.csv", "sparse.json", "sparse.onnx"):
            with open(self.folder / name, "wb") as file:
                file.truncate(4 << 30)
            self.for_every_command(self.folder / name)

    def test_bundles_with_links_to_devices_and_huge_descriptions(self):
        bundle = self.folder / "bundle"
        bundle.mkdir()
        (bundle / "run.json").write_text("[" + "1," * 100_000_000 + "1]")
        for command in (["import"], ["compare", "--group", "a"], ["stabilise"], ["project"]):
            self.assertIn("run.json", self.refused(command[0], bundle, *command[1:]))
        (bundle / "run.json").unlink()
        (bundle / "run.json").symlink_to("/dev/zero")
        self.for_every_command(bundle)

    def test_tables_of_tiny_cells(self):
        table = self.folder / "tiny.csv"
        table.write_text("a,b\n" + "1,2\n" * 12_000_000)
        self.assertIn("JOULECAST_MAX_SIZE", self.refused("compare", table, "--group", "a"))

    def test_the_limit_is_the_users(self):
        table = self.folder / "runs.csv"
        table.write_text("gpu,energy_j\nA,1\nA,2\nA,3\nB,3\nB,4\nB,5\n")
        self.environment["JOULECAST_MAX_SIZE"] = "10B"
        self.assertIn("JOULECAST_MAX_SIZE", self.refused("compare", table, "--group", "gpu"))
        self.environment["JOULECAST_MAX_SIZE"] = "1 MB"
        self.call("compare", table, "--group", "gpu")
        for wrong in ("much", "-1GB", "10 XB", "1e400"):
            self.environment["JOULECAST_MAX_SIZE"] = wrong
            self.assertIn(f"JOULECAST_MAX_SIZE: '{wrong}'", self.refused("compare", table, "--group", "gpu"))
            # A training is not refused for it.
            told = self.call("run", "-q", "--", "sh", "-c", "exit 5", expect=5).stderr
            self.assertIn(f"JOULECAST_MAX_SIZE: '{wrong}'", told)

    def test_a_pipe_that_is_named_as_one_is_read(self):
        text = "gpu,energy_j\nA,1\nA,2\nA,3\nB,3\nB,4\nB,5\n"
        self.assertEqual(self.call("compare", "-", "--group", "gpu", input=text).stdout,
                         self.call("compare", "/dev/stdin", "--group", "gpu", input=text).stdout.replace("/dev/stdin", "-"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
