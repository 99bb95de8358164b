"""A measured command never waits for the disk: no fsync and no fdatasync before it begins, nor after its end."""
import re
import shutil
import subprocess
import sys
import unittest

from support import JOULECAST, CommandTest

SYNC = re.compile(r"\b(fsync|fdatasync|sync_file_range|syncfs|msync|sync)\(")


class NoSync(CommandTest):
    def syncs(self, *command):
        """The calls that sync, of all processes that `joulecast run` starts."""
        trace = self.folder / "trace"
        environment = dict(self.environment, ASAN_OPTIONS="detect_leaks=0")  # a sanitizer looks for leaks by tracing, as strace does
        subprocess.run(["strace", "-f", "-o", trace, JOULECAST, *command], env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        return [line for line in trace.read_text(errors="replace").splitlines() if SYNC.search(line)]

    def test_strace_sees_a_sync_where_there_is_one(self):
        """Else the tests below could not fail."""
        self.call("run", "-q", "--", "true")
        self.assertNotEqual(self.syncs("tag", "true", "seen=yes"), [])

    def test_a_short_command_waits_for_none(self):
        for options in ([], ["-q"], ["--json", str(self.folder / "run.json")], ["--bundle", str(self.folder / "bundle")]):
            for store in ("new", "with a log", "merged"):
                with self.subTest(options=options, store=store):
                    if store == "new":
                        for path in self.folder.glob("runs.db*"):
                            path.unlink()
                    if store == "merged":
                        self.call("list")
                        self.assertEqual(list(self.folder.glob("runs.db-wal")), [])
                    shutil.rmtree(self.folder / "bundle", ignore_errors=True)
                    self.assertEqual(self.syncs("run", *options, "--", "true"), [])
        self.assertEqual(len(self.json("list")["runs"]), 3)

    def test_nor_does_one_of_some_seconds(self):
        self.assertEqual(self.syncs("run", "--", "sleep", "3"), [])

    def test_a_long_one_is_brought_to_the_disk_while_it_runs(self):
        self.assertNotEqual(self.syncs("run", "-q", "--", "sleep", "10"), [])


if __name__ == "__main__":
    if not shutil.which("strace"):
        print("strace is not installed: skipped")
        sys.exit(77)
    unittest.main(verbosity=2)
