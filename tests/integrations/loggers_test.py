"""Tests what all loggers share: when they write, and that the training neither waits for them nor fails with them."""
import threading
import time
import unittest

import libraries
import joulecast
from support import PackageTest

from joulecast.integrations._log import Logger


class Kept(Logger):
    def __init__(self, *args, **kwargs):
        self.written = []
        self.concluded = None
        super().__init__(*args, **kwargs)

    def write(self, figures, elapsed_s):
        self.written.append((threading.current_thread(), elapsed_s, figures))

    def conclude(self, figures, facts):
        self.concluded = figures, facts


class Loggers(PackageTest):
    def test_writes_as_often_as_it_is_told_and_at_the_end(self):
        with joulecast.track(interval=0.05) as run:
            logger = Kept(every=0.2)
            for _ in run.epochs(range(30)):
                time.sleep(0.07)
            before = len(logger.written)
        self.assertGreaterEqual(before, 3)
        self.assertEqual(len(logger.written), before + 1)
        thread, elapsed_s, first = logger.written[0]
        self.assertIsNot(thread, threading.current_thread())
        self.assertGreater(elapsed_s, 0)
        self.assertGreater(first["energy/total_kwh"], 0)
        self.assertGreater(first["energy/power_w"], 0)
        self.assertTrue(any("energy/projected_low_kwh" in figures for _, _, figures in logger.written))
        last = logger.written[-1][2]
        self.assertEqual(last["energy/total_kwh"], run.energy.total_kwh)
        self.assertEqual(logger.concluded, (last, {"joulecast.run": run.id, "joulecast.provenance": run.energy.provenance}))

    def test_a_failing_tracker_is_warned_of_once(self):
        class Fails(Kept):
            def write(self, figures, elapsed_s):
                raise ConnectionError("no server")

        with self.assertWarnsRegex(UserWarning, "no server") as warned:
            with joulecast.track(interval=0.05):
                Fails(every=0.1)
                time.sleep(0.5)
        self.assertEqual(len(warned.warnings), 1)

    def test_the_training_does_not_wait(self):
        released = threading.Event()

        class Hangs(Kept):
            def write(self, figures, elapsed_s):
                released.wait(30)

        with joulecast.track(interval=0.05):
            logger = Hangs(every=0.1)
            time.sleep(0.3)
            released.set()
        self.assertFalse(logger._thread.is_alive())

    def test_without_a_run_there_is_nothing_to_write(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "run"):
            Kept()
        with joulecast.track():
            with self.assertRaisesRegex(ValueError, "every"):
                Kept(every=0)


if __name__ == "__main__":
    unittest.main()
