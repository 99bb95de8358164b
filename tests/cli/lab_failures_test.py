"""Tests the runs of a campaign that fail, hang, are killed or find no room: each is told apart, and the rest goes on."""
import contextlib
import os
import resource
import signal
import subprocess
import time
import unittest

from lab_support import LabTest
from support import JOULECAST


class Failures(LabTest):
    def outcomes(self):
        return {(end["levels"]["architecture"], end["levels"]["batch_size"]): end for end in self.records("end")}

    def test_each_end_is_told_apart_and_the_rest_goes_on(self):
        cases = {
            ("small", "16"): "echo RuntimeError: CUDA out of memory. Tried to allocate 1 GiB >&2; exit 1",
            ("small", "32"): "echo OSError: No space left on device >&2; exit 1",
            ("large", "16"): "kill -SEGV $$",
            ("large", "32"): "sleep 60",
        }
        script = "".join(f"if [ {a} = {{architecture}} ] && [ {b} = {{batch_size}} ]; then {what}; fi; " for (a, b), what in cases.items())
        self.plan(script, more='timeout = "1s"\ngrace = "2s"')
        began = time.monotonic()
        self.lab(expect=3)
        self.assertLess(time.monotonic() - began, 30)
        found = {cell: end["outcome"] for cell, end in self.outcomes().items()}
        self.assertEqual(found, {("small", "16"): "out-of-memory", ("small", "32"): "disk-full", ("large", "16"): "killed",
                                 ("large", "32"): "timeout"})
        self.assertEqual(self.outcomes()["large", "16"]["reason"], "by SIGSEGV")
        status = self.status()
        self.assertEqual(status["failed"], {"timeout": 1, "killed": 1, "out-of-memory": 1, "disk-full": 1})
        self.assertEqual(status["left"]["runs"], 0)
        tags = {run["tags"].get("outcome") for run in self.json("list")["runs"]}
        self.assertEqual(tags, {"timeout", "killed", "out-of-memory", "disk-full"})

    def test_a_command_that_ignores_its_end_is_killed_with_all_of_its_own(self):
        self.plan("trap '' TERM INT; sleep 61 & sleep 62; sleep 63 # {architecture}", more='timeout = "300ms"\ngrace = "300ms"',
                  tables="[[exclude]]\narchitecture = \\\"large\\\"\n[[exclude]]\nbatch_size = 32\n".replace('\\"', '"'))
        text = self.file.read_text().replace("# {architecture}", "# {architecture} {batch_size}")
        self.file.write_text(text)
        began = time.monotonic()
        self.lab(expect=3)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual([end["outcome"] for end in self.records("end")], ["timeout"])
        left = subprocess.run(["pgrep", "-f", "^sleep 6[123]$"], capture_output=True, text=True).stdout
        mine = [pid for pid in left.split() if str(self.folder) in open(f"/proc/{pid}/environ", errors="replace").read()]
        self.assertEqual(mine, [])

    def test_what_it_leaves_in_the_background_is_ended(self):
        self.plan("sleep 59 >/dev/null 2>&1 & true # {architecture} {batch_size}")
        self.lab()
        self.assertEqual({end["outcome"] for end in self.records("end")}, {"finished"})
        for end in self.records("end"):
            self.assertIn("left behind", " ".join(end["flags"]))

    def test_a_failure_is_tried_again_as_often_as_the_plan_says(self):
        self.plan("n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; [ $n -ge 2 ] # {architecture} {batch_size}",
                  tables="[retry]\ntimes = 2\n")
        self.lab()
        ends = self.records("end")
        self.assertEqual([end["outcome"] for end in ends][:3], ["failed", "failed", "finished"])
        self.assertEqual([end["attempt"] for end in ends][:3], [1, 2, 3])
        self.assertEqual(self.status()["done"], 4)

    def test_a_cell_that_always_fails_is_given_up(self):
        self.plan("[ {architecture} = small ] # {batch_size}", repetitions=5, more="give_up_after = 2")
        self.lab(expect=3)
        status = self.status()
        self.assertEqual(status["done"], 10)
        self.assertEqual(status["failed"], {"failed": 4})
        self.assertEqual(status["cells_given_up"], 2)
        self.assertEqual(status["left"]["runs"], 0)

    def test_what_was_given_up_is_made_again_when_asked(self):
        self.plan("[ {architecture} = small ] || [ -e mended ] # {batch_size}", repetitions=3, more="give_up_after = 2")
        self.lab(expect=3)
        before = self.journal.read_bytes()
        self.lab(expect=3)
        self.assertEqual(len(self.records("end")), 10, "without being asked nothing is made again")
        (self.folder / "mended").touch()
        self.lab("--retry")
        self.assertTrue(self.journal.read_bytes().startswith(before), "nothing of the record is lost")
        status = self.status()
        self.assertEqual((status["done"], status["failed"], status["cells_given_up"]), (12, {}, 0))
        ends = self.records("end")
        self.assertEqual([end["outcome"] for end in ends[:10]].count("failed"), 4)
        self.assertEqual({end["attempt"] for end in ends[10:] if end["repetition"] < 3}, {2})
        self.assertAlmostEqual(status["spent_j"], sum(end.get("energy_j", 0) for end in ends))
        self.assertIn("nothing has failed", self.lab("--retry").stderr)

    def test_cells_are_made_again_by_their_levels(self):
        self.plan("[ -e mended ] # {architecture} {batch_size}", repetitions=2)
        self.lab(expect=3)
        (self.folder / "mended").touch()
        for wrong, said in (("colour=red", "colour"), ("architecture", "no cell of the plan has architecture"),
                            ("architecture=huge", "no cell of the plan has architecture=huge"), ("", "--retry-cell: the value is empty")):
            self.assertIn(said, self.lab("--retry-cell", wrong, expect=2).stderr)
        self.assertEqual(len(self.records("end")), 8)
        self.lab("--retry-cell", "architecture=small,batch_size=32", expect=3)
        status = self.status()
        self.assertEqual((status["done"], status["failed"]), (2, {"failed": 6}))
        self.assertEqual({(end["levels"]["architecture"], end["levels"]["batch_size"]) for end in self.records("end")[8:]}, {("small", "32")})
        self.assertIn("nothing has failed", self.lab("--retry-cell", "architecture=small,batch_size=32", expect=3).stderr)
        self.lab("--retry-cell", "architecture=small", "--retry-cell", "batch_size=16", expect=3)
        self.assertEqual((self.status()["done"], len(self.records("end"))), (6, 14))
        self.lab("--retry")
        self.assertEqual((self.status()["done"], self.status()["failed"]), (8, {}))

    def test_every_command_inherits_the_same_signals(self):
        self.plan("grep SigIgn /proc/self/status # {architecture} {batch_size}")
        self.lab()
        those_of_the_c_library = 3 << 31  # it takes two for itself with the first thread, also where they came ignored
        ignored = {int(log.read_text().split()[1], 16) & ~those_of_the_c_library for log in self.folder.glob("p.runs/*/*/output.log")}
        self.assertEqual(len(ignored), 1, ignored)
        self.assertEqual(ignored.pop() & ((1 << signal.SIGPIPE - 1) | (1 << signal.SIGXFSZ - 1)), 0)

    def test_a_file_that_may_not_grow_is_told_and_not_the_end_by_a_signal(self):
        self.plan("true {architecture} {batch_size}")
        self.lab()
        size = self.journal.stat().st_size
        self.plan("true {architecture} {batch_size}", repetitions=2)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        done = subprocess.run([JOULECAST, "lab", "run", self.file, "--allow-busy"], env=self.environment, capture_output=True, text=True,
                              preexec_fn=limit, restore_signals=True)
        self.assertGreater(done.returncode, 0, done)
        self.assertIn("File too large", done.stderr)
        self.lab()
        self.assertEqual(self.status()["done"], 8)

    def small_disk(self, size):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(mount)]).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(mount)])
        return mount

    def test_a_full_disk_under_the_output_is_told_and_costs_no_run(self):
        disk = self.small_disk("size=16k,nr_inodes=40")
        (self.folder / "p.runs").symlink_to(disk)
        self.plan("seq 9999; echo acc=0.5 # {architecture} {batch_size}", tables='[metrics]\nacc = {regex = "acc=([0-9.]+)"}\n')
        self.lab()
        self.check_output_is_lost("bytes of the command's output could not be written: No space left on device")
        logs = [log.read_text() for log in disk.glob("*/*/output.log")]
        self.assertTrue(any(log.startswith("1\n2\n") for log in logs), "what there is room for is kept")

        # The folders are there, and there is no room for a file in them.
        for log in disk.glob("*/*/output.log"):
            log.unlink()
        with contextlib.suppress(OSError):
            for number in range(40):
                (disk / str(number)).touch()
        self.journal.unlink()
        self.environment["JOULECAST_STORE"] = str(self.folder / "other.db")
        self.lab()
        self.check_output_is_lost("it could not be made: No space left on device")

    def check_output_is_lost(self, told):
        ended = self.records("end")
        self.assertEqual([run["outcome"] for run in ended], ["finished"] * 4)
        self.assertEqual([run["metrics"]["acc"] for run in ended], [0.5] * 4)
        flags = [flag for run in ended for flag in run.get("flags", [])]
        self.assertTrue(any(flag.startswith("output.log: ") and told in flag for flag in flags), flags)
        report = self.call("lab", "report", self.file, "--format", "text").stdout
        self.assertIn(told, " ".join(report.split()), "the text is broken into lines")

    def test_a_store_that_is_full_loses_no_run(self):
        mount = self.small_disk("size=600k")
        self.plan("sleep 0.1 # {architecture} {batch_size}")
        text = self.file.read_text()
        self.file = mount / "p.toml"
        self.file.write_text(text)
        self.journal = mount / "p.journal"
        self.call("lab", "run", self.file, "--dry-run")
        ballast = os.open(mount / "ballast", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(ballast, b"x" * 4096)
        except OSError:
            os.close(ballast)
        done = self.call("lab", "run", self.file, "--allow-busy", expect=None)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        (mount / "ballast").unlink()
        self.lab()
        self.assertEqual(self.status()["done"], 4)


if __name__ == "__main__":
    unittest.main()
