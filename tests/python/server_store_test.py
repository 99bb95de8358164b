"""track() and sync() with a team's store on a PostgreSQL server, and forks of a process that is connected to one."""
import os
import pathlib
import sys
import time
import unittest
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "server"))
import postgres
from support import PackageTest

import joulecast


@unittest.skipIf(postgres.why_not(), postgres.why_not())
class ServerStore(PackageTest):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server().start()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        self.url = self.server.url("postgres")

    def test_a_run_is_kept_on_the_server(self):
        with joulecast.track("kept", epochs=2, store=self.url, interval="50ms") as run:
            for _ in run.epochs(range(2)):
                time.sleep(0.2)
        stored = joulecast.load("kept", store=self.url)
        self.assertEqual((stored.status, len(stored.epochs)), ("finished", 2))
        self.assertGreater(joulecast.load(run.id, store=self.url).energy.total_j, 0)
        rows = joulecast.runs(name="kept", store=self.url)
        self.assertEqual(len(rows), 1)

    def test_children_neither_use_nor_close_the_connection(self):
        with joulecast.track("forking", store=self.url, interval="50ms") as run:
            time.sleep(1.5)  # connected by now
            children = []
            for number in range(4):
                child = os.fork()
                if child == 0:
                    try:
                        if number % 2:
                            joulecast.runs(store=self.url)  # a connection of its own
                        del run
                        import gc
                        gc.collect()
                        os._exit(0)
                    except BaseException:
                        os._exit(9)
                children.append(child)
            self.assertEqual([os.waitpid(child, 0)[1] for child in children], [0] * 4)
            time.sleep(1.5)
        stored = joulecast.load("forking", store=self.url)
        self.assertEqual(stored.status, "finished")
        self.assertGreater(stored.duration_s, 2.9)
        log = (self.server.folder / "log").read_text()
        self.assertNotIn("unexpected EOF", log)
        self.assertNotIn("invalid message", log)

    def test_runs_are_copied_in_both_directions(self):
        file = self.folder / "own.db"
        with joulecast.track("travels", store=file, interval="50ms"):
            time.sleep(0.3)
        [planned] = joulecast.sync(from_=file, to=self.url, dry_run=True)
        self.assertEqual(planned.action, "copied")
        self.assertEqual([run.action for run in joulecast.sync(from_=file, to=self.url)], ["copied"])
        self.assertEqual([run.action for run in joulecast.sync(from_=file, to=self.url)], ["unchanged"])
        back = self.folder / "back.db"
        joulecast.sync("travels", from_=self.url, to=str(back))
        self.assertEqual(joulecast.load("travels", store=back).energy.total_j, joulecast.load("travels", store=file).energy.total_j)
        with self.assertRaises(joulecast.InvalidError):
            joulecast.sync(from_=file, to=file)
        with self.assertRaises(joulecast.InvalidError):
            joulecast.sync("nothing", from_=file, to=self.url)

    def test_a_server_that_is_away_does_not_keep_a_program(self):
        os.environ["XDG_DATA_HOME"] = str(self.folder)
        before = time.monotonic()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track("away", store="postgresql://nobody@127.0.0.1:1/none", interval="50ms"):
                time.sleep(0.3)
        self.assertLess(time.monotonic() - before, 5)
        [journal] = self.folder.glob("**/*.journal")
        self.assertIn(str(journal), "".join(str(one.message) for one in caught))


if __name__ == "__main__":
    unittest.main()
