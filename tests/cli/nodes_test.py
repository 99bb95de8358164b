"""The nodes of one job: each is measured as a run of its own, and all that is shown is one account over them."""
import csv
import json
import os
import pathlib
import sqlite3
import subprocess
import time
import unittest
import uuid

from support import JOULECAST, CommandTest

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
WATTS = {"n1": 300, "n2": 100, "n3": 50}


class Nodes(CommandTest):
    def setUp(self):
        super().setUp()
        for part in ("sys", "dev"):
            (self.folder / part).mkdir()
        for name, watts in WATTS.items():
            (self.folder / f"{name}.txt").write_text(f"gpu uuid=GPU-{name} name=NVIDIA_A100 arch=9\npower 0:{watts}\n")
        for name in list(self.environment):
            if name.startswith(("SLURM", "OMPI", "PMI", "TORCHELASTIC")) or name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"):
                del self.environment[name]
        self.environment.update(JOULECAST_SYSFS=str(self.folder / "sys"), JOULECAST_DEVFS=str(self.folder / "dev"),
                                JOULECAST_NVML_LIBRARY=str(BUILD / "fakes/libnvidia-ml.so.1"))
        self.job = str(uuid.uuid4().int % 10**9)

    def node(self, number, command="sleep 1.5", nodes=2, ranks=1, rank=0, options=(), **variables):
        """One rank on the n-th node."""
        name = f"n{number + 1}"
        task = dict(SLURM_JOB_ID=self.job, SLURM_STEP_ID="0", SLURM_PROCID=str(number * ranks + rank), SLURM_LOCALID=str(rank),
                    SLURM_NODEID=str(number), SLURM_STEP_NUM_NODES=str(nodes), SLURM_STEP_NUM_TASKS=str(nodes * ranks),
                    SLURM_STEP_TASKS_PER_NODE=f"{ranks}(x{nodes})", SLURMD_NODENAME=name)
        return subprocess.Popen([JOULECAST, "run", "--quiet", "--interval", "0.1", "--sensor", "nvml", *options, "--", "sh", "-c", command],
                                env={**self.environment, "JOULECAST_FAKE_NVML": str(self.folder / f"{name}.txt"), **task, **variables})

    def end(self, *processes, status=0):
        for process in processes:
            self.assertEqual(process.wait(timeout=60), status)

    def rows(self):
        return self.json("list")["runs"]

    def test_two_nodes_of_two_ranks_are_one_account(self):
        self.end(*[self.node(number, ranks=2, rank=rank) for number in (0, 1) for rank in (0, 1)])
        row, = self.rows()
        run = self.json("show")
        self.assertEqual((run["id"], row["nodes"]), (row["id"], 2))
        self.assertIn("finished, 2 nodes", self.call("list").stdout)
        by_node = {part["node"]: part["energy_j"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}
        self.assertEqual(set(by_node), {"n1", "n2"})
        for name, energy in by_node.items():
            self.assertAlmostEqual(energy, WATTS[name] * run["duration_s"], delta=0.25 * WATTS[name] * run["duration_s"])
        self.assertAlmostEqual(run["energy_j"]["total"], sum(by_node.values()), places=3)
        self.assertAlmostEqual(row["energy_j"], run["energy_j"]["total"], delta=0.03 * row["energy_j"])  # at their ends
        self.assertEqual(run["notes"], [])
        self.assertEqual(run["energy_j"]["missing"].count("gpu"), 0)

    def test_nodes_of_torchrun_are_known_by_their_host_names(self):
        if subprocess.run(["unshare", "-u", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no host name of its own can be given to a process here (unshare -u)")
        nodes = []
        for number, name in enumerate(("n1", "n2")):
            worker = dict(RANK=str(number), WORLD_SIZE="2", LOCAL_RANK="0", LOCAL_WORLD_SIZE="1", GROUP_RANK=str(number), GROUP_WORLD_SIZE="2",
                          TORCHELASTIC_RUN_ID=self.job, JOULECAST_FAKE_NVML=str(self.folder / f"{name}.txt"))
            command = f"hostname {name}; exec {JOULECAST} run --quiet --interval 0.1 --sensor nvml -- sleep 1.5"
            nodes.append(subprocess.Popen(["unshare", "-u", "sh", "-c", command], env={**self.environment, **worker}))
        self.end(*nodes)
        self.assertEqual(len(self.rows()), 1)
        run = self.json("show")
        self.assertEqual({part["node"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}, {"n1", "n2"})
        self.assertEqual([node["node"] for node in run["nodes"]], ["n1", "n2"])

    def test_any_nodes_run_leads_to_the_account(self):
        self.end(self.node(0, options=("--name", "first")), self.node(1, options=("--name", "second")))
        self.assertEqual(self.json("show", "first")["id"], self.json("show", "second")["id"])
        text = self.call("show", "second").stdout
        self.assertIn("n1 gpu GPU-n1", text)
        self.assertIn("n2 gpu GPU-n2", text)

    def test_a_node_that_never_reported_is_missing(self):
        self.end(self.node(0, nodes=4), self.node(1, nodes=4))
        run = self.json("show")
        self.assertIn("2 of the job's 4 nodes never reported: what they used is not in the total", run["notes"])
        self.assertLessEqual({"node 2 of 4", "node 3 of 4"}, set(run["energy_j"]["missing"]))
        self.assertIn("without", self.call("show").stdout)
        self.assertIn("2 nodes", self.rows()[0]["missing"])

    def test_a_node_that_never_reported_has_its_name_in_slurms_list(self):
        self.end(self.node(0, nodes=4, SLURM_STEP_NODELIST="n[1-4]"), self.node(1, nodes=4, SLURM_STEP_NODELIST="n[1-4]"))
        run = self.json("show")
        self.assertIn("2 of the job's 4 nodes never reported (n3, n4): what they used is not in the total", run["notes"])
        self.assertLessEqual({"node n3, 2 of 4", "node n4, 3 of 4"}, set(run["energy_j"]["missing"]))
        self.assertIn("2 nodes", self.rows()[0]["missing"])

    def test_a_node_that_fails_fails_the_job(self):
        first, second = self.node(0), self.node(1, "sleep 1; exit 9")
        self.end(first)
        self.end(second, status=9)
        run = self.json("show")
        self.assertEqual((run["status"], run["exit_status"]), ("failed", 9))
        self.assertEqual(self.rows()[0]["status"], "failed")

    def test_the_account_is_exported_and_removed_as_a_whole(self):
        self.end(self.node(0), self.node(1))
        total = self.json("show")["energy_j"]["total"]
        self.call("export", "--bundle", str(self.folder / "bundle"))
        self.environment["JOULECAST_STORE"] = str(self.folder / "other.db")
        self.call("import", str(self.folder / "bundle"))
        self.assertAlmostEqual(self.json("show")["energy_j"]["total"], total, delta=0.01 * total)
        self.environment["JOULECAST_STORE"] = str(self.store)
        self.call("rm", self.rows()[0]["id"])
        self.assertEqual(self.rows(), [])

    def test_steps_of_one_job_are_never_added(self):
        self.end(self.node(0, SLURM_STEP_ID="0"), self.node(0, SLURM_STEP_ID="1"))
        self.assertEqual(len(self.rows()), 2)

    def test_two_measurements_of_one_node_are_never_added(self):
        """As where the ranks cannot meet: the other node is added to each, and each names the other."""
        self.end(self.node(0, TMPDIR=self.elsewhere("a"), ranks=2), self.node(0, TMPDIR=self.elsewhere("b"), ranks=2, rank=1), self.node(1))
        for row in self.rows():
            run = self.json("show", row["id"])
            self.assertLess(run["energy_j"]["total"], 1.3 * (WATTS["n1"] + WATTS["n2"]) * run["duration_s"])
            self.assertTrue(any("claims the same job on the same node" in note for note in run["notes"]), run["notes"])

    def test_each_node_goes_on_with_its_own_run(self):
        """Also where the second job's nodes are other machines, and it has one more."""
        for options in (("--continue", "big"), ("--checkpoint-folder", str(self.folder / "checkpoints"))):
            (self.folder / "checkpoints").mkdir(exist_ok=True)
            (self.folder / "checkpoints" / "1.pt").touch()
            before = {row["id"] for row in self.rows()} if self.store.exists() else set()
            self.job = str(uuid.uuid4().int % 10**9)
            self.end(self.node(0, options=options), self.node(1, options=options))
            self.job = str(uuid.uuid4().int % 10**9)
            self.end(*[self.node(number, nodes=3, options=options, SLURMD_NODENAME=f"m{(number + 1) % 3}") for number in (1, 0, 2)])
            [row] = [row for row in self.rows() if row["id"] not in before]
            self.assertEqual((row["nodes"], [name for name in row["missing"] if "node" in name]), (3, []))
            run = self.json("show", row["id"])
            self.assertFalse(any("never reported" in note or "claims the same" in note for note in run["notes"]), run["notes"])
            with sqlite3.connect(self.store) as database:
                links = database.execute("SELECT count(continues), count(DISTINCT continues) FROM run WHERE continues <> ''").fetchone()
            database.close()
            self.assertEqual(links[0], links[1], "two nodes went on with one run")

    def jobs_of_machines(self, *jobs, options="--continue big"):
        """One job after the other, each of machines with a name of their own: {place: name}, and how many nodes it has."""
        if subprocess.run(["unshare", "-u", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no host name of its own can be given to a process here (unshare -u)")
        for number, name in enumerate(("n1", "n2", "m1", "m2")):
            (self.folder / f"{name}.txt").write_text(f"gpu uuid=GPU-{name} name=NVIDIA_A100 arch=9\npower 0:{100 * (number % 2 + 1)}\n")
        for start, (machines, nodes) in enumerate(jobs):
            if "--continue" in options:
                self.job = str(uuid.uuid4().int % 10**9)
            started = []
            for number, name in machines.items():
                task = dict(SLURM_JOB_ID=self.job, SLURM_STEP_ID="0", SLURM_PROCID=str(number), SLURM_LOCALID="0", SLURM_NODEID=str(number),
                            SLURM_STEP_NUM_NODES=str(nodes), SLURM_STEP_NUM_TASKS=str(nodes), SLURM_STEP_TASKS_PER_NODE=f"1(x{nodes})",
                            SLURMD_NODENAME=name, SLURM_RESTART_COUNT=str(start), JOULECAST_FAKE_NVML=str(self.folder / f"{name}.txt"))
                command = f"hostname {name}; exec {JOULECAST} run --quiet --interval 0.1 --sensor nvml {options} -- sleep 2"
                started.append(subprocess.Popen(["unshare", "-u", "sh", "-c", command], env={**self.environment, **task}))
            self.end(*started)
            time.sleep(2)  # the queue

    def test_a_machine_may_change_its_place(self):
        """It is counted in both jobs: n1 and n2 are 100 W and 200 W for 2 s each time."""
        self.jobs_of_machines(({0: "n1", 1: "n2"}, 2), ({0: "n2", 1: "n1"}, 2))
        [row] = self.rows()
        run = self.json("show")
        self.assertAlmostEqual(run["energy_j"]["total"], 300 * run["duration_s"], delta=0.15 * 300 * run["duration_s"])
        self.assertAlmostEqual(row["energy_j"], run["energy_j"]["total"], delta=0.05 * row["energy_j"])
        self.assertGreater(run["energy_j"]["coverage"], 0.9)
        # Each machine and its GPU are there once.
        self.assertEqual([(node["node"], node["gpus"]) for node in run["nodes"]], [("n1", 1), ("n2", 1)])
        gpus = {part["node"]: part["energy_j"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}
        self.assertAlmostEqual(gpus["n2"], 2 * gpus["n1"], delta=0.1 * gpus["n2"])
        self.assertEqual([segment["host"] for segment in run["segments"]], ["n1, n2", "n1, n2"])
        self.assertIn("Nodes   2", self.call("show").stdout)
        self.assertFalse(any("another place" in note or "ran on" in note for note in run["notes"]), run["notes"])

    def test_whichever_node_is_missing_in_whichever_job_lowers_the_coverage(self):
        """n1 is 100 W and n2 200 W for 2 s in each of three jobs."""
        for lacking, rank in ((0, 0), (1, 0), (2, 0), (1, 1)):
            with self.subTest(job=lacking, place=rank):
                self.store.unlink(missing_ok=True)
                jobs = [({0: "n1", 1: "n2"}, 2) for _ in range(3)]
                del jobs[lacking][0][rank]
                self.jobs_of_machines(*jobs)
                [row] = self.rows()
                run = self.json("show")
                own = 100 * (2 - rank)  # of the node that is left, in W
                self.assertAlmostEqual(run["energy_j"]["total"], 1200 + 2 * own, delta=100)
                self.assertAlmostEqual(row["energy_j"], run["energy_j"]["total"], delta=0.05 * row["energy_j"])
                for coverage in (run["energy_j"]["coverage"], row["coverage"]):  # half of the nodes of one job
                    self.assertAlmostEqual(coverage, (1200 + own) / (1200 + 2 * own), delta=0.03)
                self.assertEqual([name for name in row["missing"] if "node" in name], ["1 node"])
                self.assertAlmostEqual(row["duration_s"], run["duration_s"], delta=0.2)
                self.assertEqual((row["segments"], len(run["segments"])), (3, 3))
                self.assertEqual(row["id"], run["id"])

    def test_a_job_whose_first_node_dies_has_the_progress_of_another(self):
        epochs = "for i in 1 2 3 4 5 6; do echo Epoch $i/6; sleep 0.5; done"
        first, second = self.node(0, epochs), self.node(1, epochs)
        time.sleep(1.2)
        first.kill()
        first.wait()
        self.end(second)
        self.call("recover")
        run = self.json("show")
        self.assertEqual([epoch["epoch"] for epoch in run["epochs"]], [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.rows()[0]["epochs"], 6)

    def test_the_only_node_of_a_job_has_the_first_place(self):
        self.jobs_of_machines(({0: "n1", 1: "n2"}, 2), ({0: "n1"}, 1))
        [row] = self.rows()
        run = self.json("show")
        self.assertAlmostEqual(run["energy_j"]["total"], 800, delta=100)
        self.assertAlmostEqual(row["duration_s"], run["duration_s"], delta=0.2)
        self.assertEqual([part["coverage"] > 0.9 for part in run["energy_j"]["by_component"] if part["component"] == "gpu"], [True, True])

    def test_a_node_that_an_earlier_job_was_without_is_missing(self):
        self.jobs_of_machines(({0: "n1"}, 2), ({0: "n1", 1: "n2"}, 2))
        [row] = self.rows()
        self.assertIn("1 node", row["missing"])
        run = self.json("show")
        self.assertTrue(any(name.startswith("node 1 of 2 of job ") for name in run["energy_j"]["missing"]), run["energy_j"]["missing"])
        self.assertTrue(any("1 of the 2 nodes of job " in note for note in run["notes"]), run["notes"])

    def test_a_job_that_had_finished_and_was_requeued_is_two_runs(self):
        self.jobs_of_machines(({0: "n1", 1: "n2"}, 2), ({0: "n2", 1: "n1"}, 2), options="")
        first, second = self.rows()
        for row in (first, second):
            run = self.json("show", row["id"])
            self.assertAlmostEqual(run["energy_j"]["total"], 300 * run["duration_s"], delta=0.15 * 300 * run["duration_s"])

    def test_a_node_is_expected_in_its_own_segment_only(self):
        """A job that goes on with other machines: none of them lacks anything, and none is 0 W where it was not there."""
        self.jobs_of_machines(({0: "n1", 1: "n2"}, 2), ({0: "m1", 1: "m2"}, 2))
        self.call("export", "--bundle", self.folder / "bundle", "--csv", self.folder / "samples.csv")
        rows = [row for name in ("n1", "n2", "m1", "m2") for row in csv.DictReader((self.folder / f"bundle/power-{name}.csv").open())]
        self.assertGreater(len(rows), 40)
        self.assertEqual([row for row in rows if row["gpu0_w"] and float(row["gpu0_w"]) == 0], [])
        samples = [line for line in (self.folder / "samples.csv").read_text().splitlines() if ",power," in line and line.endswith(",0")]
        self.assertEqual(samples, [])
        before = self.json("show")["energy_j"]
        self.environment["JOULECAST_STORE"] = str(self.folder / "copy.db")
        self.call("import", self.folder / "bundle")
        after = self.json("show")["energy_j"]
        self.assertAlmostEqual(after["total"], before["total"], delta=0.01 * before["total"])
        self.assertAlmostEqual(after["coverage"], before["coverage"], delta=0.01)
        self.environment["JOULECAST_STORE"] = str(self.store)
        [row] = self.rows()
        run = self.json("show")
        self.assertLess(run["duration_s"], 6)
        self.assertGreater(run["energy_j"]["coverage"], 0.9)
        self.assertAlmostEqual(run["energy_j"]["total"], 300 * run["duration_s"], delta=0.15 * 300 * run["duration_s"])
        by_node = {part["node"]: part for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}
        self.assertEqual(set(by_node), {"n1", "n2", "m1", "m2"})
        for part in by_node.values():
            self.assertGreater(part["coverage"], 0.9)
        self.assertAlmostEqual(row["energy_j"], run["energy_j"]["total"], delta=0.05 * row["energy_j"])

    def test_bundles_of_all_nodes_are_the_whole_job(self):
        first = {**self.environment, "JOULECAST_STORE": str(self.folder / "node0.db")}
        second = {**self.environment, "JOULECAST_STORE": str(self.folder / "node1.db")}
        self.end(self.node(0, JOULECAST_STORE=first["JOULECAST_STORE"]), self.node(1, JOULECAST_STORE=second["JOULECAST_STORE"]))
        self.environment["JOULECAST_STORE"] = str(self.store)
        for number, environment in enumerate((first, second)):
            self.call("export", "--bundle", self.folder / f"bundle{number}", env=environment)
            self.call("import", self.folder / f"bundle{number}")
        [row] = self.rows()
        self.assertEqual((row["nodes"], [name for name in row["missing"] if "node" in name]), (2, []))
        run = self.json("show")
        self.assertEqual((run["notes"], [name for name in run["energy_j"]["missing"] if name.startswith("node")]), ([], []))

    def test_nodes_may_write_files_of_their_own(self):
        """As they do on a network file system."""
        self.environment["JOULECAST_STORE_PER_NODE"] = "1"
        self.end(self.node(0, options=("--name", "first")), self.node(1))
        self.assertEqual(sorted(path.name for path in self.folder.glob("runs.db*") if "-wal" not in path.name and "-shm" not in path.name),
                         ["runs.db-node-n1", "runs.db-node-n2"])
        run = self.json("show", "first")
        self.assertEqual({part["node"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}, {"n1", "n2"})
        self.assertEqual(len(self.rows()), 1)
        self.call("run", "--quiet", "--name", "alone", "--", "true")  # of no job, and so in the store itself
        self.assertTrue(self.store.exists())
        self.assertEqual(len(self.rows()), 2)
        self.call("tag", "first", "team=vision")
        self.assertEqual(self.json("show", "first")["tags"]["team"], "vision")
        self.call("rm", "first")
        self.assertEqual([row["name"] for row in self.rows()], ["alone"])

    def test_a_training_goes_on_over_the_files_of_nodes(self):
        """The second job's machines have other places, so that each goes on with a run in the other one's file."""
        self.environment["JOULECAST_STORE_PER_NODE"] = "1"
        self.jobs_of_machines(({0: "n1", 1: "n2"}, 2), ({0: "n2", 1: "n1"}, 2))
        [row] = self.rows()
        self.assertEqual((row["nodes"], [name for name in row["missing"] if "node" in name]), (2, []))
        run = self.json("show")
        self.assertAlmostEqual(run["energy_j"]["total"], 1200, delta=150)
        self.assertAlmostEqual(row["energy_j"], 1200, delta=150)
        self.assertEqual(self.call("show").stderr, "")
        self.assertEqual(self.call("show", "big").stderr, "")
        copy = str(self.folder / "copy.db")
        self.assertIn("4 copied", self.call("sync", "--to", copy).stdout)
        own = {job["job"]: job["energy_j"] for job in self.json("jobs", "--sacct", "never")["jobs"]}
        self.environment["JOULECAST_STORE"] = copy
        self.assertEqual({job["job"]: job["energy_j"] for job in self.json("jobs", "--sacct", "never")["jobs"]}, own)
        self.assertEqual(len(own), 2)
        self.assertAlmostEqual(self.json("show")["energy_j"]["total"], run["energy_j"]["total"], delta=1)

    def test_a_nodes_file_that_cannot_be_read_is_named_and_the_others_count(self):
        self.environment["JOULECAST_STORE_PER_NODE"] = "1"
        self.end(self.node(0), self.node(1))
        for path in self.folder.glob("runs.db-node-n2*"):
            path.unlink()
        (self.folder / "runs.db-node-n2").write_bytes(b"rubbish" * 1000)
        (self.folder / "runs.db-node-n3").symlink_to("/dev/zero")
        os.mkfifo(self.folder / "runs.db-node-n4")
        listed = self.call("list")
        for name in ("n2", "n3", "n4"):
            self.assertEqual(listed.stderr.count(f"left out: {self.folder}/runs.db-node-{name}"), 1, listed.stderr)
        self.assertIn("1 node", self.rows()[0]["missing"])
        self.end(self.node(0, "exit 7"), status=7)

    def elsewhere(self, name):
        (self.folder / name).mkdir()
        return str(self.folder / name)


if __name__ == "__main__":
    unittest.main()
