"""Tests Python's own module sqlite3 beside the package, which in a wheel has a copy of SQLite of its own."""
import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import sqlite3
import threading
import time
import unittest

import joulecast
from support import PackageTest


class OtherCopy:
    """A second copy of the SQLite library that this process has loaded, whatever Python's own module is linked with."""

    def __init__(self, folder):
        loaded = {line.split()[-1] for line in pathlib.Path("/proc/self/maps").read_text().splitlines() if re.search(r"/libsqlite3[^/]*\.so", line)}
        copy = folder / "libcopy_of_sqlite3.so"
        shutil.copy(loaded.pop(), copy)
        self._library = ctypes.CDLL(str(copy), mode=os.RTLD_LOCAL | os.RTLD_DEEPBIND)
        for name in ("sqlite3_open", "sqlite3_exec", "sqlite3_close"):
            getattr(self._library, name).restype = ctypes.c_int

    def read(self, path):
        """Opens a database, reads it, and closes it. Returns SQLite's result."""
        handle = ctypes.c_void_p()
        self._library.sqlite3_open(os.fsencode(path), ctypes.byref(handle))
        code = self._library.sqlite3_exec(handle, b"SELECT count(*), max(heartbeat_ns) FROM run", None, None, None)
        self._library.sqlite3_close(handle)
        return code


class OtherSqlite(PackageTest):
    def test_nothing_is_lost_while_another_copy_opens_and_closes_the_store(self):
        over = threading.Event()
        results = []

        def read():
            while not over.wait(0.002):
                results.append(other.read(self.store))

        with joulecast.track("before"):
            pass
        other = OtherCopy(self.folder)
        reading = threading.Thread(target=read)
        reading.start()
        with joulecast.track("watched", interval=0.05) as run:
            for epoch in run.epochs(range(20)):
                time.sleep(0.1)
                run.metric(epoch=epoch)
        over.set()
        reading.join()
        self.assertGreater(len(results), 50)
        self.assertEqual(set(results), {0})
        self.assertEqual(run._finished.store, str(self.store))
        stored = joulecast.load("watched")
        self.assertEqual([epoch.metrics for epoch in stored.epochs], [{"epoch": number} for number in range(20)])
        self.assertEqual(stored.status, "finished")
        self.assertEqual(joulecast.load("before").status, "finished")
        with contextlib.closing(sqlite3.connect(self.store)) as store:
            self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])


if __name__ == "__main__":
    unittest.main()
