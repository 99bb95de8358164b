"""Tests that importing the package is cheap: what is needed seldom is imported when it is needed."""
import subprocess
import sys
import unittest

from support import PackageTest

# Each costs milliseconds, or is not ours to import.
LATER = ("asyncio", "concurrent", "configparser", "csv", "dataclasses", "enum", "functools", "html", "inspect", "json", "logging",
         "numpy", "pandas", "platform", "re", "socket", "subprocess", "tempfile", "threading", "typing", "uuid")


class Imports(PackageTest):
    def imported_by(self, statement):
        """Top-level modules that a bare interpreter has not."""
        program = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
        names = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True).stdout.split()
        return {name.split(".")[0] for name in names}, names

    def test_what_is_needed_seldom_is_not_imported(self):
        modules, _ = self.imported_by("import joulecast")
        self.assertIn("joulecast", modules)
        self.assertEqual(modules & set(LATER), set())

    def test_a_measured_block_needs_none_of_it_either(self):
        modules, _ = self.imported_by("import joulecast\nwith joulecast.track('x') as run:\n"
                                      "    for _ in run.epochs(range(2)):\n        sum(run.steps(range(3)))\n    run.energy")
        self.assertEqual(modules & set(LATER), set())

    def test_parts_come_when_they_are_asked_for(self):
        _, names = self.imported_by("import joulecast")
        self.assertEqual([name for name in names if name.startswith(("joulecast.codecarbon", "joulecast.integrations",
                                                                     "joulecast.notebook"))], [])
        _, names = self.imported_by("import joulecast\njoulecast.notebook.live")
        self.assertIn("joulecast.notebook", names)


if __name__ == "__main__":
    unittest.main()
