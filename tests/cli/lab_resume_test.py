"""Tests joulecast lab: campaigns that are interrupted in every way, and go on."""
import json
import os
import pty
import random
import select
import signal
import subprocess
import time
import unittest

from lab_support import LabTest
from support import JOULECAST


class Resume(LabTest):
    def finished_places(self):
        return [(end["cell"], end["repetition"]) for end in self.records("end") if end["outcome"] == "finished"]

    def test_nothing_is_made_twice(self):
        self.plan("echo x >> made.txt # {architecture} {batch_size}", repetitions=2)
        self.lab()
        result = json.loads(self.lab("--json", "-").stdout)
        self.assertEqual(result["runs_made"], 0)
        self.assertEqual(len((self.folder / "made.txt").read_text().split()), 8)

    def test_kill_9_at_any_moment_loses_nothing_and_repeats_nothing(self):
        """What counts is what the command has done to its end: each repetition has one run that finished, in store and journal."""
        self.plan("sleep 0.05; echo {architecture} {batch_size} {repetition} # ", repetitions=4)
        draw = random.Random(20260201)
        for _ in range(60):
            process = self.start("-q")
            try:
                process.communicate(timeout=draw.uniform(0.02, 0.7))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            if self.journal.exists() and len(set(self.finished_places())) == 16:
                break
        self.lab()
        places = self.finished_places()
        self.assertEqual(len(places), 16)
        self.assertEqual(len(set(places)), 16, "nothing that had finished was repeated")
        stored = self.json("list", "--tag", "campaign=c", "--status", "finished")["runs"]
        self.assertEqual({run["id"] for run in stored}, {end["run"] for end in self.records("end") if end["outcome"] == "finished"})
        self.assertEqual(self.json("list", "--status", "running")["runs"], [])
        self.assertEqual(self.status()["done"], 16)

    def test_a_run_that_had_ended_before_the_journal_knew_is_kept(self):
        self.plan("echo x >> made.txt # {architecture} {batch_size}")
        self.lab()
        lines = self.journal.read_text().splitlines(keepends=True)
        self.assertEqual(json.loads(lines[-1])["record"], "end")
        self.journal.write_text("".join(lines[:-1]) + lines[-1][:40])
        done = self.lab()
        self.assertIn("was not in the journal; the store has 1 of them finished", done.stderr)
        self.assertEqual(len((self.folder / "made.txt").read_text().split()), 4)
        self.assertEqual(self.status()["done"], 4)

    def test_a_journal_that_is_lost_is_made_anew_from_the_store(self):
        self.plan("[ {architecture} = small ] && echo x >> made.txt # {batch_size}")
        self.lab(expect=3)
        before = self.status()
        self.journal.unlink()
        done = self.lab(expect=3)
        self.assertIn("not in the journal", done.stderr)
        after = self.status()
        self.assertEqual((before["done"], before["failed"]), (after["done"], after["failed"]))
        self.assertEqual(len((self.folder / "made.txt").read_text().split()), 2)

    def test_figures_of_output_and_files_outlive_the_journal(self):
        """The store has none of them; the runs' folders have."""
        self.plan(r"""echo accuracy: 0.{batch_size}{seed}; printf '{{\"f1\": 0.5}}' > {output}/m.json # {architecture}""",
                  repetitions=2, tables='[metrics]\naccuracy = {regex = "accuracy: ([0-9.]+)"}\nf1 = {file = "m.json", key = "f1"}')
        self.lab()
        figures = lambda: sorted((end["cell"], end["repetition"], sorted(end["metrics"].items())) for end in self.records("end"))
        before = figures()
        self.assertEqual(len(before), 8)
        self.assertEqual({name for _, _, metrics in before for name, _ in metrics}, {"accuracy", "f1"})
        lines = self.journal.read_text().splitlines(keepends=True)
        self.assertIn('"end"', lines[-1])
        self.journal.write_text("".join(lines[:-1]))
        self.lab()
        self.assertEqual(figures(), before, "the lab was killed before it wrote the last run's end")
        self.journal.unlink()
        self.assertIn("0.321", self.call("lab", "table", self.file).stdout)
        self.lab()
        self.assertEqual(figures(), before, "all is from the store and the runs' folders")

    def test_what_a_killed_lab_leaves_is_ended(self):
        self.plan("sh -c 'sleep 58; true' & wait # {architecture} {batch_size}", more='timeout = "1s"\ngrace = "1s"')
        process = self.start()
        self.wait_for(lambda: self.records("begin") and self.sleepers())
        process.kill()
        process.communicate()
        self.assertTrue(self.sleepers(), "a grandchild outlives the lab")
        done = self.lab(expect=3)
        self.assertIn("of a run whose lab was killed", done.stderr)
        self.assertEqual(self.sleepers(), [])

    def sleepers(self):
        found = []
        for pid in os.listdir("/proc"):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if f"JOULECAST_LAB_JOURNAL={self.journal}".encode() in file.read():
                        found.append(pid)
            except (OSError, ValueError):
                pass
        return found

    def test_a_copied_plan_does_not_take_the_others_runs_for_its_own(self):
        self.plan("echo x >> made.txt # {architecture} {batch_size}")
        self.lab()
        copy = self.folder / "copy" / "p.toml"
        copy.parent.mkdir()
        copy.write_text(self.file.read_text())
        done = self.call("lab", "run", copy, "--allow-busy", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(f'runs of a campaign "c" of another plan, {self.file}', done.stderr)
        self.assertFalse((copy.parent / "made.txt").exists())
        copy.write_text(self.file.read_text().replace('name = "c"', 'name = "d"'))
        self.call("lab", "run", copy, "--allow-busy")
        self.assertEqual(len((copy.parent / "made.txt").read_text().split()), 4)
        self.assertEqual(self.status()["done"], 4)

    def test_fewer_repetitions_than_were_made(self):
        self.plan("true {architecture} {batch_size}", repetitions=2)
        self.lab()
        self.plan("true {architecture} {batch_size}", repetitions=1)
        self.assertIn("4 of 4 repetitions, and 4 beyond the plan's number", self.call("lab", "status", self.file).stdout)
        status = self.status()
        self.assertEqual((status["done"], status["of"], status["beyond_plan"]), (4, 4, 4))
        self.assertIn("4 of at most 4 repetitions of 4 cells have finished", self.call("lab", "report", self.file, "--format", "text").stdout)

    def test_what_the_store_knows_is_told_where_the_journal_is_lost(self):
        self.plan("true {architecture} {batch_size}", repetitions=2)
        self.lab()
        self.journal.unlink()
        status = self.status()
        self.assertEqual((status["done"], status["without_journal"], status["left"]["runs"]), (8, True, 0))
        self.assertIn("is not there; this is what the store knows", self.call("lab", "status", self.file).stdout)
        self.assertEqual(len(self.call("lab", "table", self.file).stdout.strip().splitlines()), 9)
        self.assertFalse(self.journal.exists(), "looking changes nothing")
        self.lab()
        self.assertEqual(len(self.records("end")), 8)
        self.assertFalse(self.status()["without_journal"])

    def test_a_signal_between_runs_is_neither_lost_nor_the_end_at_once(self):
        self.plan("true {architecture} {batch_size}", repetitions=1000)
        draw = random.Random(20261130)
        for number in (signal.SIGTERM, signal.SIGINT) * 6:
            before = len(self.records("end"))
            process = self.start("-q")
            self.wait_for(lambda: len(self.records("end")) > before)
            time.sleep(draw.uniform(0, 0.3))
            process.send_signal(number)
            _, error = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 130, error)
            self.assertIn("the same command goes on where it stopped", error)

    def test_a_signal_while_a_power_limit_is_set_ends_the_run_and_sets_it_back(self):
        self.fake_nvidia_smi('case "$*" in *query-gpu*) sleep 1; echo 350.00;; esac\n')
        self.plan("sleep 30 # {architecture} {batch_size}", tables='[environments.low]\ngpus = [0]\npower_limit = "200W"\n')
        process = self.start()
        self.wait_for(lambda: (self.folder / "calls").exists() and "query-gpu" in (self.folder / "calls").read_text())
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, error)
        self.assertEqual((self.folder / "calls").read_text().splitlines()[-1], "--id=0 --power-limit=350.00")
        self.assertEqual([end["outcome"] for end in self.records("end")], ["interrupted"])

    def test_two_at_once_the_second_is_refused(self):
        self.plan("sleep 1 # {architecture} {batch_size}")
        process = self.start()
        self.wait_for(lambda: self.records("begin"))
        done = self.lab(expect=2)
        self.assertIn(f"already, by process {process.pid}", done.stderr)
        self.status()  # looking is allowed
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    def test_interrupt_ends_the_run_politely_and_the_campaign_goes_on_later(self):
        self.plan("trap 'echo saved > saved; exit 3' INT TERM; sleep 30 & wait # {architecture} {batch_size}", more='grace = "20s"')
        process = self.start()
        self.wait_for(lambda: self.records("begin") and self.sleepers())
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, error)
        self.assertIn("the same command goes on where it stopped", error)
        self.assertTrue((self.folder / "saved").exists())
        self.assertEqual([end["outcome"] for end in self.records("end")], ["interrupted"])
        self.plan("true {architecture} {batch_size}")
        done = self.lab()
        self.assertIn("the plan has changed since its last run: command, ", done.stderr.replace("command.", "command, "))
        self.assertEqual(self.status()["done"], 4)
        self.assertEqual(self.status()["interrupted"], 1)

    def test_control_c_on_a_terminal(self):
        """The command is in the terminal's foreground too, and hears the key itself: once."""
        self.plan("n=0; trap 'n=$((n+1)); echo $n > heard; sleep 0.5; exit 3' INT; while :; do sleep 0.1; done # {architecture} {batch_size}",
                  more='grace = "20s"')
        process, terminal = pty.fork()
        if process == 0:
            os.execve(JOULECAST, [JOULECAST, "lab", "run", str(self.file), "--allow-busy"], self.environment)
        shown = b""

        def read():
            nonlocal shown
            ready, _, _ = select.select([terminal], [], [], 0.1)
            if ready:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:
                    pass
            return shown
        self.wait_for(lambda: b"1 of 4" in read() and self.sleepers())
        time.sleep(0.3)
        os.write(terminal, b"\x03")
        self.wait_for(lambda: b"goes on where it stopped" in read())
        _, status = os.waitpid(process, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 130)
        self.assertEqual((self.folder / "heard").read_text(), "1\n")
        self.assertEqual([end["outcome"] for end in self.records("end")], ["interrupted"])

    def test_a_second_interrupt_ends_it_at_once(self):
        self.plan("trap '' INT TERM; sleep 30; sleep 30 # {architecture} {batch_size}", more='grace = "60s"')
        process = self.start()
        self.wait_for(lambda: self.records("begin") and self.sleepers())
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(process.returncode, 130)

    def test_a_changed_plan_keeps_what_still_fits(self):
        self.plan("echo x >> made.txt # {architecture} {batch_size}")
        self.lab()
        self.plan("echo x >> made.txt # {batch_size} {architecture}", repetitions=2)
        text = self.file.read_text().replace("[16, 32]", "[64, 32]")
        self.file.write_text(text)
        done = self.lab()
        self.assertIn("the plan has changed", done.stderr)
        self.assertIn("2 finished runs of its cells are kept", done.stderr)
        status = self.status()
        self.assertEqual((status["done"], status["set_aside"]), (8, 2))
        self.assertEqual(len((self.folder / "made.txt").read_text().split()), 4 + 6)

    def test_another_store_is_refused(self):
        self.plan("true {architecture} {batch_size}")
        self.lab()
        done = self.lab("--store", self.folder / "other.db", expect=2)
        self.assertIn("--store", done.stderr)
        self.assertIn(str(self.store), done.stderr)
        self.assertFalse((self.folder / "other.db").exists())

    def test_a_damaged_journal_names_its_line(self):
        self.plan("true {architecture} {batch_size}")
        self.lab()
        lines = self.journal.read_text().splitlines(keepends=True)
        self.journal.write_text("".join([*lines[:2], "rubbish\n", *lines[2:]]))
        self.assertIn("p.journal:3", self.lab(expect=2).stderr)
        self.assertIn("p.journal:3", self.call("lab", "status", self.file, expect=2).stderr)


if __name__ == "__main__":
    unittest.main()
