"""Text that is no Unicode, as of old file names, ends no training: it arrives with replacement characters."""
import os
import subprocess
import sys
import unittest

import joulecast
from support import PackageTest

LONE = "caf\ud800"
SHOWN = "caf\ufffd"


class Text(PackageTest):
    def test_bytes_in_the_command_line_and_in_the_script_s_name(self):
        script = os.fsencode(self.folder) + b"/caf\xe9.py"
        with open(script, "w") as file:
            file.write("import joulecast\nwith joulecast.track(): pass\n")
        done = subprocess.run([sys.executable, script, b"/data/caf\xe9"], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(self.one_run().name, SHOWN)

    def test_what_a_program_tells(self):
        with joulecast.track(LONE, tags={LONE: LONE}) as run:
            run.phase(LONE, unit=LONE)
            run.begin_epoch(0)
            run.metric(**{LONE: 1})
            run.metric({LONE + "2": 1})
            run.note(LONE)
            with run.window(LONE):
                pass
        stored = self.one_run()
        self.assertEqual((stored.name, stored.tags[SHOWN], stored.windows[0].name), (SHOWN, SHOWN, SHOWN))
        self.assertEqual(stored.epochs[0].metrics, {SHOWN: 1, SHOWN + "2": 1})

    def test_a_function_s_name(self):
        def function():
            pass

        function.__name__ = LONE
        joulecast.track(function)()
        self.assertEqual(self.one_run().name, SHOWN)

    def test_the_environment(self):
        os.environ["JOULECAST_COUNTRY"] = "caf\udce9"
        done = self.run_program("import joulecast\nwith joulecast.track('run'): pass")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_names_that_nobody_knows_are_refused_in_words(self):
        for call in (lambda: joulecast.predict(LONE, "A100-SXM4-80GB"), lambda: joulecast.predict("resnet50", LONE),
                     lambda: joulecast.describe(LONE), lambda: joulecast.load(LONE), lambda: joulecast.track(store=LONE),
                     lambda: joulecast.compare(LONE, group="model"), lambda: joulecast.budget("1kWh", LONE)):
            with self.assertRaises(joulecast.Error):
                call()

    def test_times_and_energies_have_units_that_fit(self):
        shown = joulecast._shown
        for seconds, text in ((0, "0 s"), (4.21e-5, "42.1 µs"), (0.0005, "500 µs"), (0.9, "900 ms"), (0.99999, "1 s"), (5.668, "5.67 s"),
                              (59.97, "1 min 00 s"), (119.7, "2 min 00 s"), (3599.7, "1 h 00 min"), (7199, "2 h 00 min"),
                              (86400, "24 h 00 min"), (None, "unknown")):
            self.assertEqual(shown.duration_text(seconds), text, seconds)
        for joules, text in ((0, "0 J"), (0.00069, "690 µJ"), (0.0125, "12.5 mJ"), (93, "93 J"), (None, "unknown")):
            self.assertEqual(shown.energy_text(joules), text, joules)

    def test_whole_pairs_stay(self):
        self.assertEqual(joulecast._arguments.readable("\U0001f600 \ud83d\ude00 \ud83d!"), "\U0001f600 \U0001f600 \ufffd!")


if __name__ == "__main__":
    unittest.main()
