"""Tests what becomes of a run whose store is locked, or whose disk is full: nothing is lost, and the program hardly waits."""
import os
import re
import resource
import sqlite3
import time
import unittest
import warnings

import joulecast
from support import PackageTest

PATIENCE_S = 1  # of the tracker; the rest of a bound is for a slow machine


class Locked(PackageTest):
    def locked(self):
        """Another program that holds the store's lock."""
        other = sqlite3.connect(self.store, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        return other

    def stopped(self, run):
        """Ends it. Returns the warnings, and how long that took."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            began = time.monotonic()
            run.stop()
            return [str(one.message) for one in caught], time.monotonic() - began

    def spare_of(self, warned):
        self.assertEqual(len(warned), 1, warned)
        self.assertIn("locked", warned[0])
        return re.search(r"the run is kept in (\S+);", warned[0]).group(1)

    def test_a_lock_that_outlasts_the_run_costs_a_second_and_no_reading(self):
        run = joulecast.track("locked out", interval=0.1).start()
        run.begin_epoch(0)
        time.sleep(1.5)
        self.assertEqual(joulecast.load(run.id).status, "running")
        other = self.locked()
        run.metric(loss=0.5)
        run.end_epoch()
        time.sleep(1)
        warned, took = self.stopped(run)
        self.assertLess(took, PATIENCE_S + 2)
        self.assertEqual(run.status, "finished")
        stored = joulecast.load(run.id, store=self.spare_of(warned))
        self.assertEqual(stored.status, "finished")
        self.assertEqual([epoch.metrics for epoch in stored.epochs], [{"loss": 0.5}])
        self.assertAlmostEqual(stored.energy.total_j, run.energy.total_j, delta=0.02 * run.energy.total_j)
        other.execute("COMMIT")
        self.assertEqual(joulecast.load(run.id).name, "locked out")  # what it had had by then

    def test_a_store_that_was_locked_before_the_run(self):
        with joulecast.track():
            pass
        self.locked()
        run = joulecast.track("kept out").start()
        began = time.monotonic()
        self.assertIsNone(run.projection)
        self.assertLess(time.monotonic() - began, 2)
        warned, took = self.stopped(run)
        self.assertLess(took, 2 * PATIENCE_S + 2)
        self.assertEqual(joulecast.load("kept out", store=self.spare_of(warned)).status, "finished")

    def test_a_lock_that_is_over_is_no_loss(self):
        run = joulecast.track(interval=0.1).start()
        other = self.locked()
        time.sleep(1)
        other.execute("COMMIT")
        warned, _ = self.stopped(run)
        self.assertEqual(warned, [])
        self.assertEqual(self.one_run().status, "finished")


class Full(PackageTest):
    def test_a_disk_that_fills_in_mid_run_keeps_what_was_kept(self):
        done = self.run_program("""
            import joulecast, resource, time
            with joulecast.track("full", interval=0.1) as run:
                for epoch in run.epochs(range(10)):
                    if epoch == 5:  # no file can grow any more
                        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
                    for _ in run.steps(range(10)):
                        time.sleep(0.05)
                    run.metric(loss=1 / (epoch + 1))
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print(run.status, run.energy.total_j > 0)
            """)
        self.assertEqual((done.returncode, done.stdout), (0, "finished True\n"), done.stderr)
        self.assertLessEqual(done.stderr.count("JoulecastWarning"), 2, done.stderr)  # when it fills, and what became of the run
        self.assertGreater(done.stderr.count("JoulecastWarning"), 0)
        stored = self.one_run()
        self.assertEqual(stored.status, "interrupted")
        self.assertGreaterEqual(len(stored.epochs), 2)
        self.assertGreater(stored.energy.total_j, 0)


class Metrics(PackageTest):
    def test_many_metrics_need_little_memory_and_room(self):
        with joulecast.track("many") as run:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for number in range(300_000):
                run.metric(loss=number)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 200_000)
        self.assertIn("of 300000 values of the metric loss", " ".join(self.one_run().notes))
        self.assertLess(sum(os.path.getsize(self.folder / name) for name in os.listdir(self.folder) if name.startswith("runs.db")), 6e6)


if __name__ == "__main__":
    unittest.main()
