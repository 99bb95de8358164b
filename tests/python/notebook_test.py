"""Tests the notebook's magic in IPython, where that is installed."""
import sys
import time
import unittest

import joulecast
from support import PackageTest

try:
    from IPython.core.interactiveshell import InteractiveShell
except ImportError:
    print("IPython is not installed: the notebook is not tested")
    sys.exit(77)


class Notebook(PackageTest):
    def setUp(self):
        super().setUp()
        self.shell = InteractiveShell.instance()
        self.shell.run_line_magic("load_ext", "joulecast")

    def test_a_cell_is_measured(self):
        self.shell.run_cell_magic("joules", "cell", "import time\ntime.sleep(1.2)\nanswer = 42")
        self.assertEqual(self.shell.user_ns["answer"], 42)
        stored = self.one_run()
        self.assertEqual((stored.name, stored.status), ("cell", "finished"))
        self.assertGreater(stored.duration_s, 1)

    def test_an_error_in_the_cell_is_the_cell_s(self):
        self.shell.run_cell_magic("joules", "", "1 / 0")
        self.assertEqual(self.one_run().name, "notebook")

    def test_a_run_is_shown_while_it_goes_on(self):
        with joulecast.track("shown", interval=0.1) as run:
            cell = joulecast.notebook.live(run)
            time.sleep(2.5)
            content = cell._content()
            cell.close()
        self.assertIn("shown", content)
        self.assertIn("<svg", content)


if __name__ == "__main__":
    unittest.main()
