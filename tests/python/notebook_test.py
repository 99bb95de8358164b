"""Tests the notebook's magic in IPython, where that is installed."""
import contextlib
import io
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

    def test_a_cell_that_is_run_again_ends_the_run_that_it_began_before(self):
        for _ in range(2):
            self.run_cell("import joulecast\nrun = joulecast.track('cell').start()")
        self.run_cell("run.stop()")
        runs = joulecast._core.list_runs(joulecast._core.ListRequest())
        self.assertEqual(sorted(row.status for row in runs), ["finished", "interrupted"])

    def run_cell(self, cell):
        """The result and what was printed, with tracebacks."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            return self.shell.run_cell(cell), printed.getvalue()

    def test_an_error_in_the_cell_is_the_cell_s(self):
        for cell, kind in (("1 / 0", ZeroDivisionError), ("raise KeyboardInterrupt", KeyboardInterrupt), ("for", SyntaxError),
                           ("return 3", SyntaxError)):
            for measured in (f"%%joules {kind.__name__}\nx = 1\n{cell}", f"%joules {cell}"):
                with self.subTest(measured):
                    result, printed = self.run_cell(measured)
                    self.assertFalse(result.success)
                    self.assertIsInstance(result.error_in_exec, kind)
                    self.assertLessEqual(printed.count("Traceback"), 1)
        self.assertEqual(joulecast.load("ZeroDivisionError").status, "failed")
        self.assertEqual(joulecast.load("KeyboardInterrupt").status, "interrupted")
        with self.assertRaises(joulecast.InvalidError):  # nothing was run
            joulecast.load("SyntaxError")

    def test_values_and_names_are_as_without_the_magic(self):
        result, _ = self.run_cell("%%joules\nfound = 6\nfound * 7")
        self.assertEqual((result.result, self.shell.user_ns["found"]), (42, 6))
        self.assertIsNone(self.run_cell("%%joules\n6 * 7;")[0].result)
        self.assertEqual(self.run_cell("%joules 6 * 7")[0].result, 42)
        self.assertEqual(self.run_cell("%%joules\nimport asyncio\nawait asyncio.sleep(0, 5)")[0].result, 5)

    def test_help(self):
        self.assertIn("no option such as --name", self.run_cell("%%joules --name x\n1")[1])
        self.assertIn("no option such as --interval", self.run_cell("%%joules a cell --interval 100ms\n1")[1])
        for cell in ("%%joules --help\n1", "%joules --help", "%joules"):
            self.assertIn("%%joules [NAME]", self.run_cell(cell)[1])

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
