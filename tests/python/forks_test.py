"""Tests forks at every moment of a measurement: SQLite's global locks, which a child could inherit locked for ever, and its notes about
the parent's locks, which a child must not trust."""
import contextlib
import os
import signal
import sqlite3
import threading
import time
import unittest

import joulecast
from support import PackageTest

PATIENCE_S = 20


class Forks(PackageTest):
    def hung(self, number, in_child):
        """How many of so many children did not come to their end."""
        hung = 0
        for _ in range(number):
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    in_child()
                    status = 0
                finally:
                    os._exit(status)
            hung += not self.ended_well(pid)
        return hung

    def ended_well(self, pid):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return status == 0
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return False

    @contextlib.contextmanager
    def meanwhile(self, work):
        """Goes on with something in another thread."""
        over = threading.Event()

        def go_on():
            while not over.is_set():
                work()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def assert_sound(self):
        with sqlite3.connect(self.store) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        database.close()

    def test_a_child_asks_for_its_parent_s_energy(self):
        joulecast.runs()  # looks for pandas, and Python's own lock of an import is nothing to inherit
        with joulecast.track("asked", interval=0.01) as run:
            with self.meanwhile(joulecast.runs):
                self.assertEqual(self.hung(100, lambda: (run.energy, joulecast.runs())), 0)
        self.assertEqual(self.one_run().status, "finished")
        self.assert_sound()

    def test_children_track_while_another_thread_begins_and_ends_runs(self):
        def one_run():
            with joulecast.track("in the thread"):
                pass

        def child():
            with joulecast.track("in a child"):
                pass

        with self.meanwhile(one_run):
            self.assertEqual(self.hung(60, child), 0)
        self.assert_sound()

    def test_a_child_uses_python_s_own_sqlite(self):
        def child():
            database = sqlite3.connect(self.folder / "own.db")
            database.execute("CREATE TABLE IF NOT EXISTS t (x)")
            database.close()

        with joulecast.track("busy", interval=0.002), self.meanwhile(joulecast.runs):
            self.assertEqual(self.hung(100, child), 0)

    def test_a_store_stays_sound_that_parent_and_child_have_open(self):
        with joulecast.track("parent", interval=0.01):
            os.environ.pop("JOULECAST_SOCKET")  # so that the child measures, too

            def child():
                for _ in range(3):
                    with joulecast.track("child", interval=0.01) as run:
                        run.metric(a=1.0)

            self.assertEqual(self.hung(15, child), 0)
        rows = list(joulecast._core.list_runs(joulecast._core.ListRequest()))
        self.assertEqual(sorted({(row.name, row.status) for row in rows}), [("child", "finished"), ("parent", "finished")])
        self.assertEqual(len(rows), 46)
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
