"""Tests what is kept of a run's course: phases without progress, epochs that were left, work beyond the announced, power, exits."""
import asyncio
import copy
import os
import pickle
import sqlite3
import time
import unittest
import warnings

import joulecast
from support import PackageTest, SteadyMeter


class Phases(PackageTest):
    def test_phases_that_tell_no_progress_are_kept(self):
        with joulecast.track() as run:
            for name in ("load", "fold", "fold", "train"):
                run.phase(name)
                time.sleep(0.05)
            for _ in run.steps(range(5)):
                pass
            run.phase("export")
            time.sleep(0.05)
        phases = self.one_run().phases
        self.assertEqual([phase.name for phase in phases], ["load", "fold", "fold 2", "train", "export"])
        self.assertEqual([phase.work for phase in phases], [0, 0, 0, 5, 0])
        for phase in phases:
            self.assertGreater(phase.end_s - phase.start_s, 0.03)


class LeftEpochs(PackageTest):
    def work_of(self, name, train, error=None, **options):
        """Epochs' work that the run says it did."""
        try:
            with joulecast.track(name, **options) as run:
                train(run)
        except RuntimeError:
            pass
        (phase,) = joulecast.load(name).phases
        return phase.work

    def test_an_epoch_that_is_left_half_done_is_half_an_epoch(self):
        def leave(run, how, all_steps=10):
            for epoch in run.epochs(range(5)):
                for step in run.steps(range(all_steps)):
                    time.sleep(0.002)
                    if epoch == 2 and step == 5:
                        break
                if epoch == 2:
                    if how == "raise":
                        raise RuntimeError
                    break

        for how in ("break", "raise"):
            with self.subTest(how):
                self.assertAlmostEqual(self.work_of(how, lambda run: leave(run, how)), 2.5, delta=0.11)

    def test_an_error_in_an_epoch_without_steps_leaves_it_undone(self):
        def fail(run):
            for epoch in range(5):
                run.begin_epoch(epoch)
                time.sleep(0.01)
                if epoch == 2:
                    raise RuntimeError
                run.end_epoch()

        self.assertAlmostEqual(self.work_of("failed", fail), 2, delta=0.01)

    def test_an_epoch_whose_steps_were_all_done_is_whole_though_the_loop_was_left(self):
        def stop_early(run):
            for epoch in run.epochs(range(9)):
                for _ in run.steps(range(10)):
                    pass
                if epoch == 2:
                    break

        def with_few_steps_each(run):
            for epoch in run.epochs(range(9)):
                for step in run.steps(range(1000)):
                    if step == 20:
                        break
                if epoch == 2:
                    break

        def without_steps(run):
            for epoch in run.epochs(range(9)):
                if epoch == 2:
                    break

        for train in (stop_early, with_few_steps_each, without_steps):
            with self.subTest(train.__name__):
                self.assertEqual(self.work_of(train.__name__, train), 3)

    def test_a_last_epoch_of_fewer_steps_is_whole(self):
        def with_lengths(run):
            for epoch in run.epochs(range(3)):
                for _ in run.steps(range(10 if epoch < 2 else 4)):
                    time.sleep(0.005)

        def without_lengths(run):
            for epoch in run.epochs(range(3)):
                for _ in run.steps(iter(range(10 if epoch < 2 else 4))):
                    time.sleep(0.005)

        for train in (with_lengths, without_lengths):
            with self.subTest(train.__name__):
                self.assertEqual(self.work_of(train.__name__, train), 3)
                self.assertEqual(len(joulecast.load(train.__name__).epochs), 3)

    def test_loops_that_are_epochs(self):
        def leave(run):
            for number in range(3):
                for step in run.steps(range(10)):
                    time.sleep(0.002)
                    if number == 2 and step == 5:
                        break

        self.assertAlmostEqual(self.work_of("loops", leave, epochs=4), 2.5, delta=0.11)

    def test_a_loop_that_was_left_does_not_keep_what_it_went_over(self):
        import gc
        import weakref

        def items():
            yield from range(10)

        with joulecast.track() as run:
            for _ in run.epochs(range(1)):
                loader = items()
                gone = weakref.ref(loader)
                for _ in run.steps(loader, total=10):
                    break
                del loader
                gc.collect()
                self.assertIsNone(gone())


class Forecasts(PackageTest):
    def test_work_beyond_the_announced_is_not_ready(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with joulecast.track(interval=0.02, sensors=["powercap"]) as run:
            for _ in run.epochs(range(4)):
                for _ in run.steps(range(10)):
                    time.sleep(0.01)
            time.sleep(0.3)
            projection = run.projection
            self.assertFalse(projection.ready)
            self.assertIn("more than announced", run.doubt)
            self.assertGreaterEqual(projection.total_j, projection.used_j)
        self.assertTrue(run.projection.ready)
        self.assertEqual(run.doubt, "")

    def test_what_is_said_after_all_announced_work(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with joulecast.track("over", interval=0.02, sensors=["powercap"]) as run:
            for epoch in run.epochs(range(4)):
                for _ in run.steps(range(10)):
                    time.sleep(0.01)
                if epoch == 3:
                    time.sleep(0.2)
                    self.assertIn("last epoch", run.doubt)
                    self.assertNotIn("more than announced", run.doubt)
            time.sleep(0.3)
            said = str(run.projection)
            self.assertRegex(said, r"^no more work is announced; [\d.]+ J used so far")
            self.assertNotIn("not ready", said)
        (last,) = joulecast.load("over").projections[-1:]
        self.assertEqual((last.share, last.ready), (1, False))  # the run went on
        self.assertIn("no more work is announced", str(last))

    def test_forecasts_can_be_sent_to_other_processes(self):
        with joulecast.track("sent", interval=0.02) as run:
            for epoch in run.epochs(range(4)):
                for _ in run.steps(range(10)):
                    time.sleep(0.02)
                if epoch == 2:
                    live = run.projection
        for one in (live, run.projection, self.one_run().projections[-1]):
            again = pickle.loads(pickle.dumps(one))
            self.assertEqual(str(again), str(one))
            for name in ("total_j", "low_j", "high_j", "ready", "share", "method"):
                self.assertEqual(getattr(again, name), getattr(one, name), name)
        self.assertEqual(copy.deepcopy(live).remaining_s, live.remaining_s)

    def test_the_forecast_of_another_s_measurement_is_not_below_what_it_used(self):
        forecast = joulecast._core.StoredProjection
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with joulecast.track("whole", interval=0.05, sensors=["powercap"]) as run:
            for _ in run.epochs(range(4)):
                for _ in run.steps(range(10)):
                    time.sleep(0.02)
        kept = self.one_run().projections[-1]
        self.assertIsInstance(kept, forecast)
        later = kept.after(kept.total_j * 3, False)
        self.assertEqual((later.total_j, later.low_j, later.high_j), (kept.total_j * 3,) * 3)
        self.assertEqual(kept.after(None, True).total_j, kept.total_j)
        self.assertFalse(kept.after(None, False).ready and kept.share >= 1)

    def test_power_right_after_a_reading_is_that_of_a_whole_period(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with joulecast.track(interval=0.5, sensors=["powercap"]) as run:
            time.sleep(1.2)
            for _ in range(8):
                run._looked = 0  # asks again at once
                self.assertAlmostEqual(run.power_w, 50, delta=5)
                time.sleep(0.003)


class Ends(PackageTest):
    def test_the_exit_status_is_that_of_a_run_that_nobody_stops(self):
        for leave, status, code in (("sys.exit(4)", "failed", 4), ("sys.exit('no')", "failed", 1), ("sys.exit()", "finished", None),
                                    ("pass", "finished", None), ("raise SystemExit(3)", "failed", 3)):
            with self.subTest(leave):
                done = self.run_program(f"""
                    import joulecast, sys, time
                    run = joulecast.track("left").start()
                    time.sleep(0.2)
                    {leave}
                    """)
                self.assertEqual(done.returncode, code or 0, done.stderr)
                stored = joulecast.load("left")
                self.assertEqual((stored.status, stored.exit_status), (status, code))
                self.assertGreater(stored.energy.total_j, 0)

    def test_the_exit_status_is_that_of_a_block_that_exits(self):
        for leave, status, code in (("sys.exit(4)", "failed", 4), ("sys.exit('no')", "failed", 1), ("sys.exit()", "finished", 0),
                                    ("sys.exit(0)", "finished", 0), ("sys.exit(-1)", "failed", 255), ("sys.exit(256)", "finished", 0),
                                    ("sys.exit(1 << 70)", "failed", 255), ("sys.exit(True)", "failed", 1), ("sys.exit(3.0)", "failed", 1),
                                    ("raise KeyboardInterrupt", "interrupted", None), ("raise ValueError", "failed", None),
                                    ("pass", "finished", None)):
            with self.subTest(leave):
                done = self.run_program(f"""
                    import joulecast, sys
                    with joulecast.track("left"):
                        {leave}
                    """)
                self.assertEqual(done.returncode, {"ValueError": 1, "KeyboardInterrupt": -2}.get(leave.removeprefix("raise "), code or 0), done.stderr)
                stored = joulecast.load("left")
                self.assertEqual((stored.status, stored.exit_status), (status, code))

    def test_an_exit_of_a_class_of_one_s_own_comes_out_as_it_is(self):
        class Odd(SystemExit):
            code = property(lambda self: 1 / 0)

        class Several:
            def __eq__(self, other):
                raise ValueError("ambiguous")

        for error in (Odd(), SystemExit(Several())):
            with self.subTest(type(error).__name__):
                with self.assertRaises(SystemExit) as raised, joulecast.track("odd"):
                    raise error
                self.assertIs(raised.exception, error)
                self.assertEqual((joulecast.load("odd").status, joulecast.load("odd").exit_status), ("failed", 1))

    def test_a_forked_child_that_exits_ends_no_run(self):
        done = self.run_program("""
            import joulecast, os, sys, time
            run = joulecast.track("left").start()
            time.sleep(0.2)
            if os.fork() == 0:
                sys.exit(4)
            os.wait()
            """)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.one_run().status, "finished")

    def test_a_trial_that_optuna_prunes_is_stopped(self):
        package = self.folder / "optuna"
        package.mkdir()
        (package / "__init__.py").write_text("from .exceptions import TrialPruned\n")
        (package / "exceptions.py").write_text("class OptunaError(Exception): pass\nclass TrialPruned(OptunaError): pass\n")
        for name, raised in (("said", "optuna.TrialPruned('no better')"), ("bare", "optuna.TrialPruned")):
            done = self.run_program(f"""
                import joulecast, optuna
                try:
                    with joulecast.track("{name}"):
                        raise {raised}
                except optuna.TrialPruned:
                    print("pruned")
                """)
            self.assertEqual(done.stdout, "pruned\n", done.stderr)
        self.assertEqual([joulecast.load(name).status for name in ("said", "bare")], ["stopped"] * 2)
        self.assertEqual([joulecast.load(name).notes for name in ("said", "bare")], [["pruned: no better"], ["pruned"]])

    def test_a_cancelled_task_is_interrupted(self):
        @joulecast.track("task")
        async def task():
            await asyncio.sleep(10)

        async def main():
            running = asyncio.ensure_future(task())
            await asyncio.sleep(0.1)
            running.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await running

        asyncio.run(main())
        self.assertEqual(self.one_run().status, "interrupted")


class Stores(PackageTest):
    def test_a_program_may_go_to_another_folder(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        for name, given in (("argument", {"store": "relative.db"}), ("variable", {})):
            with self.subTest(name), warnings.catch_warnings():
                warnings.simplefilter("error")
                self.addCleanup(os.chdir, os.getcwd())
                os.chdir(self.folder)
                os.environ["JOULECAST_STORE"] = "of-the-variable.db"
                with joulecast.track(name, **given) as run:
                    os.chdir(elsewhere)
                    time.sleep(2.5)
                file = self.folder / given.get("store", "of-the-variable.db")
                self.assertEqual(joulecast.load(run.id, store=file).status, "finished")
                self.assertEqual(list(elsewhere.iterdir()), [])

    def test_a_program_finds_its_own_runs_by_their_ids(self):
        done = self.run_program("""
            import joulecast, os, sys
            os.chdir(sys.argv[1])
            for name in ("first", "second"):
                run = joulecast.track(name, interval=0.1, store="relative.db").start()
                assert joulecast.load(run.id).status == "running"  # at once
                os.makedirs("deeper")
                os.chdir("deeper")
                assert joulecast.load(run.id).name == name
                run.stop()
                print(joulecast.load(run.id).status)
            """, self.folder)
        self.assertEqual((done.returncode, done.stdout), (0, "finished\n" * 2), done.stderr)

    def test_a_program_without_a_home_finds_its_own_run(self):
        for name in ("JOULECAST_STORE", "HOME", "XDG_DATA_HOME"):
            os.environ.pop(name, None)
        done = self.run_program("""
            import joulecast
            with joulecast.track("homeless") as run:
                pass
            print(joulecast.load(run.id).name)
            """)
        self.assertEqual((done.returncode, done.stdout), (0, "homeless\n"), done.stderr)
        self.assertEqual(done.stderr.count("the run is kept in"), 1, done.stderr)

    def test_a_run_that_does_not_exist_is_not_waited_for(self):
        with joulecast.track("here"):
            began = time.monotonic()
            with self.assertRaises(joulecast.InvalidError):
                joulecast.load("not-here")
        self.assertLess(time.monotonic() - began, 1.5)

    def test_a_run_that_went_to_a_spare_store_is_found_by_its_id(self):
        run = joulecast.track("spared", interval=0.1).start()
        time.sleep(1.2)
        other = sqlite3.connect(self.store, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run.stop()
        self.assertEqual(joulecast.load(run.id).status, "finished")
        self.assertEqual(joulecast.load(run.id, store=self.store).name, "spared")  # what it had had by then

    def test_a_warning_names_the_line_at_which_the_run_began(self):
        done = self.run_program("""
            import joulecast, time
            with joulecast.track(store="/proc/no/such/runs.db") as run:  # the third line
                for _ in run.steps(range(15)):
                    time.sleep(0.1)
            """, TMPDIR="/proc/no")
        self.assertRegex(done.stderr, r"program\.py:3: JoulecastWarning")


if __name__ == "__main__":
    unittest.main()
