"""Tests that a tracker is never in the training's way: forks, threads, exits, kills, and several at once."""
import copy
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import unittest

import joulecast
from support import JOULECAST, PackageTest


class Dataset:
    """Holds the run, as a trainer may."""

    def __init__(self, run):
        self.run = run


def worker(dataset):
    dataset.run.metric(of_the_worker=2.0)
    return dataset.run._tracker is None, dataset.run.status


def child_that_trains(queue):
    with joulecast.track("child") as run:
        run.metric(child=1.0)
        queue.put(run._tracker is None)


class InTheWay(PackageTest):
    def test_a_forked_child_leaves_the_run_alone(self):
        with joulecast.track() as run:
            pid = os.fork()
            if pid == 0:
                try:
                    run.metric(inside=1.0)
                    run.stop()
                    joulecast.track("again").start()
                    sys.exit(0)  # runs the interpreter's exit handlers
                finally:
                    os._exit(3)
            os.waitpid(pid, 0)
            time.sleep(0.1)
            self.assertEqual(run.status, "running")
        stored = self.one_run()
        self.assertEqual(stored.status, "finished")

    def test_a_run_that_is_pickled_and_read_in_its_own_process_is_itself(self):
        with joulecast.track() as run:
            self.assertIs(pickle.loads(pickle.dumps(run)), run)

    def test_what_a_forked_child_tells_is_heard(self):
        with joulecast.track() as run:
            run.begin_epoch(0)
            pid = os.fork()
            if pid == 0:
                run.metric(of_the_child=7.0)
                os._exit(0)
            os.waitpid(pid, 0)
            run.end_epoch()
        self.assertEqual(self.one_run().epochs[0].metrics, {"of_the_child": 7.0})

    def test_children_of_both_kinds_join_the_run(self):
        for method in ("fork", "spawn"):
            with self.subTest(method):
                context = multiprocessing.get_context(method)
                with joulecast.track(method) as run:
                    run.begin_epoch(0)
                    queue = context.Queue()
                    child = context.Process(target=child_that_trains, args=(queue,))
                    child.start()
                    self.assertTrue(queue.get(timeout=30))
                    child.join()
                    run.end_epoch()
                self.assertEqual(joulecast.load(method).epochs[0].metrics, {"child": 1.0})
        self.assertEqual(len(joulecast.runs(name="child")), 0)

    def test_what_holds_a_run_can_be_copied_and_sent_to_workers(self):
        with joulecast.track("held") as run:
            run.begin_epoch(0)
            self.assertIs(copy.deepcopy(Dataset(run)).run, run)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                self.assertEqual(pool.map(worker, [Dataset(run)]), [(True, "running")])
            run.end_epoch()
            kept = pickle.dumps(Dataset(run))
        self.assertEqual(self.one_run().epochs[0].metrics, {"of_the_worker": 2.0})
        late = pickle.loads(kept).run  # as of a checkpoint
        late.metric(loss=1.0)
        self.assertEqual((late.name, late.status, late.energy.total_j), ("held", "finished", None))

    def test_what_a_run_cost_can_be_sent(self):
        with joulecast.track() as run:
            time.sleep(0.1)
        sent = pickle.loads(pickle.dumps(run.energy))
        self.assertEqual(repr(sent), repr(run.energy))
        self.assertEqual((sent.total_j, sent.provenance, sent.coverage, sent.missing),
                         (run.energy.total_j, run.energy.provenance, run.energy.coverage, run.energy.missing))
        self.assertEqual([(row.component, row.device, row.channel, row.energy_j, row.provenance, row.in_total) for row in sent.components],
                         [(row.component, row.device, row.channel, row.energy_j, row.provenance, row.in_total) for row in run.energy.components])
        self.assertIsNone(pickle.loads(pickle.dumps(joulecast._core.Energy())).total_j)

    def test_a_run_that_is_over_is_sent_with_what_it_cost(self):
        with joulecast.track("over", tags={"lr": "0.1"}) as run:
            for _ in run.epochs(range(2)):
                time.sleep(0.1)
            run.metric(f1=0.9)
        sent = pickle.loads(pickle.dumps(run))
        self.assertEqual((sent.id, sent.name, sent.status, sent.energy.total_j, sent.duration_s),
                         (run.id, "over", "finished", run.energy.total_j, run.duration_s))
        self.assertEqual(sent.projection.total_j, run.projection.total_j)
        self.assertEqual(sent.stop().total_j, run.energy.total_j)
        loaded = joulecast.load(run.id)
        again = pickle.loads(pickle.dumps(loaded))
        self.assertEqual((again.id, again.tags, again.energy.total_j), (loaded.id, loaded.tags, loaded.energy.total_j))
        for part, same in zip((*loaded.epochs, *loaded.phases), pickle.loads(pickle.dumps((*loaded.epochs, *loaded.phases)))):
            self.assertEqual(repr(same), repr(part))
            self.assertAlmostEqual(same.duration_s, part.end_s - part.start_s)
        self.assertEqual(pickle.loads(pickle.dumps(loaded.epochs[-1])).metrics, loaded.epochs[-1].metrics)
        (row,) = joulecast._core.list_runs(joulecast._core.ListRequest())
        same = pickle.loads(pickle.dumps(row))
        self.assertEqual((repr(same), same.started, same.tags, same.epochs), (repr(row), row.started, row.tags, row.epochs))
        trace, copied = loaded.traces[0], pickle.loads(pickle.dumps(loaded.traces[0]))
        self.assertEqual((copied.name, list(copied.values), copied.gaps_s), (trace.name, list(trace.values), trace.gaps_s))
        self.assertEqual(pickle.loads(pickle.dumps(loaded.host)).hostname, loaded.host.hostname)

    def test_a_decorated_function_can_be_sent_by_value(self):
        tracking = pickle.loads(pickle.dumps(joulecast.track("sent", epochs=3, tags={"team": "vision"})))
        with tracking as run:
            pass
        self.assertEqual((run.name, self.one_run().tags), ("sent", {"team": "vision"}))

    def test_two_threads_that_end_a_run_both_wait_for_its_end(self):
        run = joulecast.track("both").start()
        time.sleep(0.2)
        seen = []

        def watch():
            while run.status == "running":
                time.sleep(0.0005)
            seen.append(joulecast.load(run.id).status)

        threads = [threading.Thread(target=watch)] + [threading.Thread(target=lambda: seen.append(run.stop().total_j)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(seen), 3)
        self.assertIn("finished", seen)  # and not "running", as while it is being written
        self.assertEqual({energy for energy in seen if energy != "finished"}, {run.energy.total_j})

    def test_a_fork_while_another_thread_ends_the_run(self):
        for _ in range(5):
            run = joulecast.track().start()
            thread = threading.Thread(target=run.stop)
            thread.start()
            pid = os.fork()
            if pid == 0:
                run.stop()  # waits for nobody
                os._exit(0)
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
            thread.join()
            self.assertEqual(run.status, "finished")

    def test_under_joulecast_run_there_is_one_run(self):
        done = self.run_program("""
            import joulecast, time
            with joulecast.track("inner") as run:
                for _ in run.epochs(range(3)):
                    for _ in run.steps(range(5)):
                        time.sleep(0.1)
                    run.metric(f1=0.5)
                time.sleep(1)
                print(run.id, run.energy.total_j)
            """, under=(JOULECAST, "run", "--quiet", "--name", "outer", "--interval", "100ms", "--"))
        self.assertEqual(done.returncode, 0, done.stderr)
        stored = self.one_run()
        self.assertEqual(stored.name, "outer")
        self.assertEqual([epoch.metrics for epoch in stored.epochs], [{"f1": 0.5}] * 3)
        self.assertEqual((stored.phases[0].work, stored.phases[0].total_work), (3, 3))
        identifier, energy = done.stdout.split()
        self.assertEqual(identifier, stored.id)
        self.assertGreater(float(energy), 0)

    def test_only_the_first_of_several_ranks_measures(self):
        done = self.run_program("""
            import os, subprocess, sys
            program = '''
            import joulecast, os, time
            rank = int(os.environ["LOCAL_RANK"])
            time.sleep(0.3 * rank)
            with joulecast.track("ranks", interval=0.1) as run:
                for epoch in run.epochs(range(2)):
                    time.sleep(1.2 - 0.2 * rank)
                    run.metric(loss=rank)
                print(rank, run.energy.total_j is not None, flush=True)
            '''
            import textwrap
            ranks = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, "LOCAL_RANK": str(rank)})
                     for rank in range(2)]
            sys.exit(max(rank.wait() for rank in ranks))
            """)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(done.stdout.splitlines()), ["0 True", "1 True"])
        stored = self.one_run()
        # The one whose progress is heard first tells it all, and what the other says of the same epochs is left out.
        self.assertIn([epoch.metrics for epoch in stored.epochs], ([{"loss": 0.0}] * 2, [{"loss": 1.0}] * 2))

    def test_nested_and_simultaneous_trackers_are_runs_of_their_own(self):
        def train(name):
            with joulecast.track(name, interval=0.05) as run:
                for _ in run.epochs(range(3)):
                    time.sleep(0.05)

        threads = [threading.Thread(target=train, args=(f"thread {number}",)) for number in range(3)]
        with joulecast.track("outer"):
            with joulecast.track("inner") as inner:
                inner.metric(a=1.0)
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        self.assertEqual(len(joulecast.runs()), 5)
        for number in range(3):
            self.assertEqual(len(joulecast.load(f"thread {number}").epochs), 3)
        self.assertNotIn("JOULECAST_SOCKET", os.environ)

    def test_a_run_that_nobody_stops_ends_with_the_interpreter(self):
        done = self.run_program("""
            import joulecast, time
            run = joulecast.track("forgotten").start()
            time.sleep(0.3)
            """)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.one_run().status, "finished")

    def test_threads_that_are_busy_at_the_interpreter_s_end_do_not_abort_it(self):
        with joulecast.track("known") as run:
            for _ in run.epochs(range(3)):
                time.sleep(0.02)
        for call in ("joulecast.query('select name from runs')", "joulecast.project('known')", "joulecast.runs()",
                     "joulecast.track('trial').start().stop()"):
            with self.subTest(call):
                done = self.run_program(f"""
                    import joulecast, threading, time
                    joulecast.track("outer").start()
                    def work():
                        while True:
                            {call}
                    for _ in range(3):
                        threading.Thread(target=work, daemon=True).start()
                    time.sleep(0.5)
                    print("trained")
                    """)
                self.assertEqual((done.returncode, done.stdout), (0, "trained\n"), done.stderr)

    def test_a_program_that_fails_fails_the_run_that_nobody_stops(self):
        for error, status in (("ValueError('mine')", "failed"), ("KeyboardInterrupt", "interrupted"), ("SystemExit(0)", "finished")):
            with self.subTest(error):
                done = self.run_program(f"""
                    import joulecast
                    run = joulecast.track("forgotten").start()
                    raise {error}
                    """)
                self.assertNotIn("JoulecastWarning", done.stderr)
                self.assertEqual(joulecast.load("forgotten").status, status)

    def test_kills_lose_a_second_at_most(self):
        for ending in ("os._exit(5)", "os.kill(os.getpid(), signal.SIGKILL)", "os.abort()"):
            with self.subTest(ending):
                started = time.monotonic()
                done = self.run_program(f"""
                    import joulecast, os, signal, time
                    run = joulecast.track("killed", interval=0.1).start()
                    time.sleep(2.5)
                    {ending}
                    """)
                self.assertNotEqual(done.returncode, 0)
                self.assertLess(time.monotonic() - started, 10)
                stored = joulecast.load("killed")
                self.assertEqual(stored.status, "interrupted")
                self.assertGreater(stored.duration_s, 1.4)
                self.assertGreater(stored.energy.total_j, 0)

    def test_neither_a_closed_standard_error_nor_own_warnings_end_the_training(self):
        for own in ("sys.stderr.close()", "warnings.showwarning = lambda *_, **__: 1 / 0"):
            done = self.run_program(f"""
                import joulecast, sys, warnings
                {own}
                with joulecast.track() as run:
                    run.metric(a=float("nan"))
                print("trained")
                """)
            self.assertEqual((done.returncode, done.stdout), (0, "trained\n"), done.stderr)

    def test_signals_are_the_program_s_own(self):
        done = self.run_program("""
            import joulecast, os, signal, time
            before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
            try:
                with joulecast.track("signalled"):
                    assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
                    os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(10)
            except KeyboardInterrupt:
                print("mine")
            """)
        self.assertEqual((done.returncode, done.stdout), (0, "mine\n"), done.stderr)
        self.assertEqual(self.one_run().status, "interrupted")

    def test_a_store_that_cannot_be_written_warns_once_and_measures(self):
        done = self.run_program("""
            import joulecast, time
            with joulecast.track(store="/proc/no/such/runs.db") as run:
                for _ in run.epochs(range(3)):
                    time.sleep(0.5)
            print(run.energy.total_j > 0)
            """, TMPDIR="/proc/no")
        self.assertEqual((done.returncode, done.stdout), (0, "True\n"), done.stderr)
        self.assertEqual(done.stderr.count("JoulecastWarning"), 1, done.stderr)

    def test_a_tracker_without_threads_or_descriptors_does_not_break_the_program(self):
        for limit in ("RLIMIT_NPROC, (0, 0)", "RLIMIT_NOFILE, (8, 8)"):
            with self.subTest(limit):
                done = self.run_program(f"""
                    import joulecast, resource
                    resource.setrlimit(resource.{limit})
                    with joulecast.track("poor") as run:
                        for _ in run.epochs(range(3)):
                            pass
                    print("done", run.projection)
                    """)
                self.assertEqual((done.returncode, done.stdout.split()[0]), (0, "done"), done.stderr)

    def test_the_user_s_exception_is_the_one_that_comes_out(self):
        class Mine(Exception):
            pass

        with self.assertRaises(Mine):
            with joulecast.track(store="/proc/no/such/runs.db"):
                import warnings

                warnings.simplefilter("ignore")
                raise Mine


if __name__ == "__main__":
    unittest.main()
