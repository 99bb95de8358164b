"""Ranks and nodes in a real Slurm: srun starts several tasks on two nodes that one machine plays. Skipped without one."""
import json
import os
import pathlib
import subprocess
import unittest

from slurm_cluster import JOULECAST, Cluster, why_not

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
WATTS = {"n1": 300, "n2": 100}
SETTINGS = """SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
PartitionName=short Nodes=ALL Default=YES MaxTime=10 State=UP"""


@unittest.skipIf(why_not(), why_not())
class Ranks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster.of_class(cls, {node: f"CPUs={os.cpu_count()}" for node in WATTS}, SETTINGS)
        cls.folder = cls.cluster.folder
        for name in ("sys", "dev", "tmp"):
            (cls.folder / name).mkdir()
        for node, watts in WATTS.items():
            (cls.folder / f"{node}.txt").write_text(f"gpu uuid=GPU-{node} name=NVIDIA_A100 arch=9\npower 0:{watts}\n")
        script = cls.folder / "task"
        script.write_text(f"#!/bin/sh\nexport JOULECAST_FAKE_NVML={cls.folder}/$SLURMD_NODENAME.txt\n"
                          "[ \"$SLURM_NODEID\" = \"$UNMEASURED\" ] && exec sleep 2\n"
                          f"exec {JOULECAST} run --interval 0.1 --sensor nvml $OPTIONS -- sleep 2\n")
        script.chmod(0o755)
        cls.environment = dict(cls.cluster.environment, JOULECAST_STORE=str(cls.folder / "runs.db"), JOULECAST_SYSFS=str(cls.folder / "sys"),
                               JOULECAST_DEVFS=str(cls.folder / "dev"), JOULECAST_NVML_LIBRARY=str(BUILD.resolve() / "fakes/libnvidia-ml.so.1"),
                               TMPDIR=str(cls.folder / "tmp"))

    def call(self, *arguments, **variables):
        done = subprocess.run([JOULECAST, *arguments, "--json", "-"], capture_output=True, text=True, env={**self.environment, **variables}, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def run_step(self, **variables):
        done = subprocess.run(["srun", "-N", "2", "--ntasks-per-node=1", str(self.folder / "task")], capture_output=True, text=True,
                              env={**self.environment, **variables}, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_training_over_two_jobs_of_which_one_lacks_its_first_node(self):
        store = {"JOULECAST_STORE": str(self.folder / "two jobs.db")}
        options = {"OPTIONS": "--continue big", **store}
        self.run_step(**options)
        self.run_step(UNMEASURED="0", **options)
        [row] = self.call("list", **store)["runs"]
        run = self.call("show", **store)
        self.assertEqual((row["segments"], row["nodes"], len(run["segments"])), (2, 2, 2))
        gpus = {part["node"]: part["energy_j"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}
        self.assertAlmostEqual(gpus["n1"], 2 * WATTS["n1"], delta=0.5 * WATTS["n1"])
        self.assertAlmostEqual(gpus["n2"], 4 * WATTS["n2"], delta=WATTS["n2"])
        self.assertAlmostEqual(run["energy_j"]["coverage"], 0.9, delta=0.04, msg="800 J, and half of the nodes for 200 J")
        self.assertIn("node n1, 0 of 2", run["energy_j"]["missing"])
        jobs = self.call("jobs", "--sacct", "never", **store)["jobs"]  # both nodes have one host name
        self.assertEqual([(job["nodes"], job["expected_nodes"], job["unreported_nodes"], job["left_out"]["runs"]) for job in jobs],
                         [(1, 2, 1, 0), (2, 2, 0, 0)])
        self.assertAlmostEqual(sum(job["energy_j"] for job in jobs), run["energy_j"]["total"], delta=20)

    def test_tasks_of_two_nodes_are_one_run(self):
        ranks_per_node = min(2, os.cpu_count())
        done = subprocess.run(["srun", "-N", "2", f"--ntasks-per-node={ranks_per_node}", str(self.folder / "task")], capture_output=True, text=True,
                              env=self.environment, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.call("list")["runs"]), 1, done.stderr)
        run = self.call("show")
        by_node = {part["node"]: part["energy_j"] for part in run["energy_j"]["by_component"] if part["component"] == "gpu"}
        self.assertEqual(set(by_node), set(WATTS))
        for node, energy in by_node.items():
            self.assertAlmostEqual(energy, WATTS[node] * 2, delta=WATTS[node])
        self.assertEqual((run["job"]["node_count"], run["job"]["local_size"], run["job"]["launcher"]), (2, ranks_per_node, "srun"))
        self.assertEqual(done.stderr.count("measured with run"), 2 * (ranks_per_node - 1), done.stderr)


if __name__ == "__main__":
    unittest.main()
