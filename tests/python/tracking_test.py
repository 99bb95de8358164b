"""Tests what a tracker hears from loops, and what it answers."""
import asyncio
import concurrent.futures
import os
import threading
import time
import unittest
import unittest.mock
import warnings

import joulecast
from support import PackageTest, SteadyMeter


class Tracking(PackageTest):
    def test_epochs_and_steps_of_a_block(self):
        with joulecast.track("blocks") as run:
            for _ in run.epochs(range(3)):
                for _ in run.steps(range(10)):
                    time.sleep(0.002)
                run.metric(loss=0.5)
        stored = self.one_run()
        self.assertEqual((stored.name, stored.status), ("blocks", "finished"))
        self.assertEqual([epoch.index for epoch in stored.epochs], [0, 1, 2])
        self.assertEqual([epoch.metrics for epoch in stored.epochs], [{"loss": 0.5}] * 3)
        (phase,) = stored.phases
        self.assertEqual((phase.unit, phase.work, phase.total_work), ("epoch", 3, 3))

    def test_a_resumed_run_has_only_its_own_epochs(self):
        with joulecast.track() as run:
            for _ in run.epochs(range(37, 41)):
                time.sleep(0.01)
        stored = self.one_run()
        self.assertEqual([epoch.index for epoch in stored.epochs], [37, 38, 39, 40])
        self.assertEqual((stored.phases[0].work, stored.phases[0].total_work), (4, 4))

    def test_items_that_are_no_numbers_are_counted(self):
        with joulecast.track() as run:
            self.assertEqual(list(run.epochs(["a", "b"])), ["a", "b"])
        self.assertEqual([epoch.index for epoch in self.one_run().epochs], [0, 1])

    def test_loops_have_the_length_of_what_they_go_over(self):
        with joulecast.track() as run:
            for loop in (run.epochs, run.steps):
                self.assertEqual(len(loop([1, 2, 3])), 3)
                self.assertEqual(len(loop(iter([1, 2]), total=2)), 2)
                self.assertEqual(next(loop([5])), 5)
                self.assertTrue(loop([]))
                with self.assertRaises(TypeError):
                    len(loop(iter([1, 2])))
            steps = run.steps([1, 2, 3])
            self.assertEqual((next(steps), list(steps)), (1, [2, 3]))
            epochs = run.epochs([1, 2, 3])
            self.assertEqual(next(epochs), 1)
            epochs.close()  # as a generator
        self.assertEqual(run.status, "finished")

    def test_a_loop_of_steps_alone_is_a_phase(self):
        with joulecast.track() as run:
            self.assertEqual(sum(run.steps(iter(range(50)), total=50)), sum(range(50)))
        (phase,) = self.one_run().phases
        self.assertEqual((phase.unit, phase.work, phase.total_work), ("step", 50, 50))

    def test_loops_are_epochs_where_their_number_is_known(self):
        with joulecast.track(epochs=3) as run:
            for _ in range(3):
                for _ in run.steps(range(5)):
                    time.sleep(0.002)
        stored = self.one_run()
        self.assertEqual(len(stored.epochs), 3)
        self.assertEqual((stored.phases[0].work, stored.phases[0].total_work), (3, 3))

    def test_loops_count_on_where_the_steps_are_known(self):
        with joulecast.track(steps=15) as run:
            for _ in range(3):
                for _ in run.steps(range(5)):
                    pass
        (phase,) = self.one_run().phases
        self.assertEqual((phase.unit, phase.work, phase.total_work), ("step", 15, 15))

    def test_steps_in_a_window_are_not_the_training_s(self):
        with joulecast.track() as run:
            for _ in run.epochs(range(2)):
                for _ in run.steps(range(4)):
                    pass
                with run.window("validation"):
                    for _ in run.steps(range(100)):
                        pass
                    time.sleep(0.01)
        stored = self.one_run()
        self.assertEqual(stored.phases[0].work, 2)
        self.assertEqual([window.name for window in stored.windows], ["validation"] * 2)

    def test_a_length_that_fails_is_none(self):
        class Stream:
            def __init__(self, length):
                self.length = length

            def __len__(self):
                return self.length()

            def __iter__(self):
                return iter("ab")

        with joulecast.track() as run:
            for length in (lambda: -1, lambda: 1 / 0, lambda: None, lambda: {}["sampler"]):
                self.assertEqual(list(run.steps(Stream(length))), ["a", "b"])
                self.assertEqual(list(run.epochs(Stream(length))), ["a", "b"])

    def test_what_is_no_iterable_is_said_in_a_line(self):
        with joulecast.track() as run:
            for loop in (run.steps, run.epochs):
                with self.assertRaisesRegex(TypeError, "^iterable must be something to loop over, not NoneType$"):
                    for _ in loop(None):
                        pass

    def test_a_run_that_begins_while_another_ends_is_its_own(self):
        surroundings = joulecast._surroundings
        lead = surroundings.lead_children_to
        ending, looked = threading.Event(), threading.Event()

        def slowly(socket):  # as where another thread gets its turn in between
            ending.set()
            looked.wait(0.5)
            lead(socket)

        def other():
            ending.wait(5)
            with joulecast.track("other", sensors="modelled_cpu"):
                looked.set()

        first = joulecast.track("first", sensors="modelled_cpu").start()
        thread = threading.Thread(target=other)
        thread.start()
        with unittest.mock.patch.object(surroundings, "lead_children_to", slowly):
            first.stop()
            thread.join()
        self.assertEqual({run.name for run in joulecast._core.list_runs(joulecast._core.ListRequest())}, {"first", "other"})
        self.assertNotIn("JOULECAST_SOCKET", os.environ)

    def test_gpus_that_are_not_there_are_missed_once(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track(gpus=[7, 8], sensors="modelled_cpu"):
                time.sleep(0.1)
        self.assertEqual([str(one.message) for one in caught], ["joulecast: GPUs 7, 8 were to be measured, but no GPU can be measured here"])
        self.assertEqual(caught[0].filename, __file__)  # and not a line of the package
        self.assertIn("no GPU can be measured here", " ".join(self.one_run().notes))

    def test_a_break_ends_the_epoch(self):
        with joulecast.track() as run:
            for epoch in run.epochs(range(10)):
                time.sleep(0.01)
                if epoch == 2:
                    break
        stored = self.one_run()
        self.assertEqual([epoch.index for epoch in stored.epochs], [0, 1, 2])

    def test_several_fits_are_phases(self):
        with joulecast.track() as run:
            for fold in range(2):
                run.phase(f"fold {fold}", unit="step", total=10)
                for step in range(10):
                    run.progress(step + 1)
        self.assertEqual([(phase.name, phase.work) for phase in self.one_run().phases], [("fold 0", 10), ("fold 1", 10)])

    def test_a_loop_goes_on_in_the_phase_that_was_named(self):
        with joulecast.track() as run:
            for fold in range(2):
                run.phase(f"fold {fold}")
                time.sleep(0.1)
                for _ in run.epochs(range(2)):
                    time.sleep(0.02)
            run.phase("tuning", unit="step", total=5)
            for _ in run.steps(iter(range(5))):
                pass
        phases = self.one_run().phases
        self.assertEqual([(phase.name, phase.unit, phase.work, phase.total_work) for phase in phases],
                         [("fold 0", "epoch", 2, 2), ("fold 1", "epoch", 2, 2), ("tuning", "step", 5, 5)])
        self.assertGreater(phases[1].end_s - phases[1].start_s, 0.13)  # with what came before its loop

    def test_a_phase_ends_with_the_loop_that_began_it(self):
        with joulecast.track() as run:
            for _ in run.epochs(range(2)):
                time.sleep(0.05)
            run.metric(test=0.9)
            time.sleep(0.5)
            for _ in run.steps(range(5)):
                time.sleep(0.02)
            time.sleep(0.5)
            for step in run.steps(range(5)):
                time.sleep(0.02)
                if step == 3:
                    break
            time.sleep(0.5)
        stored = self.one_run()
        self.assertEqual([(phase.unit, phase.work) for phase in stored.phases], [("epoch", 2), ("step", 5), ("step", 3)])
        for phase in stored.phases:
            self.assertLess(phase.end_s - phase.start_s, 0.4, phase.unit)
        self.assertEqual(stored.epochs[-1].metrics, {"test": 0.9})

    def test_work_is_in_the_unit_of_its_phase(self):
        with joulecast.track() as run:
            run.phase("boosting", unit="round", total=20)
            run.progress(0)
            run.progress(15)
            run.end_epoch(14)  # whose beginning nobody told
        stored = self.one_run()
        self.assertEqual([(phase.unit, phase.work, phase.total_work) for phase in stored.phases], [("round", 15, 20)])
        self.assertEqual([epoch.index for epoch in stored.epochs], [14])

    def test_steps_of_an_epoch_without_an_iterator(self):
        with joulecast.track() as run:
            run.phase("train", unit="epoch", total=4)
            for epoch in range(2):
                run.begin_epoch(epoch)
                run.epoch_progress(10 - 5 * epoch, total=10)
                if epoch == 0:
                    run.end_epoch()
        self.assertEqual(self.one_run().phases[0].work, 1.5)

    def test_calls_at_the_end(self):
        def fails():
            raise OSError("of the call")

        ended = []
        with self.assertWarnsRegex(UserWarning, "of the call"):
            with joulecast.track() as run:
                run.at_end(fails)
                run.at_end(lambda: ended.append((run.status, run.energy.total_j)))
        self.assertEqual(ended, [("finished", run.energy.total_j)])
        with self.assertRaisesRegex(TypeError, "call"):
            run.at_end(3)

    def test_threads_that_share_an_object_end_their_own_runs(self):
        tracking, begun, lengths = joulecast.track("shared"), threading.Barrier(2), {}

        def block(name, seconds):
            with tracking as run:
                begun.wait()
                time.sleep(seconds)
                running = run.status
            lengths[name] = (running, run.status)

        threads = [threading.Thread(target=block, args=case) for case in (("short", 0.1), ("long", 0.5))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(lengths, {"short": ("running", "finished"), "long": ("running", "finished")})

    def test_secrets_in_tags_are_hidden_unless_kept(self):
        for keep, shown in ((False, "***"), (True, "hunter2")):
            with joulecast.track("login", tags={"api_key": "hunter2"}, keep_arguments=keep) as run:
                pass
            self.assertEqual(joulecast.load(run.id).tags, {"api_key": shown})

    def test_decorates_functions(self):
        @joulecast.track
        def fit(a, *, b):
            joulecast.current().metric(score=a + b)
            return a * b

        self.assertEqual(fit(2, b=3), 6)
        self.assertIsNone(joulecast.current())
        self.assertEqual(self.one_run().name, "fit")

    def test_decorates_coroutines(self):
        @joulecast.track("later", tags={"team": "vision"})
        async def fit():
            await asyncio.sleep(0.01)
            return joulecast.current().name

        self.assertEqual(asyncio.run(fit()), "later")
        self.assertEqual(self.one_run().tags, {"team": "vision"})

    def test_tasks_that_run_at_once_have_their_own_current_run(self):
        @joulecast.track
        async def fit(name, pause):
            mine = joulecast.current()
            await asyncio.sleep(pause)
            joulecast.current().metric({name: 1})
            return joulecast.current() is mine

        async def both():
            return await asyncio.gather(fit("long", 0.1), fit("short", 0.05))

        self.assertEqual(asyncio.run(both()), [True, True])
        self.assertIsNone(joulecast.current())

    def test_a_thread_of_a_library_finds_the_open_block(self):
        with joulecast.track("open") as run, concurrent.futures.ThreadPoolExecutor() as threads:
            self.assertIs(threads.submit(joulecast.current).result(), run)

    def test_the_last_forecast_knows_of_the_last_step(self):
        with joulecast.track("quick") as run:
            for _ in run.epochs(range(5)):
                time.sleep(0.01)
        self.assertEqual(run.projection.share, 1)
        self.assertTrue(run.projection.ready)
        self.assertEqual(run.projection.total_j, run.energy.total_j)
        self.assertEqual((run.projection.low_j, run.projection.high_j), (None, None))  # what is modelled is not certain for being over
        self.assertIn("the run is over", repr(run.projection))

    def test_its_looks_in_a_notebook(self):
        with joulecast.track("<looks>") as run:
            for _ in run.epochs(range(3)):
                time.sleep(0.02)
            during = run._repr_html_()
        self.assertIn("&lt;looks&gt;, running", during)
        self.assertIn("&lt;looks&gt;, finished", run._repr_html_())
        self.assertIn("<td>cpu</td>", run._repr_html_())

    def test_energy_is_there_at_once_and_rises(self):
        with joulecast.track(interval=0.01) as run:
            time.sleep(0.3)
            first = run.energy
            time.sleep(0.3)
            second = run.energy
        self.assertGreater(first.total_j, 0)
        self.assertGreater(second.total_j, first.total_j)
        self.assertEqual(first.provenance, "modelled")
        self.assertIn("cpu", first.by_component)
        self.assertAlmostEqual(run.energy.total_j, self.one_run().energy.total_j, delta=1e-4 * run.energy.total_j)
        self.assertEqual(run.id, self.one_run().id)

    def test_forecasts_within_the_first_epoch(self):
        with joulecast.track(interval=0.01) as run:
            for _ in run.epochs(range(4)):
                for step in run.steps(range(100)):
                    time.sleep(0.01)
                    if step == 99:
                        projection = run.projection
                break
        self.assertIsNotNone(projection)
        self.assertLess(projection.share, 0.26)
        self.assertLess(projection.low_j, projection.total_j)
        self.assertLess(projection.total_j, projection.high_j)
        self.assertEqual(projection.level, 0.9)

    def test_of_a_loop_that_was_left_no_more_is_expected(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with joulecast.track(interval=0.01, sensors=["powercap"]) as run:
            for epoch in run.epochs(range(100)):
                for _ in run.steps(range(5)):
                    time.sleep(0.01)
                if epoch == 15:
                    break
            time.sleep(0.1)  # its test, or saving
            left = run.projection
            self.assertFalse(left.ready)
            self.assertLess(left.total_j, 1.5 * run.energy.total_j)
            self.assertIn("left", run.doubt)
        stored = self.one_run()
        self.assertLess(stored.projections[-1].total_j, 1.01 * stored.energy.total_j)
        self.assertEqual((stored.phases[0].work, stored.phases[0].total_work), (16, 100))

    def test_a_stopped_training_keeps_the_forecast_of_its_whole(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01, sensors=["powercap"]) as run:
                run.stop_if(projected_j=60)
                for _ in run.epochs(range(200)):
                    for _ in run.steps(range(5)):
                        time.sleep(0.01)
        self.assertGreater(run.projection.total_j, 200)
        stored = self.one_run()
        self.assertGreater(stored.projections[-1].total_j, 200)
        self.assertRegex(" ".join(stored.notes), "asked to stop: .*60")

    def test_a_resumed_training_may_say_all_its_epochs(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with joulecast.track(epochs=50) as run:
                for _ in run.epochs(range(40, 50)):
                    time.sleep(0.02)
        stored = self.one_run()
        self.assertEqual((stored.phases[0].work, stored.phases[0].total_work), (10, 10))
        self.assertEqual(stored.notes, [])

    def test_stops_on_a_sure_projection(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        reasons = []
        with joulecast.track(interval=0.01, sensors=["powercap"]) as run:
            run.stop_if(projected_j=600, call=lambda run, reason: reasons.append(reason))
            for _ in run.epochs(range(600)):
                for _ in run.steps(range(5)):
                    time.sleep(0.02)
                if reasons:
                    break
        (reason,) = reasons
        self.assertIn("would use", reason)

    def test_stops_on_what_is_used_already(self):
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        for name, total in (("with a total", 300), ("without", None)):
            with self.subTest(name), self.assertRaisesRegex(joulecast.Stopped, "used up"):
                with joulecast.track(name, interval=0.01, sensors=["powercap"]) as run:
                    time.sleep(0.2)
                    run.stop_if(projected_j=1)
                    for count, _ in enumerate(run.steps(iter(range(300)), total=total)):
                        self.assertLess(count, 20)
                        time.sleep(0.02)
            self.assertEqual(joulecast.load(name).status, "stopped")

    def test_the_status_tells_how_the_block_ended(self):
        for error, status in ((ValueError, "failed"), (KeyboardInterrupt, "interrupted")):
            with self.assertRaises(error):
                with joulecast.track(status):
                    raise error
            self.assertEqual(joulecast.load(status).status, status)

    def test_traces_are_arrays(self):
        with joulecast.track(interval=0.1):
            time.sleep(1.5)
        trace = next(trace for trace in self.one_run().traces if trace.quantity == "power")
        self.assertEqual(len(trace.times_s), len(trace.values))
        self.assertGreater(len(trace.values), 2)
        self.assertEqual(trace.unit, "W")

    def test_runs_are_listed(self):
        for name in ("a", "b"):
            with joulecast.track(name):
                pass
        listed = joulecast.runs(name="b")
        names = [run.name for run in listed] if isinstance(listed, list) else list(listed["name"])
        self.assertEqual(names, ["b"])
        with self.assertRaisesRegex(ValueError, "sort"):
            joulecast.runs(sort="beauty")
        with self.assertRaisesRegex(joulecast.InvalidError, "nothing-like-it"):
            joulecast.load("nothing-like-it")


class Integrations(PackageTest):
    def test_are_imported_only_when_asked_for(self):
        done = self.run_program("import joulecast, sys; print([name for name in sys.modules if 'integrations' in name])")
        self.assertEqual(done.stdout, "[]\n", done.stderr)


class Arguments(PackageTest):
    def test_wrong_ones_are_named(self):
        for wrong, name in (({"epochs": 0}, "epochs"), ({"epochs": float("nan")}, "epochs"), ({"steps": -1}, "steps"),
                            ({"interval": 0}, "interval"), ({"pue": 0.5}, "pue"), ({"intensity": float("inf")}, "intensity"),
                            ({"sensors": ["no-such"]}, "no-such")):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, name):
                with joulecast.track(**wrong):
                    pass
        for wrong, name in (({"epochs": "many"}, "epochs"), ({"epochs": True}, "epochs"), ({"tags": 3}, "tags"),
                            ({"sensors": [3]}, "sensors"), ({"country": 49}, "country")):
            with self.subTest(wrong), self.assertRaisesRegex(TypeError, name):
                joulecast.track(**wrong)
        with self.assertRaisesRegex(TypeError, "name"):
            joulecast.track(3)

    def test_of_a_run(self):
        with joulecast.track() as run:
            with self.assertRaisesRegex(ValueError, "probability"):
                run.stop_if(projected_j=1, probability=2)
            with self.assertRaisesRegex(ValueError, "projected_kwh"):
                run.stop_if()
            with self.assertRaisesRegex(ValueError, "total"):
                run.epochs(range(3), total=-1)


if __name__ == "__main__":
    warnings.simplefilter("error")
    unittest.main()
