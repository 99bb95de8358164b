"""Ranks and nodes in a real Slurm: srun starts several tasks on two nodes that one machine plays. Needs what slurm_test.py needs."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from slurm_test import JOULECAST, Cluster, free_port, wait_for, why_not

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
WATTS = {"n1": 300, "n2": 100}


class TwoNodes(Cluster):
    """Each node is a slurmd of its own; no prolog measures anything."""

    def write_configuration(self):
        super().write_configuration()
        for node in WATTS:
            (self.folder / f"spool-{node}").mkdir()
        lines = [line for line in (self.folder / "slurm.conf").read_text().splitlines()
                 if not line.startswith(("Prolog", "Epilog", "NodeName", "SlurmdPort", "SlurmdPidFile", "SlurmdLogFile", "SlurmdSpoolDir"))]
        lines += [f"SlurmdSpoolDir={self.folder}/spool-%n", f"SlurmdPidFile={self.folder}/slurmd-%n.pid", f"SlurmdLogFile={self.folder}/slurmd-%n.log",
                  "SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU"]
        lines += [f"NodeName={node} NodeHostname={self.host} NodeAddr=127.0.0.1 Port={free_port()} CPUs={os.cpu_count()} State=UNKNOWN" for node in WATTS]
        (self.folder / "slurm.conf").write_text("\n".join(lines) + "\n")

    def begin(self, *command):
        if command[0] != "slurmd":
            return super().begin(*command)
        for node in WATTS:
            super().begin(*command, "-N", node)

    def are_idle(self):
        return self.ask("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * len(WATTS)


@unittest.skipIf(why_not(), why_not())
class Ranks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="joulecast-slurm-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.folder = pathlib.Path(cls.directory.name)
        cls.cluster = TwoNodes(cls.folder)
        cls.addClassCleanup(cls.cluster.stop)
        if trouble := cls.cluster.start():
            raise unittest.SkipTest("Slurm does not start here: " + trouble)
        if not wait_for(cls.cluster.are_idle, 20):
            raise unittest.SkipTest("this Slurm plays no two nodes on one machine: " + cls.cluster.log("slurmd-n2.log"))
        for name in ("sys", "dev", "tmp"):
            (cls.folder / name).mkdir()
        for node, watts in WATTS.items():
            (cls.folder / f"{node}.txt").write_text(f"gpu uuid=GPU-{node} name=NVIDIA_A100 arch=9\npower 0:{watts}\n")
        script = cls.folder / "task"
        script.write_text(f"#!/bin/sh\nexport JOULECAST_FAKE_NVML={cls.folder}/$SLURMD_NODENAME.txt\n"
                          f"exec {JOULECAST} run --interval 0.1 --sensor nvml -- sleep 2\n")
        script.chmod(0o755)
        cls.environment = dict(cls.cluster.environment, JOULECAST_STORE=str(cls.folder / "runs.db"), JOULECAST_SYSFS=str(cls.folder / "sys"),
                               JOULECAST_DEVFS=str(cls.folder / "dev"), JOULECAST_NVML_LIBRARY=str(BUILD.resolve() / "fakes/libnvidia-ml.so.1"),
                               TMPDIR=str(cls.folder / "tmp"))

    def call(self, *arguments):
        done = subprocess.run([JOULECAST, *arguments, "--json", "-"], capture_output=True, text=True, env=self.environment, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

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
