"""One training over several runs: it was killed, and goes on. What is one account, what counts once, and what is only told."""
import os
import signal
import sqlite3
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest


def epochs(first, last, total, seconds=0.25):
    return f"for i in $(seq {first} {last}); do sleep {seconds}; echo Epoch $i/{total} loss=0.$i; done"


class ContinueTest(CommandTest):
    def setUp(self):
        super().setUp()
        for name in list(self.environment):
            if name.startswith(("SLURM_", "TORCHELASTIC_")) or name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"):
                del self.environment[name]

    def measure(self, *options, script, expect=0, **more):
        return self.call("run", "--live", "off", "--interval", "50ms", *options, "--", "sh", "-c", script, expect=expect, **more)

    def measure_and_kill(self, *options, script, after):
        """Kills joulecast and the training, as the end of a machine does, once the training has printed `after`."""
        process = subprocess.Popen([JOULECAST, "run", "--live", "off", "--interval", "50ms", *options, "--", "sh", "-c", script],
                                   env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   start_new_session=True)
        for line in process.stdout:
            if after in line:
                break
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)
        process.stdout.close()

    def change(self, statement, *values):
        with sqlite3.connect(self.store) as database:
            database.execute(statement, values)
        database.close()


class OneAccount(ContinueTest):
    def test_killed_and_resumed_from_a_checkpoint(self):
        self.measure_and_kill("--name", "lenet", script=epochs(1, 6, 6), after="Epoch 4")
        first = self.json("show", "lenet")
        done = self.measure("--continue", "lenet", script=epochs(3, 6, 6))  # the checkpoint was after epoch 2
        self.assertIn("goes on with lenet, segment 2", done.stderr)
        self.assertIn("work done twice", done.stderr)

        run = self.json("show", "lenet")
        self.assertEqual(run["id"], first["id"])
        self.assertEqual(run["status"], "finished")
        self.assertEqual([segment["status"] for segment in run["segments"]], ["interrupted", "finished"])
        self.assertEqual([epoch["epoch"] for epoch in run["epochs"]], [1, 2, 3, 4, 5, 6])
        self.assertAlmostEqual(run["energy_j"]["total"], sum(segment["energy_j"] for segment in run["segments"]), delta=1e-3)
        self.assertAlmostEqual(run["segments"][0]["energy_j"], first["energy_j"]["total"], delta=1e-3)
        self.assertGreater(run["redone_j"], 0.1 * first["energy_j"]["total"])
        self.assertLess(run["redone_j"], first["energy_j"]["total"])
        lengths = [segment["end_s"] - segment["start_s"] for segment in run["segments"]]
        self.assertAlmostEqual(run["duration_s"], sum(lengths), delta=0.05)
        self.assertGreater(run["wall_clock_s"], run["duration_s"])
        phase = run["phases"][-1]
        self.assertEqual((phase["work"], phase["total_work"]), (6, 6))

        [row] = self.json("list")["runs"]
        self.assertEqual((row["id"], row["segments"], row["epochs"]), (first["id"], 2, 6))
        self.assertAlmostEqual(row["energy_j"], run["energy_j"]["total"], delta=1e-3)
        self.assertIn("2 segments", self.call("list").stdout)
        self.assertIn("2 segments", self.call("show", run["segments"][1]["id"]).stdout, "a segment means its training")
        self.assertIn("with all its 2 segments", self.call("rm", "lenet").stdout)
        self.assertEqual(self.json("list"), {"runs": []})

    def test_its_copy_is_the_whole_training_in_its_jobs(self):
        """Also where the first segment was copied before there was a second."""
        other = str(self.folder / "other.db")
        self.call("run", "--quiet", "--name", "t", "--", "sh", "-c", "sleep 1; exit 1", expect=1, env={**self.environment, "SLURM_JOB_ID": "11"})
        self.assertIn("1 copied", self.call("sync", "--to", other).stdout)
        self.call("run", "--quiet", "--continue", "t", "--", "sleep", "1", env={**self.environment, "SLURM_JOB_ID": "12"})
        self.assertIn("1 copied, 1 unchanged", self.call("sync", "--to", other).stdout)
        self.assertIn("2 copied", self.call("sync", "--to", self.folder / "third.db", "t").stdout)
        for store in (other, str(self.folder / "third.db")):
            copied = {**self.environment, "JOULECAST_STORE": store}
            [run] = self.json("list", env=copied)["runs"]
            self.assertEqual((run["status"], run["segments"]), ("finished", 2))
            own, theirs = (self.json("jobs", "--sacct", "never", env=env)["jobs"] for env in (self.environment, copied))
            self.assertEqual([(job["job"], job["energy_j"]) for job in own], [(job["job"], job["energy_j"]) for job in theirs])
            self.assertEqual({job["job"] for job in own}, {"11", "12"})

    def test_its_bundle_is_the_whole_training(self):
        self.measure("--name", "net", script=epochs(1, 2, 4), expect=0)
        self.measure("--continue", "net", script=epochs(3, 4, 4))
        whole = self.json("show", "net")
        self.call("export", "net", "--bundle", self.folder / "bundle")
        other = self.folder / "other.db"
        self.call("import", self.folder / "bundle", "--store", other)
        copy = self.json("show", whole["id"], "--store", other)
        self.assertAlmostEqual(copy["energy_j"]["total"], whole["energy_j"]["total"], delta=0.01 * whole["energy_j"]["total"])
        self.assertEqual(len(copy["segments"]), 2)
        self.assertEqual(len(copy["epochs"]), 4)
        self.call("report", "net", "--format", "text")

    def test_the_forecast_of_the_second_segment_is_that_of_the_whole(self):
        self.measure("--name", "net", script=epochs(1, 5, 10, 0.3), expect=0)
        before = self.json("show", "net")["energy_j"]["total"]
        self.measure("--continue", "net", script=epochs(6, 10, 10, 0.3))
        run = self.json("show", "net")
        later = [made for made in run["projections"] if made["time_s"] > run["segments"][1]["start_s"]]
        self.assertTrue(later)
        self.assertGreaterEqual(later[0]["share"], 0.5)
        self.assertGreater(later[0]["total_j"], 1.4 * before)
        self.assertLess(abs(later[-1]["error_pct"]), 15)

    def test_limits_count_the_whole(self):
        self.measure("--name", "net", script=epochs(1, 4, 40))
        used = self.json("show", "net")["energy_j"]["total"]
        started = time.monotonic()
        self.measure("--continue", "net", "--limit-energy", f"{1.2 * used:.3f}J", "--on-limit", "term", script=epochs(5, 40, 40),
                     expect=None)
        self.assertLess(time.monotonic() - started, 8, "the limit was for the whole training")
        run = self.json("show", "net")
        self.assertEqual(run["status"], "stopped")
        self.assertTrue(any("used up" in note for note in run["notes"]) or run["energy_j"]["total"] >= 1.2 * used)

    def test_a_requeued_job_goes_on_by_itself(self):
        self.environment.update(SLURM_JOB_ID="4711", SLURM_JOB_USER="eva")
        mark = self.folder / "resumed"
        command = (f"if [ -e {mark} ]; then seq 3 4; else seq 1 2; fi | while read i; do sleep 0.25; echo Epoch $i/4; done; "
                   f"[ -e {mark} ] || sleep 30")
        self.measure_and_kill(script=command, after="Epoch 2")
        mark.touch()
        self.environment["SLURM_RESTART_COUNT"] = "1"
        self.measure(script=command)
        [row] = self.json("list")["runs"]
        self.assertEqual((row["segments"], row["status"]), (2, "finished"))
        self.measure(script="echo another command of the same job")
        self.assertEqual(len(self.json("list")["runs"]), 2)

    def test_workers_that_torchrun_restarts_go_on_by_themselves(self):
        self.environment.update(TORCHELASTIC_RUN_ID="sweep7", RANK="0", LOCAL_RANK="0", WORLD_SIZE="1", LOCAL_WORLD_SIZE="1",
                                TORCHELASTIC_RESTART_COUNT="0")
        self.measure(script="sleep 0.3; exit ${TORCHELASTIC_RESTART_COUNT:-0}")
        self.measure(script="sleep 0.3; exit 1", expect=1)
        self.environment["TORCHELASTIC_RESTART_COUNT"] = "1"
        self.measure(script="sleep 0.3; exit 1", expect=1)
        rows = self.json("list")["runs"]
        self.assertEqual([row["segments"] for row in rows], [2, 1], "what had finished is no training to go on with")

    def test_the_folder_of_checkpoints_names_the_training(self):
        checkpoints = self.folder / "checkpoints"
        checkpoints.mkdir()
        save = f"test -z \"$(ls -A {checkpoints})\" || exit 9; sleep 0.3; echo Epoch 1/2; touch {checkpoints}/model.pt; exit 1"
        self.measure("--checkpoint-folder", checkpoints, script=save, expect=1)
        first = self.json("list")["runs"][0]["id"]
        self.assertEqual((checkpoints / "joulecast-run").read_text(), first + "\n")
        self.measure("--checkpoint-folder", checkpoints, script="sleep 0.3; echo Epoch 2/2")
        [row] = self.json("list")["runs"]
        self.assertEqual((row["id"], row["segments"]), (first, 2))


class References(ContinueTest):
    def test_a_beginning_that_the_segments_of_one_run_share_means_that_run(self):
        self.measure("--name", "net", script="sleep 0.3")
        time.sleep(1)  # ids tell the second
        self.measure("--continue", "net", script="sleep 0.3")
        run = self.json("show", "net")
        beginning = os.path.commonprefix([segment["id"] for segment in run["segments"]])
        self.assertGreaterEqual(len(beginning), len("20260201-1"))
        self.assertEqual(self.json("show", beginning)["id"], run["id"])
        done = self.measure("--continue", beginning, script="sleep 0.3")
        self.assertIn("goes on with net, segment 3", done.stderr)
        self.measure("--name", "other", script="true")
        beginning = os.path.commonprefix([run["id"], self.json("show", "other")["id"]])
        self.assertIn("runs have ids that match this", self.call("show", beginning, expect=2).stderr)


    def test_a_name_that_ids_begin_or_end_with_is_a_name(self):
        """A year, a day, a seed: no run of that name is there yet, and the one that is there is another training."""
        other = self.measure("--name", "other", script="true") and self.json("list")["runs"][0]["id"]
        names = (other[0], other[:4], other[:8], other[:9], other[-4:])
        for name in names:
            self.measure("--continue", name, script="true")
            self.measure("--continue", name, script="true")
        rows = self.json("list")["runs"]
        self.assertEqual({row["name"]: row["segments"] for row in rows}, {"other": 1, **{name: 2 for name in names}})


class OnlyTold(ContinueTest):
    def test_there_is_no_such_run_yet(self):
        done = self.measure("--continue", "lenet", script="exit 7", expect=7)
        self.assertIn("there is no run 'lenet' to go on with: this one begins it", done.stderr)
        self.assertEqual(self.json("list")["runs"][0]["name"], "lenet")

    def test_the_run_still_runs(self):
        first = subprocess.Popen([JOULECAST, "run", "-q", "--name", "net", "--", "sleep", "30"], env=self.environment)
        self.addCleanup(first.wait)
        self.addCleanup(first.terminate)
        while not self.store.exists() or not self.json("list", expect=None)["runs"]:
            time.sleep(0.1)
        done = self.measure("--continue", "net", script="exit 3", expect=3)
        self.assertIn("still runs", done.stderr)
        self.assertEqual([row["segments"] for row in self.json("list")["runs"]], [1, 1])

    def test_of_several_that_begin_at_once_only_one_goes_on(self):
        self.measure("--name", "net", script=epochs(1, 1, 2))
        for tries in range(1, 4):
            begun = self.folder / f"begun{tries}"
            begun.mkdir()
            wait_for_all = f"touch {begun}/$$; until [ $(ls {begun} | wc -l) -eq 4 ]; do sleep 0.05; done"
            several = [subprocess.Popen([JOULECAST, "run", "--live", "off", "--continue", "net", "--", "sh", "-c", wait_for_all],
                                        env=self.environment, stderr=subprocess.DEVNULL) for _ in range(4)]
            for process in several:
                self.assertEqual(process.wait(timeout=60), 0)
            rows = self.json("list")["runs"]
            [training] = [row for row in rows if row["name"] == "net"]
            self.assertLessEqual(training["segments"], tries + 1, "the same energy is counted twice")
            self.assertEqual(sum(row["segments"] for row in rows), 4 * tries + 1)

    def test_a_store_of_a_newer_joulecast(self):
        self.measure("--name", "net", script="exit 0")
        self.change("PRAGMA user_version = 99")
        done = self.measure("--continue", "net", script="exit 5", expect=5)
        self.assertIn("newer joulecast", done.stderr)
        self.assertIn("instead", done.stderr)

    def test_the_mark_names_a_run_that_is_not_there(self):
        (self.folder / "joulecast-run").write_text("20200101-000000-aaaa\n")
        (self.folder / "model.pt").touch()
        done = self.measure("--checkpoint-folder", self.folder, script="exit 0")
        self.assertIn("is not in this store", done.stderr)
        self.assertIn(self.json("list")["runs"][0]["id"], (self.folder / "joulecast-run").read_text())

    def test_a_mark_of_rubbish_is_no_mark(self):
        (self.folder / "joulecast-run").write_bytes(b"\0\xff" * 5000)
        self.measure("--checkpoint-folder", self.folder, script="exit 0")

    def test_another_host(self):
        self.measure("--name", "net", script="sleep 0.3")
        self.change("""UPDATE run SET host = '{"hostname":"node8","gpus":["A100"]}', hostname = 'node8'""")
        self.measure("--continue", "net", script="sleep 0.3")
        notes = self.json("show", "net")["notes"]
        self.assertTrue(any("the one before on node8" in note for note in notes), notes)
        self.assertTrue(any("other GPUs" in note for note in notes), notes)

    def test_a_run_that_another_host_still_measures(self):
        self.measure("--name", "net", script="sleep 0.3")
        self.change("""UPDATE run SET status = 'running', total_known = 0, heartbeat_ns = ?, hostname = 'node8',
                       owner = '{"hostname":"node8","boot_id":"b","pid":7,"machine_id":"m"}'""", time.time_ns())
        done = self.measure("--continue", "net", script="exit 3", expect=3)
        self.assertIn("still runs on node8", done.stderr)
        self.change("UPDATE run SET heartbeat_ns = ? WHERE status = 'running'", time.time_ns() - 600 * 10**9)
        done = self.measure("--continue", "net", script="exit 0")
        self.assertIn("last heard of", done.stderr)
        self.assertEqual(sorted(row["segments"] for row in self.json("list")["runs"]), [1, 2])

    def test_a_clock_that_went_back(self):
        self.measure("--name", "net", script="sleep 0.5")
        self.change("UPDATE run SET started_ns = started_ns + 3600 * 1000000000")
        self.measure("--continue", "net", script="sleep 0.5")
        run = self.json("show", "net")
        self.assertTrue(any("a clock was set" in note for note in run["notes"]), run["notes"])
        self.assertIsNone(run["wall_clock_s"])
        self.assertLess(run["duration_s"], 60)

    def test_a_segment_that_lost_its_predecessor(self):
        self.measure("--name", "net", script="sleep 0.3")
        self.measure("--continue", "net", script="sleep 0.3")
        self.change("DELETE FROM run WHERE continues = ''")
        run = self.json("show", "net")
        self.assertTrue(any("is not in this store" in note for note in run["notes"]), run["notes"])

    def test_two_names_for_one_training(self):
        done = self.measure("--continue", "net", "--checkpoint-folder", self.folder, script="exit 0", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
