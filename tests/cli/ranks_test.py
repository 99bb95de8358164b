"""The ranks of a launch on one node, as Slurm, torchrun and Open MPI start them: one measures the node, the others attach to it, and
whatever ends first, the node's energy is counted once and wholly."""
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest
import uuid

from support import JOULECAST, CommandTest

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
GPUS = "".join(f"gpu uuid=GPU-{letter} name=NVIDIA_A100 arch=9\npower 0:300\n" for letter in "ab")
WATTS = 600


def slurm(rank, size, job):
    return dict(SLURM_JOB_ID=job, SLURM_STEP_ID="0", SLURM_PROCID=str(rank), SLURM_LOCALID=str(rank), SLURM_NODEID="0",
                SLURM_STEP_NUM_TASKS=str(size), SLURM_STEP_NUM_NODES="1", SLURM_STEP_TASKS_PER_NODE=str(size), SLURMD_NODENAME="n7")


def torchrun(rank, size, job):
    return dict(RANK=str(rank), WORLD_SIZE=str(size), LOCAL_RANK=str(rank), LOCAL_WORLD_SIZE=str(size), GROUP_RANK="0",
                TORCHELASTIC_RUN_ID=job, TORCHELASTIC_RESTART_COUNT="0", MASTER_ADDR="127.0.0.1", MASTER_PORT="29500")


def open_mpi(rank, size, job):
    return dict(OMPI_COMM_WORLD_RANK=str(rank), OMPI_COMM_WORLD_SIZE=str(size), OMPI_COMM_WORLD_LOCAL_RANK=str(rank),
                OMPI_COMM_WORLD_LOCAL_SIZE=str(size), PMIX_NAMESPACE=job)


def bare_torch(rank, size, job):
    """A script that sets what torch.distributed reads; it tells nothing but the parent that the ranks have in common."""
    return dict(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(size))


class Ranks(CommandTest):
    def setUp(self):
        super().setUp()
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes/libnvidia-ml.so.1")
        for name in list(self.environment):
            if name.startswith(("SLURM", "OMPI", "PMI", "TORCHELASTIC")) or name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"):
                del self.environment[name]
        for part in ("sys", "dev"):
            (self.folder / part).mkdir()
        self.fake_gpus(GPUS)
        self.environment.update(JOULECAST_SYSFS=str(self.folder / "sys"), JOULECAST_DEVFS=str(self.folder / "dev"))
        self.job = str(uuid.uuid4().int % 10**9)
        self.ranks = []
        self.addCleanup(lambda: [rank.kill() for rank in self.ranks if rank.poll() is None])

    def fake_gpus(self, script):
        (self.folder / "gpus.txt").write_text(script)
        self.environment["JOULECAST_FAKE_NVML"] = str(self.folder / "gpus.txt")

    def rank(self, rank, *command, size=2, launcher=slurm, job=None, options=(), **variables):
        process = subprocess.Popen([JOULECAST, "run", "--interval", "0.1", "--sensor", "nvml", *options, "--", *map(str, command)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env={**self.environment, **launcher(rank, size, job or self.job), **variables})
        self.ranks.append(process)
        return process

    def end(self, process, status=0):
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, status, err)
        return out, err

    def trainings(self):
        return self.json("list")["runs"]

    def one(self):
        trainings = self.trainings()
        self.assertEqual(len(trainings), 1, [(run["name"], run["energy_j"]) for run in trainings])
        return self.json("show", trainings[0]["id"])

    def announced(self):
        return list(self.folder.glob("joulecast-*/*.run"))

    def wait_for_measurement(self, patience=20):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.announced():
                return
            time.sleep(0.01)
        self.fail("nobody measures")

    # ---- one account

    def check_counted_once(self, launcher, size, **variables):
        ranks = [self.rank(rank, "sleep", 1, size=size, launcher=launcher, **variables) for rank in range(size)]
        said = [self.end(rank)[1] for rank in ranks]
        run = self.one()
        self.assertAlmostEqual(run["energy_j"]["total"], WATTS * run["duration_s"], delta=0.15 * WATTS)
        self.assertLess(run["duration_s"], 4)
        attached = [line for text in said for line in text.splitlines() if "measured with run " + run["id"] in line]
        self.assertEqual(len(attached), size - 1, said)
        self.assertEqual(sum("Energy" in text for text in said), 1, said)
        self.assertEqual(run["notes"], [])
        return run, attached

    def test_two_tasks_of_slurm_are_one_run(self):
        run, attached = self.check_counted_once(slurm, 2)
        self.assertIn("of 2 on n7: measured with run", attached[0])
        self.assertEqual((run["job"]["id"], run["job"]["step"], run["job"]["local_size"]), (self.job, "0", 2))

    def test_four_tasks_of_slurm_are_one_run(self):
        self.check_counted_once(slurm, 4)

    def test_workers_of_torchrun_are_one_run(self):
        self.check_counted_once(torchrun, 2)

    def test_processes_of_open_mpi_are_one_run(self):
        self.check_counted_once(open_mpi, 2)

    def test_ranks_without_any_id_are_one_run_of_their_parent(self):
        self.check_counted_once(bare_torch, 2)

    def test_the_boards_of_all_ranks_are_counted(self):
        ranks = [self.rank(rank, "sleep", 1, CUDA_VISIBLE_DEVICES=str(rank)) for rank in (0, 1)]
        for rank in ranks:
            self.end(rank)
        devices = {row["device"] for row in self.one()["energy_j"]["by_component"] if row["component"] == "gpu"}
        self.assertEqual(devices, {"GPU-a", "GPU-b"})

    def boards_of(self, seen, **variables):
        """Which boards are measured where each rank sees those of its own list, and what the run says of others."""
        first = self.rank(0, "sleep", 2.5, size=len(seen), CUDA_VISIBLE_DEVICES=seen[0], **variables)
        self.wait_for_measurement()
        others = [self.rank(rank, "sleep", 2, size=len(seen), CUDA_VISIBLE_DEVICES=seen[rank], **variables) for rank in range(1, len(seen))]
        for rank in (first, *others):
            self.end(rank)
        run = self.one()
        return {row["device"]: row for row in run["energy_j"]["by_component"] if row["component"] == "gpu"}, run

    def test_boards_in_any_order_are_counted(self):
        self.fake_gpus("".join(f"gpu uuid=GPU-{number} name=NVIDIA_A100 arch=9\npower 0:{100 + number}\n" for number in range(8)))
        boards, run = self.boards_of(["7", "GPU-2", "5", "7"])
        self.assertEqual(set(boards), {"GPU-7", "GPU-2", "GPU-5"})
        for row in boards.values():
            self.assertGreater(row["coverage"], 0.4)  # from when its rank came
        self.assertTrue(any("nvml measures the GPUs of" in note and "rank 1" in note for note in run["notes"]), run["notes"])
        self.assertEqual([sensor["sensor"] for sensor in run["sensors"] if sensor["sensor"] == "nvml"], ["nvml"])
        self.assertEqual(run["training"]["gpu_count"], 3)

    def test_boards_are_counted_where_the_rank_that_measures_sees_none(self):
        boards, _ = self.boards_of(["", "1"])
        self.assertEqual(set(boards), {"GPU-b"})

    def test_boards_of_ranks_without_a_known_number_are_counted(self):
        boards, _ = self.boards_of(["0", "1"], launcher=bare_torch)
        self.assertEqual(set(boards), {"GPU-a", "GPU-b"})

    def test_a_board_that_no_rank_sees_is_told(self):
        """Two ranks on one board: the other one was guessed to be the second rank's."""
        boards, run = self.boards_of(["0", "0"])
        self.assertEqual(set(boards), {"GPU-a", "GPU-b"})
        self.assertTrue(any("none of this node's 2 ranks sees it: GPU GPU-b" in note for note in run["notes"]), run["notes"])

    def test_ranks_that_share_a_board_can_name_it(self):
        first = self.rank(0, "sleep", 2, options=("--gpu", "0"), CUDA_VISIBLE_DEVICES="0")
        self.wait_for_measurement()
        for rank in (first, self.rank(1, "sleep", 1, options=("--gpu", "0"), CUDA_VISIBLE_DEVICES="0")):
            self.end(rank)
        run = self.one()
        self.assertEqual({row["device"] for row in run["energy_j"]["by_component"] if row["component"] == "gpu"}, {"GPU-a"})
        self.assertEqual(run["notes"], [])

    def test_boards_that_the_system_hides_are_missing(self):
        """As Slurm does with --gpus-per-task: each rank sees one board, the first."""
        self.fake_gpus("gpu uuid=GPU-a name=NVIDIA_A100 arch=9\npower 0:300\n")
        for number in (0, 1):
            (self.folder / f"dev{number}").mkdir()
            (self.folder / f"dev{number}" / f"nvidia{number}").touch()
        devices = dict(CUDA_VISIBLE_DEVICES="0")
        first = self.rank(0, "sleep", 2, JOULECAST_DEVFS=str(self.folder / "dev0"), **devices)
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 1, JOULECAST_DEVFS=str(self.folder / "dev1"), **devices)
        for rank in (first, second):
            self.end(rank)
        run = self.one()
        self.assertIn("gpu /dev/nvidia1", run["energy_j"]["missing"])
        self.assertIn("without", self.call("show").stdout)
        self.assertTrue(any("GPUs of rank 1 are not measured" in note for note in run["notes"]), run["notes"])
        self.assertEqual(run["training"]["gpu_count"], 2)

    @unittest.skipUnless(shutil.which("mpirun"), "needs mpirun (Debian's openmpi-bin)")
    def test_a_real_mpirun(self):
        done = subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3", JOULECAST, "run", "--interval", "0.1", "--sensor", "nvml",
                               "--", "sleep", "1"], capture_output=True, text=True, env=self.environment, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.one()
        self.assertEqual((run["job"]["launcher"], run["job"]["local_size"]), ("openmpi", 3))
        self.assertAlmostEqual(run["energy_j"]["total"], WATTS * run["duration_s"], delta=0.15 * WATTS)

    def test_launches_that_run_at_once_keep_apart(self):
        ranks = [self.rank(rank, "sleep", 1, job=job, launcher=torchrun) for job in ("a", "b") for rank in (0, 1)]
        for rank in ranks:
            self.end(rank)
        self.assertEqual(len(self.trainings()), 2)

    def test_steps_of_one_job_keep_apart(self):
        ranks = [self.rank(rank, "sleep", 1, SLURM_STEP_ID=step) for step in "01" for rank in (0, 1)]
        for rank in ranks:
            self.end(rank)
        self.assertEqual(sorted(self.json("show", run["id"])["job"]["step"] for run in self.trainings()), ["0", "1"])

    def test_a_batch_script_is_no_rank_of_its_job(self):
        batch = dict(slurm(0, 4, self.job), SLURM_STEP_ID="")
        commands = [subprocess.run([JOULECAST, "run", "--quiet", "--", "true"], env={**self.environment, **batch}, check=False) for _ in range(2)]
        self.assertEqual([done.returncode for done in commands], [0, 0])
        self.assertEqual(len(self.trainings()), 2)

    def test_ranks_of_a_measured_launch_belong_to_it(self):
        """joulecast run -- srun joulecast run …: the outer one measures for all."""
        inner = f"env LOCAL_RANK=$1 RANK=$1 WORLD_SIZE=2 LOCAL_WORLD_SIZE=2 MASTER_ADDR=h MASTER_PORT=1 {JOULECAST} run --sensor nvml -- sleep 1"
        self.call("run", "--interval", "0.1", "--sensor", "nvml", "--name", "outer", "--", "sh", "-c", f'inner() {{ {inner}; }}; inner 0 & inner 1 & wait')
        run = self.one()
        self.assertEqual(run["name"], "outer")
        self.assertAlmostEqual(run["energy_j"]["total"], WATTS * run["duration_s"], delta=0.15 * WATTS)

    # ---- names, statuses, progress

    def test_the_name_of_every_rank_finds_the_run(self):
        ranks = [self.rank(rank, "sleep", 1, options=("--name", f"mine{rank}")) for rank in (0, 1)]
        for rank in ranks:
            self.end(rank)
        found = {self.json("show", f"mine{rank}")["id"] for rank in (0, 1)}
        self.assertEqual(found, {self.one()["id"]})

    def test_each_rank_passes_on_the_status_of_its_command(self):
        ranks = [self.rank(0, "sh", "-c", "sleep 1; exit 3"), self.rank(1, "sh", "-c", "sleep 1; exit 4")]
        self.end(ranks[0], 3)
        self.end(ranks[1], 4)
        for run in self.trainings():
            self.assertEqual(run["status"], "failed")

    def test_a_rank_that_fails_makes_the_run_fail(self):
        first = self.rank(0, "sleep", 2)
        self.wait_for_measurement()
        self.end(self.rank(1, "sh", "-c", "exit 5"), 5)
        self.end(first)
        run = self.one()
        self.assertEqual((run["status"], run["exit_status"]), ("failed", 5))
        self.assertIn("rank 1 ended with exit status 5", run["notes"])

    def test_the_progress_of_one_rank_counts(self):
        loop = 'for e in 1 2 3; do echo "Epoch $e/3 loss: 0.$e"; sleep 0.4; done'
        for printing in ((0,), (1,), (0, 1)):
            with self.subTest(printing=printing):
                job = self.job + "".join(map(str, printing))
                first = self.rank(0, "sh", "-c", loop if 0 in printing else "sleep 1.5", job=job)
                time.sleep(0.3)
                second = self.rank(1, "sh", "-c", loop if 1 in printing else "sleep 1.2", job=job)
                for rank in (first, second):
                    self.end(rank)
                run = self.json("show")
                self.assertEqual([epoch["epoch"] for epoch in run["epochs"]], [1, 2, 3], run["notes"])
                self.assertEqual(run["notes"], [])

    def test_a_training_in_an_attached_rank_can_tell_its_progress(self):
        tell = ("import json, os, socket, time\ns = socket.socket(socket.AF_UNIX); s.connect(os.environ['JOULECAST_SOCKET'])\n"
                "for e in (1, 2):\n    s.sendall((json.dumps({'event': 'epoch', 'epoch': e}) + '\\n').encode()); time.sleep(0.5)\n"
                "s.sendall(b'{\"event\":\"metric\",\"name\":\"f1\",\"value\":0.5}\\n'); time.sleep(0.2)\n"
                "print(open(os.environ['JOULECAST_SOCKET'] + '.run').readline().strip())")
        first = self.rank(0, "sleep", 2.5)
        self.wait_for_measurement()
        out, _ = self.end(self.rank(1, "python3", "-c", tell))
        self.end(first)
        run = self.one()
        self.assertEqual(out.strip(), run["id"])
        self.assertEqual([epoch["epoch"] for epoch in run["epochs"]], [1, 2])

    def test_a_limit_of_one_rank_ends_all(self):
        first = self.rank(0, "sleep", 30)
        self.wait_for_measurement()
        began = time.monotonic()
        second = self.rank(1, "sleep", 30, options=("--limit-energy", "900J", "--on-limit", "term"))
        self.end(first, 128 + signal.SIGTERM)
        self.end(second, 128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(self.one()["status"], "stopped")

    def test_a_lower_warning_of_another_rank_leaves_a_hard_limit(self):
        first = self.rank(0, "sleep", 30, options=("--limit-energy", "1500J", "--on-limit", "term"))
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 30, options=("--limit-energy", "600J", "--on-limit", "warn"))
        said = self.end(first, 128 + signal.SIGTERM)[1] + self.end(second, 128 + signal.SIGTERM)[1]
        self.assertIn("the limit of 600 J is used up (a limit of rank 1)", said)
        run = self.one()
        self.assertEqual(run["status"], "stopped")
        self.assertLess(run["energy_j"]["total"], 1500 + 3 * WATTS)

    def test_the_limit_of_a_rank_that_measured_holds_after_it(self):
        first = self.rank(0, "sleep", 30, options=("--limit-energy", "3kJ", "--on-limit", "term"))
        self.wait_for_measurement()
        others = [self.rank(rank, "sleep", 30, size=3) for rank in (1, 2)]
        time.sleep(1.5)
        first.kill()
        for other in others:
            self.end(other, 128 + signal.SIGTERM)
        run = self.one()
        self.assertTrue(any("3.00 kJ is used up (a limit of rank 0)" in note for note in run["notes"]), run["notes"])
        self.assertLess(run["energy_j"]["total"], 3000 + 3 * WATTS)

    def test_the_command_at_a_limit_is_run_by_a_rank_that_was_given_it(self):
        marks = self.folder / "marks"
        first = self.rank(0, "sleep", 3)
        self.wait_for_measurement()
        limit = ("--limit-energy", "300J", "--on-limit", f'exec:echo "$JOULECAST_LIMIT_J $JOULECAST_RUN_ID" >> {marks}')
        others = [self.rank(rank, "sleep", 2.5, size=3, options=limit) for rank in (1, 2)]
        for rank in (first, *others):
            self.end(rank)
        self.assertEqual(marks.read_text().split(), ["300", self.one()["id"]])

    def test_ranks_that_fail_at_once_are_one_segment_of_a_run_that_failed(self):
        go = self.folder / "go"
        wait = f"while ! test -e {go}; do sleep 0.01; done; exit 3"
        first = self.rank(0, "sh", "-c", wait, size=3)
        self.wait_for_measurement()
        others = [self.rank(rank, "sh", "-c", wait, size=3) for rank in (1, 2)]
        time.sleep(1.5)
        go.touch()
        for rank in (first, *others):
            self.end(rank, 3)
        run = self.one()
        self.assertEqual((run["status"], run["exit_status"]), ("failed", 3))
        self.assertEqual(run["segments"], [])
        self.assertEqual(run["windows"], [])

    # ---- whoever ends first

    def energy_of_both(self, began, ended, lost_s):
        """The training's energy: that of the time which was measured, and of all the time but what may be lost. A busy machine may
        take its time to start and end processes."""
        busy_s = 3
        run = self.one()
        self.assertAlmostEqual(run["energy_j"]["total"], WATTS * run["duration_s"], delta=0.3 * WATTS)
        self.assertGreater(run["duration_s"], ended - began - lost_s - busy_s)
        self.assertLess(run["duration_s"], ended - began + 0.2)
        return run

    def test_the_rank_that_measures_may_end_first(self):
        began = time.monotonic()
        first = self.rank(0, "sleep", 1)
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 6)
        self.end(first)
        self.assertLess(time.monotonic() - began, 1 + 2 + 2.5)  # it waits two seconds for the others, and leaves
        said = self.end(second)[1]
        run = self.energy_of_both(began, time.monotonic(), lost_s=0.6)
        self.assertEqual(len(run["segments"]), 2)
        self.assertIn("goes on measuring", said)

    def test_the_rank_that_measures_may_end_last(self):
        began = time.monotonic()
        first = self.rank(0, "sleep", 2.5)
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 1)
        self.end(second)
        self.assertLess(time.monotonic() - began, 2.4)  # nobody waits for it
        self.end(first)
        self.energy_of_both(began, time.monotonic(), lost_s=0.5)

    def test_a_rank_that_fails_does_not_wait_for_the_others(self):
        first = self.rank(0, "sh", "-c", "sleep 1; exit 7")
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 4)
        time.sleep(1)
        began = time.monotonic()
        self.end(first, 7)
        self.assertLess(time.monotonic() - began, 1.9)
        self.end(second)

    def test_the_rank_that_measures_may_be_killed(self):
        began = time.monotonic()
        first = self.rank(0, "sleep", 7)
        self.wait_for_measurement()
        others = [self.rank(rank, "sleep", 4, size=3) for rank in (1, 2)]
        time.sleep(1.5)
        first.kill()
        first.wait()
        said = [self.end(other)[1] for other in others]
        run = self.energy_of_both(began, time.monotonic(), lost_s=1.5)
        self.assertEqual(sum("goes on measuring" in text for text in said), 1, said)
        self.assertEqual(len(run["segments"]), 2)
        self.assertEqual(run["status"], "failed")
        self.assertTrue(any("was lost" in note for note in run["notes"]), run["notes"])
        self.assertIsNone(run["redone_j"])

    def test_an_attached_rank_that_is_killed_is_told(self):
        first = self.rank(0, "sleep", 2)
        self.wait_for_measurement()
        second = self.rank(1, "sleep", 4)
        time.sleep(0.7)
        second.kill()
        second.wait()
        self.end(first)
        run = self.one()
        self.assertTrue(any("rank 1 was lost" in note for note in run["notes"]), run["notes"])
        self.assertEqual(run["status"], "failed")

    def test_an_epoch_is_kept_at_once_by_a_rank_that_is_killed(self):
        marks = self.folder / "marks"
        script = f'for e in 1 2 3; do echo "Epoch $e/9 loss: 0.$e"; echo $e >> {marks}; sleep 0.9; done; sleep 30'
        first = self.rank(0, "sh", "-c", script)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (marks.exists() and "3" in marks.read_text()):
            time.sleep(0.01)
        time.sleep(0.75)
        first.kill()
        first.wait()
        self.assertEqual([epoch["epoch"] for epoch in self.one()["epochs"]], [1, 2, 3])

    def test_the_first_rank_may_never_start(self):
        began = time.monotonic()
        self.end(self.rank(1, "sleep", 1))
        self.energy_of_both(began, time.monotonic(), lost_s=0.5)

    def test_a_stopped_rank_does_not_hold_up_the_others(self):
        """A process that measures but does not answer, as under a debugger."""
        first = self.rank(0, "sleep", 1)
        self.wait_for_measurement()
        first.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            self.end(self.rank(1, "true"))
            self.assertLess(time.monotonic() - began, 3)
        finally:
            first.send_signal(signal.SIGCONT)
        self.end(first)

    # ---- the folder in which they meet

    def test_ranks_that_cannot_meet_say_so_and_run(self):
        other = self.folder / f"joulecast-{os.geteuid()}"
        other.mkdir(mode=0o777)
        other.chmod(0o777)
        ranks = [self.rank(rank, "sleep", 0.5) for rank in (0, 1)]
        for rank in ranks:
            self.assertIn("may be counted twice", self.end(rank)[1])
        self.assertEqual(len(self.trainings()), 2)

    def test_ranks_that_cannot_meet_note_it_in_their_runs(self):
        other = self.folder / f"joulecast-{os.geteuid()}"
        other.mkdir(mode=0o777)
        other.chmod(0o777)
        self.end(self.rank(0, "sleep", 0.5))
        self.assertTrue(any("may be counted twice" in note for note in self.one()["notes"]))

    def test_ranks_meet_where_the_temporary_folder_cannot_be_used(self):
        (self.folder / "file").touch()
        deep = self.folder / ("l" * 120)  # beyond what the path of a socket may have
        deep.mkdir()
        for folder in (self.folder / "absent", self.folder / "file", deep):
            job = str(uuid.uuid4().int % 10**9)
            before = len(self.trainings()) if self.store.exists() else 0
            ranks = [self.rank(rank, "sleep", 1, job=job, TMPDIR=str(folder)) for rank in (0, 1)]
            said = "".join(self.end(rank)[1] for rank in ranks)
            self.assertIn("measured with run", said)
            self.assertEqual(len(self.trainings()), before + 1, folder)

    def test_nothing_is_left_in_the_folder(self):
        for rank in [self.rank(rank, "sleep", 0.5) for rank in (0, 1)]:
            self.end(rank)
        self.assertEqual(list(self.folder.glob("joulecast-*/*")), [])


if __name__ == "__main__":
    unittest.main()
