"""Tests trackers of processes that another process measures: whose progress counts, and what their blocks cost."""
import subprocess
import sys
import time
import unittest

import joulecast
from support import JOULECAST, PackageTest, SteadyMeter

CHILD = """
import joulecast, time
with joulecast.track("child") as run:
    for _ in run.epochs(range(3)):
        for _ in run.steps(range(5)):
            time.sleep(0.02)
        run.metric(of_child=1)
"""


class Joined(PackageTest):
    def test_a_child_s_epochs_are_not_the_parent_s(self):
        with joulecast.track("parent") as run:
            for epoch in run.epochs(range(4)):
                time.sleep(0.05)
                if epoch == 1:
                    self.assertEqual(self.run_program(CHILD).returncode, 0)
        stored = joulecast.load("parent")
        self.assertEqual([epoch.index for epoch in stored.epochs], [0, 1, 2, 3])
        self.assertEqual([(phase.work, phase.total_work) for phase in stored.phases], [(4, 4)])
        self.assertIn("another process told its progress", " ".join(stored.notes))

    def test_a_child_s_epochs_count_where_the_parent_tells_none(self):
        with joulecast.track("parent"):
            for _ in range(2):
                self.assertEqual(self.run_program(CHILD).returncode, 0)
        stored = joulecast.load("parent")
        self.assertEqual([(phase.unit, phase.work) for phase in stored.phases], [("epoch", 3)] * 2)
        self.assertEqual(stored.notes, [])

    def test_of_two_children_the_first_to_tell_is_heard(self):
        waiting = "import time; time.sleep(1.5)"
        with joulecast.track("parent"):
            first = subprocess.Popen([sys.executable, "-c", CHILD + waiting])
            time.sleep(0.8)
            second = subprocess.Popen([sys.executable, "-c", CHILD.replace("range(3)", "range(7)")])
            self.assertEqual((first.wait(), second.wait()), (0, 0))
        (phase,) = joulecast.load("parent").phases
        self.assertIn(phase.total_work, (3, 7))
        self.assertEqual(phase.work, phase.total_work)

    def test_a_block_costs_its_own_share(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        done = self.run_program("""
            import joulecast, time
            time.sleep(1)
            with joulecast.track("block") as run:
                time.sleep(1)
            time.sleep(2.5)
            print(run.duration_s, run.energy.total_j)
            """, under=(JOULECAST, "run", "--quiet", "--interval", "50ms", "--"), JOULECAST_SENSORS="powercap")
        self.assertEqual(done.returncode, 0, done.stderr)
        duration, energy = map(float, done.stdout.split())
        self.assertAlmostEqual(energy, 50 * duration, delta=0.25 * 50 * duration)  # and not that of the whole command

    def test_a_block_between_two_readings_is_known_after_the_second(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        done = self.run_program("""
            import joulecast, time
            time.sleep(1.2)
            with joulecast.track("block") as run:
                time.sleep(0.3)
            at_once = run.energy
            time.sleep(3)
            print(at_once.coverage, run.energy.coverage, run.duration_s, run.energy.total_j)
            """, under=(JOULECAST, "run", "--quiet", "--"), JOULECAST_SENSORS="powercap")
        self.assertEqual(done.returncode, 0, done.stderr)
        at_once, coverage, duration, energy = map(float, done.stdout.split())
        self.assertLess(at_once, 1)  # it is not said that the part that was read is all
        self.assertAlmostEqual(coverage, 1, delta=0.01)
        self.assertAlmostEqual(energy, 50 * duration, delta=0.25 * 50 * duration)

    def test_a_block_that_asks_after_its_measurement_has_ended_knows_what_was_measured(self):
        done = self.run_program("""
            import joulecast, os, subprocess, sys, time
            if len(sys.argv) == 1:  # measures, and ends before its child does
                with joulecast.track("outer", interval=0.1):
                    child = subprocess.Popen([sys.executable, sys.argv[0], "child"])
                    time.sleep(1.5)
                child.wait()
            else:
                time.sleep(0.5)
                with joulecast.track() as run:
                    time.sleep(4.5)
                print(run.energy.total_j > 0, run.energy.coverage < 0.95)
            """)
        self.assertEqual(done.stdout, "True True\n", done.stderr)
        self.assertIn("the measurement that this run belongs to ended", done.stderr)
        self.assertEqual(done.stderr.count("JoulecastWarning"), 1)

    def test_a_block_whose_measurement_left_no_run_says_so_once(self):
        done = self.run_program("""
            import joulecast, os, shutil
            with joulecast.track("outer") as outer:
                if os.fork() == 0:
                    run = joulecast.track("inner").start()
                    run._socket, run._found = "/nobody/listens", None
                    print(run.energy.total_j, run.energy.total_j, run.id, flush=True)
                    os._exit(0)
                os.wait()
            """)
        self.assertEqual(done.stdout, "None None \n", done.stderr)
        self.assertEqual(done.stderr.count("is over, and what it measured is not to be found"), 1, done.stderr)

    def test_a_flood_is_noted(self):
        done = self.run_program("""
            import joulecast
            with joulecast.track() as run:
                for epoch in range(60_000):
                    run.begin_epoch(epoch)
                    run.end_epoch()
            """, under=(JOULECAST, "run", "--quiet", "--"))
        self.assertEqual(done.returncode, 0, done.stderr)
        stored = self.one_run()
        if len(stored.epochs) < 60_000:  # a machine may be quick enough
            self.assertRegex(" ".join(stored.notes), r"\d+ messages of the training came faster than they could be read")

    def test_a_measurement_that_is_gone_is_not_joined(self):
        done = self.run_program("""
            import os, sys
            import joulecast
            name = sys.argv[1]
            with joulecast.track(name) as run:
                if name == "first":
                    os.execv(sys.executable, [sys.executable, sys.argv[0], "second"])
                print(run.id)
            """, "first")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(joulecast.load("second").id, done.stdout.strip())
        self.assertEqual(joulecast.load("second").status, "finished")


    def under_run(self, text, *arguments):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        done = self.run_program(text, *arguments, under=(JOULECAST, "run", "--quiet", "--interval", "50ms", "--"), JOULECAST_SENSORS="powercap")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_what_only_the_measuring_process_keeps_is_said(self):
        done = self.under_run("""
            import joulecast
            with joulecast.track("resnet", epochs=3, tags={"lr": 0.1}, country="de") as run:
                run.note("one")
                run.note("two")
            with joulecast.track(epochs=3) as run:
                pass
            """)
        self.assertEqual(done.stderr.count("JoulecastWarning"), 2, done.stderr)
        self.assertIn("name, tags, country of this block are left out", done.stderr)
        self.assertIn("a note is left out", done.stderr)

    def test_a_limit_from_within_ends_no_training_that_stays_far_below_it(self):
        done = self.under_run("""
            import joulecast, time
            with joulecast.track() as run:
                run.stop_if(projected_j=1200)
                for epoch in run.epochs(range(100)):  # slow at first, as with a cold cache
                    for _ in run.steps(range(20)):
                        time.sleep(0.02 if epoch < 8 else 0.001)
            print("done")
            """)
        self.assertEqual(done.stdout, "done\n")
        self.assertLess(self.one_run().energy.total_j, 0.8 * 1200)

    def test_a_limit_from_within_ends_what_has_used_it_up(self):
        done = self.under_run("""
            import joulecast, time
            try:
                with joulecast.track() as run:
                    run.stop_if(projected_j=60)
                    for _ in run.steps(range(1000)):
                        time.sleep(0.02)
            except joulecast.Stopped as reason:
                print(reason)
            """)
        self.assertIn("used up", done.stdout)
        self.assertLess(self.one_run().energy.total_j, 60 + 6 * 50)

    def test_a_forecast_from_within_ends_with_its_loop(self):
        done = self.under_run("""
            import joulecast, time
            with joulecast.track() as run:
                for epoch in run.epochs(range(100)):
                    time.sleep(0.2)
                    if epoch == 15:
                        before = run.projection
                        break
                print(before is not None, run.projection)
            """)
        self.assertEqual(done.stdout, "True None\n")
        self.assertEqual(self.one_run().projections[-1].share, 1)

    def test_a_forecast_from_within_ends_with_a_loop_of_steps_that_was_left(self):
        done = self.under_run("""
            import joulecast, time
            with joulecast.track() as run:
                for step in run.steps(range(1000)):
                    time.sleep(0.02)
                    if step == 200:
                        before = run.projection
                        break
                print(before is not None, run.projection)
                time.sleep(2.5)
            """)
        self.assertEqual(done.stdout, "True None\n")
        self.assertEqual(self.one_run().projections[-1].share, 1)


if __name__ == "__main__":
    unittest.main()
